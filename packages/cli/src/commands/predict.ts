import { predictVerb } from "@trainyard/backends";
import { PredictInputs } from "@trainyard/core";
import { command } from "../command.ts";

export const predict = command({
  about:
    "Runs evaluate.predict of trainyard.yaml with the files of a registered version (default: the one in production) or of a run, in a folder it can only read.",
  examples: [
    [
      "trainyard predict churn@production --data 'data/incoming/*.parquet' --out logs/predictions/today.parquet",
      "what the live model says of today's rows",
    ],
  ],
  inputs: PredictInputs,
  stops: true,
  async run(inputs, context) {
    const predicted = await predictVerb(await context.project(), inputs);
    return {
      json: predicted,
      text: `${predicted.rows.toLocaleString("en-US")} rows scored with ${predicted.of}: ${predicted.file.path}`,
      exit: 0,
    };
  },
});
