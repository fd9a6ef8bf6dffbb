import { searchVerb } from "@trainyard/backends";
import { comparisons, type FoundVersion, fieldText, z } from "@trainyard/core";
import { aligned } from "../columns.ts";
import { command } from "../command.ts";
import { heldBy } from "../held-by.ts";

export const search = command({
  about: [
    "Looks through the versions of all models: metrics by name, `params.NAME`, `model`, `version`, `registered`, `by`, `alias` (or `stage`), `withdrawn`, `verdict`, `run`, `origin`, `commit`, `size`.",
    "Compare with = != < <= > >=, combine with and, or, not and parentheses; quote what has spaces: params.'learning rate'. A metric named like one of these words: metrics.NAME.",
    "A date means its whole day (UTC), a commit or run its beginning. What a version does not have fits no comparison; != is the opposite of =.",
  ].join("\n"),
  examples: [
    ["trainyard search 'roc_auc > 0.8 and stage = staging'", "good ones in staging"],
    ["trainyard search 'registered >= 2001-05-01 and not params.window = 28d' --json", "an array, for scripts"],
  ],
  inputs: z.strictObject({
    query: z.string().describe("what a version must be like").meta({ positional: true, placeholder: "EXPRESSION" }),
    model: z.string().optional().describe("only this model").meta({ placeholder: "MODEL" }),
  }),
  stops: false,
  async run(inputs, context) {
    const { found, unknown, unheard, meant, query } = await searchVerb(await context.project(), {
      query: inputs.query,
      model: inputs.model ?? null,
    });
    const { note } = context.terminal.progress;
    for (const name of unheard)
      note(`no version has ${name}${meant.has(name) ? `; did you mean ${meant.get(name)}?` : ""}`);
    if (unknown.length > 0)
      note(
        `${unknown.join(", ")} could not be asked: what was asked for stands in a document that is not in the store here`,
      );
    const shown = [
      ...new Set(comparisons(query).flatMap(({ field }) => (field.kind === "own" ? [] : [fieldText(field)]))),
    ];
    const text =
      found.length === 0
        ? "No version is like that."
        : aligned(
            ["model", "version>", "registered", ...shown.map((name) => `${name.replace("metrics.", "")}>`), "held by"],
            found.map((one) => [
              one.model,
              `v${one.version}`,
              one.registeredAt.slice(0, 10),
              ...shown.map((name) => cell(one, name)),
              heldBy(one),
            ]),
          );
    return { json: found, text, exit: 0 };
  },
});

function cell(one: FoundVersion, name: string): string {
  const metric = one.metrics.find((candidate) => `metrics.${candidate.name}` === name);
  if (metric !== undefined) return metric.estimate.value.toPrecision(4);
  const param = one.params?.[name.replace("params.", "")];
  return param === undefined ? "" : typeof param === "string" ? param : JSON.stringify(param);
}
