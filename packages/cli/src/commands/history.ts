import { historyRows, z } from "@trainyard/core";
import { aligned } from "../columns.ts";
import { command } from "../command.ts";

export const history = command({
  about:
    "Every event of the registry, oldest first: what was judged (refused ones too), registered, deployed, rolled back, withdrawn; where drift was found.\nThe order is that of the log, whatever the clocks said.",
  examples: [
    ["trainyard history", "all of it"],
    ["trainyard history churn --last 5", "the newest five of one model"],
  ],
  inputs: z.strictObject({
    model: z.string().optional().describe("only this model").meta({ positional: true, placeholder: "MODEL" }),
    last: z.int().positive().optional().describe("only the newest so many"),
  }),
  stops: false,
  async run(inputs, context) {
    const registry = await context.registry();
    const events = await registry.events(inputs.model, inputs.last);
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
    return {
      json: events,
      text:
        rows.length === 0
          ? "Nothing has happened yet."
          : `${aligned(["#>", "when (UTC)", "who", "model", "what"], rows)}${replayed}`,
      exit: 0,
    };
  },
});
