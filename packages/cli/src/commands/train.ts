import { trainExit, trainVerb } from "@trainyard/backends";
import { byteSize, type RunRecord, TrainInputs } from "@trainyard/core";
import { command } from "../command.ts";

export const train = command({
  about:
    "Runs the steps and the command of trainyard.yaml in the project folder, collects the declared outputs, scores the evaluation rows with the candidate's\nfiles and with the baseline's, and writes a run bundle under .trainyard/runs. Ctrl-C asks the training to stop (SIGTERM, so that it can save a checkpoint).",
  examples: [
    ["trainyard train --set learning_rate=0.1", "vary one parameter without editing the file"],
    ["trainyard train --data data/2001-0[12].parquet --evaluate-data data/2001-03.parquet", "other data for this run"],
    ["trainyard train --only predict --run 7f3a", "score the evaluation rows again, train nothing"],
  ],
  inputs: TrainInputs,
  stops: true,
  async run(inputs, context) {
    const project = await context.project();
    const { record, resumable } = await trainVerb(project, inputs);
    return { json: record, text: runText(record, resumable, project.config.store), exit: trainExit(record, resumable) };
  },
});

function runText(record: RunRecord, resumable: boolean, store: string): string {
  if (record.failure !== null) {
    const { failure } = record;
    const next =
      record.status === "failed"
        ? `The whole log: ${store}/runs/${record.model}/${record.id}/log.txt`
        : resumable
          ? "Run it again: it goes on from its checkpoint."
          : "Run it again: it left no checkpoint and starts anew.";
    return [
      `${record.model}  run ${record.id} ${record.status} in step ${failure.step}: ${failure.message}`,
      ...failure.logTail.map((line) => `  | ${line}`),
      next,
    ].join("\n");
  }
  const size = record.modelFiles.reduce((sum, file) => sum + file.size, 0);
  const files = `${record.modelFiles.length} model ${record.modelFiles.length === 1 ? "file" : "files"}, ${byteSize(size)}`;
  const uncommitted =
    record.code.uncommitted.length === 0
      ? []
      : [`note: ${record.code.uncommitted.length} uncommitted files: this run may be compared, never registered.`];
  return [
    `recorded run ${record.id}: ${files}, inputs digest ${record.inputsDigest.slice(7, 15)}…`,
    ...uncommitted,
    "next: trainyard evaluate",
  ].join("\n");
}
