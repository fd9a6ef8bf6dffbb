import type { Project } from "@trainyard/backends";
import { askingReport } from "@trainyard/backends/verbs/drift-report";
import { retrainVerb, type Trained } from "@trainyard/backends/verbs/train";
import { chooseModel, type TrainInputs } from "@trainyard/core";

/** Whether the drift event that is named says what is to be trained: nothing else does. */
export function drifted(inputs: TrainInputs): boolean {
  return (
    inputs["drift-event"] !== undefined &&
    inputs.only === undefined &&
    inputs.set.length === 0 &&
    inputs.data.length === 0
  );
}

/**
 * Trains every candidate that the report of a drift event asks for, on the data it names, one after the other, each scored to be judged by the jobs
 * after this one. An interrupted one ends it.
 * @returns The one this step ends with first: an interrupted one, else the first that succeeded.
 * @throws INPUT_INVALID where no such event asks for a retraining
 */
export async function retrainInJob(project: Project, inputs: TrainInputs): Promise<readonly [Trained, ...Trained[]]> {
  const number = inputs["drift-event"] as number;
  const { model } = chooseModel(project.config, inputs.model ?? null);
  const report = await askingReport(project, model, number);
  const trained = await retrainVerb(project, model, report, number, { judged: inputs });
  const first =
    trained.find(({ record }) => record.status === "interrupted") ??
    trained.find(({ record }) => record.status === "succeeded") ??
    trained[0];
  if (first === undefined) throw new Error(`event ${number} of ${model} asks for a retraining and names no candidate`);
  if (first.record.status === "interrupted") return [first]; // the others are trained again with it
  return [first, ...trained.filter((one) => one !== first)];
}
