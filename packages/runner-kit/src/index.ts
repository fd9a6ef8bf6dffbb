export { uploadArtifact } from "./lazy/artifact.ts";
export { restoreCache } from "./lazy/cache.ts";
export {
  type Action,
  action,
  EveryActionInputs,
  everyActionOutputs,
  type Job,
  type Outcome,
  type Permission,
} from "./step/action.ts";
export type { GithubJob } from "./step/github-job.ts";
export { actionFields } from "./step/read-inputs.ts";
export { runAction, type Surroundings } from "./step/run-action.ts";
