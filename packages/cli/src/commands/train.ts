import { trainExit, trainVerb } from "@trainyard/backends";
import { runText, TrainInputs } from "@trainyard/core";
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
    const log = `${project.config.store}/runs/${record.model}/${record.id}/log.txt`;
    const text = runText(record, resumable, { log, tail: 20 });
    const several = Object.keys(project.config.models).length > 1;
    const words = [...(several ? [record.model] : []), ...(inputs.run === undefined ? [] : ["--run", record.id])]; // of an older run the newest is another
    const next = record.failure === null ? `\nnext: ${["trainyard evaluate", ...words].join(" ")}` : "";
    return { json: record, text: `${text}${next}`, exit: trainExit(record, resumable) };
  },
});
