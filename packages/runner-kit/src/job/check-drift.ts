import { type DriftChecked, driftVerb } from "@trainyard/backends/verbs/drift-check";
import { chooseModel, type DriftInputs, needsScoring } from "@trainyard/core";
import { findScores, receiveScores } from "../bundle/handed-scores.ts";
import type { Job } from "../step/action.ts";

/** Looks for drift, with the scores that a job before this one made where nothing else says what the model answered. */
export async function checkDrift(inputs: DriftInputs, job: Job): Promise<DriftChecked> {
  const [project, github] = [await job.project(), await job.github()];
  const { model, config } = chooseModel(project.config, inputs.model ?? null);
  const asked = github !== null && (inputs.scores !== undefined || needsScoring(config));
  const found = asked ? await findScores(inputs.scores, model, github) : null;
  if (github === null || found === null) return driftVerb(project, inputs);
  const scores = await receiveScores(found, { handOver: github.handOver, temp: job.temp });
  try {
    return await driftVerb(project, inputs, scores);
  } finally {
    await scores.remove();
  }
}
