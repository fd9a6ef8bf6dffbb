export {
  type Action,
  action,
  EveryActionInputs,
  everyActionOutputs,
  type Job,
  type Outcome,
  type Permission,
} from "./action.ts";
export { GRACE_SECONDS } from "./cancel.ts";
export { appendEntry, appendSummary } from "./command-file.ts";
export { echoOutput } from "./echo-output.ts";
export { fenced } from "./fence.ts";
export { type Annotation, JobLog } from "./job-log.ts";
export { uploadArtifact } from "./lazy/artifact.ts";
export { restoreCache, saveCache } from "./lazy/cache.ts";
export { githubClient } from "./lazy/github.ts";
export { logProgress } from "./log-progress.ts";
export { actionFields, givenInputs, readInputs } from "./read-inputs.ts";
export { runAction, type Surroundings } from "./run-action.ts";
export { escapeMessage, escapeProperty, inert, workflowCommand } from "./workflow-command.ts";
