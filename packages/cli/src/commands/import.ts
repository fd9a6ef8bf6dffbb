import { importGtoVerb } from "@trainyard/backends";
import { z } from "@trainyard/core";
import { aligned } from "../columns.ts";
import { command } from "../command.ts";

export const importCommand = command({
  about: [
    "Writes what GTO's tags say into the history, a note a tag, with who, when, at which commit and where the bytes stand; `dir=name` becomes the model dir-name. Importing again adds only what is new.",
    "They become notes, not versions: a version has a run's record and an evaluation, GTO has neither, and nothing is made up. The report lists what could not be carried, and who was in which stage.",
  ].join("\n"),
  examples: [["trainyard import gto --dry-run", "only the report"]],
  inputs: z.strictObject({
    from: z.enum(["gto"]).describe("what to import").meta({ positional: true, placeholder: "gto" }),
    repository: z
      .string()
      .optional()
      .describe("the repository with the tags; default: the project's")
      .meta({ placeholder: "DIR" }),
    "dry-run": z.boolean().default(false).describe("write nothing"),
  }),
  stops: false,
  async run(inputs, context) {
    const project = await context.project();
    const dry = inputs["dry-run"];
    const done = await importGtoVerb(project, { folder: context.folder, repository: inputs.repository ?? null, dry });
    const odd = done.tags.filter(({ model, problem }) => model === null || problem !== null);
    const left = done.tags.filter(({ model }) => model === null).length;
    const notes = dry
      ? `${done.tags.length - left - done.known} notes would be written`
      : `${done.written} notes written`;
    const total = `${done.tags.length} GTO tags: ${notes}, ${done.known} known already, ${left} not carried.`;
    const text = [
      ...(odd.length === 0
        ? []
        : [
            aligned(
              ["tag", "", "why"],
              odd.map((row) => [row.tag, row.model === null ? "not carried" : "odd", row.problem ?? ""]),
            ),
          ]),
      ...(done.stages.length === 0
        ? []
        : [
            "No alias was set, as there is no version to point at. In GTO these were in a stage:",
            aligned(
              ["artifact", "stage", "version"],
              done.stages.map((row) => [row.artifact, row.stage, row.version]),
            ),
          ]),
      total,
    ];
    return { json: done, text: text.join("\n"), exit: 0 };
  },
});
