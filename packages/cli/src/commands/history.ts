import {
  chooseModel,
  historyRows,
  parseReference,
  type Registry,
  type RegistryEvent,
  resolve,
  z,
} from "@trainyard/core";
import { aligned } from "../columns.ts";
import { type Context, command } from "../command.ts";

export const history = command({
  about:
    "Every event of the registry, oldest first: what was judged (refused ones too), registered, deployed, rolled back, withdrawn; where drift was found.\nThe order is that of the log, whatever the clocks said.",
  examples: [
    ["trainyard history", "all of it"],
    ["trainyard history churn --last 5", "the newest five of one model"],
    ["trainyard history churn@12", "what happened to one version"],
  ],
  inputs: z.strictObject({
    model: z
      .string()
      .optional()
      .describe("only this model, or this version")
      .meta({ positional: true, placeholder: "MODEL[@VERSION]" }),
    last: z.int().positive().optional().describe("only the newest so many"),
  }),
  stops: false,
  async run(inputs, context) {
    const registry = await context.registry();
    const events = await eventsOf(inputs, registry, context);
    const text = () => {
      const rows = historyRows(events, null).map((row) => [
        String(row.seq),
        row.at.replace("T", " ").slice(0, 16),
        row.by,
        row.model ?? "",
        `${row.what}${row.why === null ? "" : `: ${row.why}`}`,
      ]);
      const replayed = events.some((event) => event.simulatedClock)
        ? "\n(some of these instants are told, not measured: TRAINYARD_NOW was set)"
        : "";
      return rows.length === 0
        ? "Nothing has happened yet."
        : `${aligned(["#>", "when (UTC)", "who", "model", "what"], rows)}${replayed}`;
    };
    return { json: events, text, exit: 0 };
  },
});

/** @throws REFERENCE_INVALID, VERSION_UNKNOWN, ALIAS_UNKNOWN, and MODEL_UNKNOWN for one that neither the registry nor the config has */
async function eventsOf(
  { model, last }: { model?: string | undefined; last?: number | undefined },
  registry: Registry,
  context: Context,
): Promise<RegistryEvent[]> {
  if (model === undefined) return registry.events(undefined, last);
  const reference = parseReference(model);
  if (reference.which !== null) {
    const { version } = await resolve(registry, reference);
    return (await registry.eventsOf(reference.model, version)).slice(-(last ?? Number.MAX_SAFE_INTEGER));
  }
  const events = await registry.events(model, last);
  if (events.length === 0) chooseModel((await context.project()).config, model, await registry.models());
  return events;
}
