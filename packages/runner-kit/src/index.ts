export {
  type Action,
  action,
  EveryActionInputs,
  everyActionOutputs,
  type Job,
  type Outcome,
  type Permission,
} from "./action.ts";
export type { GithubJob } from "./github-job.ts";
export { uploadArtifact } from "./lazy/artifact.ts";
export { restoreCache } from "./lazy/cache.ts";
export { actionFields } from "./read-inputs.ts";
export { runAction, type Surroundings } from "./run-action.ts";
