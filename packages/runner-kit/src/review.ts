export type { Judged } from "./review/judge-runs.ts";
export { reviewRuns, settingOf } from "./review/review-runs.ts";
