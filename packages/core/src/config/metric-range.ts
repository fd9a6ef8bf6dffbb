import type { Task } from "./task.ts";

type Range = readonly [low: number, high: number];
const UNIT: Range = [0, 1];
const CORRELATION: Range = [-1, 1];
const POSITIVE: Range = [0, Number.POSITIVE_INFINITY];

/** Shares and areas, by the whole name or what follows it after a sign: `f1_macro`, `precision@5%`, `f0.5`. */
const SHARES =
  /^(?:(?:roc_auc|average_precision|f1|precision|recall)(?:_[a-z_]+)?|(?:precision|recall|ndcg|hit|top_k_accuracy)@.+|f\d+(?:\.\d+)?|(?:balanced_)?accuracy|specificity|false_positive_rate|selection_rate|ece|ece_debiased|mce|brier_resolution|ks|hamming_loss|jaccard_samples|label_ranking_average_precision|coverage|mrr|map)$/;
const SIZES =
  /^(?:log_loss|brier_reliability|expected_cost|coverage_error|rmse|mae|mape|mse|median_absolute_error|max_error|mase|lift@.+|pinball@.+)$/;

/**
 * Values a metric can take, as its definition says (a test holds the two together): so that a percentage is told where it is written, long before any row is
 * judged. Null where nobody knows, as of a metric of somebody's own and of scores of examples.
 */
export function metricRange(name: string, task: Task): Range | null {
  if (task === "scores") return null;
  if (name === "brier") return task === "multiclass" ? [0, 2] : UNIT;
  if (name === "smape") return [0, 2];
  if (name === "r2") return [Number.NEGATIVE_INFINITY, 1];
  if (name === "mcc" || name === "cohen_kappa") return CORRELATION;
  return SHARES.test(name) ? UNIT : SIZES.test(name) ? POSITIVE : null;
}

/** "between 0 and 1", "0 or more", "at most 1". */
export function rangeText([low, high]: Range): string {
  if (high === Number.POSITIVE_INFINITY) return `${low} or more`;
  return low === Number.NEGATIVE_INFINITY ? `at most ${high}` : `between ${low} and ${high}`;
}
