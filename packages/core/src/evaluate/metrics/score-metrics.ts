import { ratio, UNBOUNDED } from "./define.ts";
import type { RowFeatures, TaskMetrics } from "./metric.ts";

/** For tasks whose metrics are all means of their own. */
export const NO_FEATURES: RowFeatures = { size: 0, add: () => undefined, dot: () => 0 };

/** Scores that somebody else computed for each row: their mean. */
export const scores: TaskMetrics = {
  task: "scores",
  metrics: [ratio("mean_score", (rows) => ({ above: rows.scores as Float64Array, below: null }), { range: UNBOUNDED })],
  families: [],
  features: () => NO_FEATURES,
};
