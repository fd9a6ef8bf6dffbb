import { isHosted } from "../setup/runner-labels.ts";
import type { WorkflowJob } from "./workflow-file.ts";

/** Writers of the registry: the second of two that are dropped would be lost. */
const WRITERS = new Set(["register", "deploy", "drift-check"]);

export const usesUs = (job: WorkflowJob) => job.steps.some(({ action }) => action !== null);
export const trains = (job: WorkflowJob) => job.steps.some(({ action }) => action === "train");
export const writesRegistry = (job: WorkflowJob) =>
  job.steps.some(({ action }) => action !== null && WRITERS.has(action));

/** Whether a machine that is not GitHub's may take the job; an expression counts where it names one. */
export function usesOwnMachine({ runsOn, runner }: WorkflowJob): boolean {
  return runsOn === null ? /self-hosted|"group":/.test(runner) : !isHosted(runsOn);
}
