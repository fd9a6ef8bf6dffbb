import { evaluateFilesVerb, evaluateVerb, refuseFiles, writeReports } from "@trainyard/backends";
import { EvaluateInputs, evaluationForms } from "@trainyard/core";
import { command } from "../command.ts";
import { writtenLines } from "../written.ts";

export const evaluate = command({
  about:
    "Judges a run by the gates of trainyard.yaml against the version in production, on the same rows, with intervals. Runs no user code.\nWith --candidate it judges a predictions file (id, y_true, y_score, …) of your own: no repository, no config.",
  examples: [
    ["trainyard evaluate --report out.html", "judge the newest run, with pictures"],
    ["trainyard evaluate --candidate new.csv --baseline old.csv --groups date", "two files, intervals by day"],
  ],
  inputs: EvaluateInputs,
  stops: false,
  async run(inputs, context) {
    refuseFiles(inputs);
    const { report, exit } =
      inputs.candidate === undefined
        ? await evaluateVerb(await context.project(), inputs)
        : await evaluateFilesVerb(context.folder, context.environment, inputs);
    const forms = evaluationForms(report);
    await writeReports(inputs.report, context.folder, forms);
    return { json: report, text: [...forms.lines(), ...writtenLines(inputs.report)], exit };
  },
});
