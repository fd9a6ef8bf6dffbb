import { diffVerb } from "@trainyard/backends";
import { versionDiffLines, z } from "@trainyard/core";
import { command } from "../command.ts";

export const diff = command({
  about:
    "Metrics with their intervals, parameters, data, code, environment, files and size, from the manifests and, where the store has them, the runs' records and reports.\nA difference has an interval only where one version was judged against the other: two intervals do not make one of their difference.",
  examples: [
    ["trainyard diff churn@11 churn@12", "what the newer one does differently"],
    ["trainyard diff production 12", "with one model its name may be left out"],
  ],
  inputs: z.strictObject({
    from: z.string().describe("the version to start from").meta({ positional: true, placeholder: "MODEL@VERSION" }),
    to: z
      .string()
      .describe("the version to compare with it; a number or alias alone is one of the same model")
      .meta({ positional: true, placeholder: "[MODEL@]VERSION" }),
  }),
  stops: false,
  async run(inputs, context) {
    const found = await diffVerb(await context.project(), inputs);
    return { json: found, text: versionDiffLines(found), exit: 0 };
  },
});
