import type { Check, Estimate, Interval } from "../check/check.ts";
import { estimators } from "../evaluate/intervals/estimators.ts";
import { metricsFor } from "../evaluate/metrics/metrics.ts";
import { sideStatistics } from "../evaluate/parts/side-statistics.ts";
import type { Predictions } from "../evaluate/rows/predictions.ts";
import { studentTQuantile } from "../statistics/distributions.ts";
import type { Performance } from "./drift-report.ts";

/** Clusters below which an interval by clusters is not to be trusted: its check is then inconclusive. */
export const LEAST_CLUSTERS = 10;

export interface PerformanceRule {
  /** Two-sided level of the intervals is 1 − alpha. */
  readonly alpha: number;
  readonly bound: Interval;
  /** Rows there are, labelled or not. */
  readonly currentRows: number;
  /** Metrics of the version when it was judged. */
  readonly reference: readonly { readonly name: string; readonly value: number }[];
}

/**
 * What the labels say: observed over predicted with its interval, and the metrics now beside those of the evaluation.
 * Observed and predicted are the mean label and the mean score; for several classes the share of right decisions and their mean probability.
 *
 * @param rows Rows whose labels have arrived, clustered by `groups` when there are any.
 * @returns Null without labels or scores, or when predictions average to 0 (a ratio then means nothing).
 */
export function judgePerformance(rows: Predictions, rule: PerformanceRule): Performance | null {
  const pair = observedAndPredicted(rows);
  if (pair === null || rows.rows === 0) return null;
  const [observed, predicted] = pair;
  if (sum(predicted) === 0) return null;
  const units = rows.groups === null ? null : { of: rows.groups.codes, count: rows.groups.values.length };
  return {
    rows: rows.rows,
    labelled: rule.currentRows === 0 ? 0 : rows.rows / rule.currentRows,
    observed: sum(observed) / rows.rows,
    predicted: sum(predicted) / rows.rows,
    ratio: ratioOfSums(observed, predicted, units, rule.alpha),
    bound: rule.bound,
    level: 1 - rule.alpha,
    groups: rows.groups?.column ?? null,
    clusters: units?.count ?? null,
    metrics: metricsNow(rows, units, rule),
  };
}

/** The check on calibration: an alarm only when the whole interval lies outside the bound. */
export function calibrationCheck(found: Performance): Check {
  const [low, high] = found.bound;
  const { value, interval } = found.ratio;
  const few = found.clusters !== null && found.clusters < LEAST_CLUSTERS;
  const outside = interval !== null && (interval[1] < low || interval[0] > high);
  const reached = outside ? null : reachesBound(found);
  const reaching = reached === null ? null : `${value.toFixed(2)} lies beyond the bound, but its interval ${reached}.`;
  const fewReason = `Only ${found.clusters} values of ${found.groups}: an interval needs at least ${LEAST_CLUSTERS}.`;
  return {
    id: "calibration",
    subject: "observed / predicted",
    rule: `observed / predicted within ${low.toFixed(2)} … ${high.toFixed(2)}`,
    status: few || interval === null ? "inconclusive" : outside ? "fail" : "pass",
    actual: value,
    interval,
    limit: value < 1 ? low : high,
    unit: "ratio",
    reason: few ? fewReason : interval === null ? "Too few rows for an interval." : reaching,
    severity: "fail",
  };
}

/** A ratio beyond the bound whose interval is not: "[0.55, 0.92] still reaches the bound 0.80". Null when the ratio lies within. */
export function reachesBound({ ratio: { value, interval }, bound: [low, high] }: Performance): string | null {
  if (interval === null || (value >= low && value <= high)) return null;
  const [from, to] = interval.map((end) => end.toFixed(2));
  return `[${from}, ${to}] still reaches the bound ${(value < low ? low : high).toFixed(2)}`;
}

/**
 * R = Σy/Σp with Student's t interval on the linearised ratio:  Var R = G/(G − 1) · Σ_g (Σ_{i∈g} (y_i − R·p_i))² / (Σp)²,  df = G − 1.
 * Without units every row is its own.
 */
export function ratioOfSums(
  observed: Float64Array,
  predicted: Float64Array,
  units: { readonly of: Int32Array; readonly count: number } | null,
  alpha: number,
): Estimate {
  const total = sum(predicted);
  const value = sum(observed) / total;
  const groups = units?.count ?? observed.length;
  if (groups < 2) return { value, interval: null };
  const sums = new Float64Array(groups);
  for (let row = 0; row < observed.length; row++) {
    const g = units === null ? row : (units.of[row] as number);
    sums[g] = (sums[g] as number) + (observed[row] as number) - value * (predicted[row] as number);
  }
  const squares = sums.reduce((all, one) => all + one * one, 0);
  const reach = (studentTQuantile(1 - alpha / 2, groups - 1) * Math.sqrt((squares * groups) / (groups - 1))) / total;
  return { value, interval: [value - Math.abs(reach), value + Math.abs(reach)] };
}

function observedAndPredicted({
  task,
  labels,
  scores,
  classes,
  decisions,
}: Predictions): [Float64Array, Float64Array] | null {
  if (labels === null || scores === null) return null;
  if (task === "multilabel") return [sumsOfRows(labels, classes.length), sumsOfRows(scores, classes.length)];
  if (task !== "multiclass") return [labels, scores];
  if (decisions === null) return null;
  const right = labels.map((label, row) => (label === decisions[row] ? 1 : 0));
  const sure = labels.map((_, row) => scores[row * classes.length + (decisions[row] as number)] as number);
  return [right, sure];
}

/** Of rows × width, one number a row: labels a row has, and labels it is expected to have. */
function sumsOfRows(cells: Float64Array, width: number): Float64Array {
  const sums = new Float64Array(cells.length / width);
  for (let cell = 0; cell < cells.length; cell++) {
    const row = Math.floor(cell / width);
    sums[row] = (sums[row] as number) + (cells[cell] as number);
  }
  return sums;
}

function metricsNow(
  rows: Predictions,
  groups: { of: Int32Array; count: number } | null,
  rule: PerformanceRule,
): Performance["metrics"] {
  const units = groups ?? { of: Int32Array.from({ length: rows.rows }, (_, row) => row), count: rows.rows };
  const metrics = metricsFor(
    rows,
    null,
    rule.reference.map((metric) => metric.name),
  );
  const statistics = sideStatistics(rows, metrics, units);
  const interval = groups === null ? "analytic" : "cluster-t";
  const trusted = groups === null || groups.count >= LEAST_CLUSTERS;
  return estimators({ rows, statistics }, null, false, { interval, replicates: 0, seed: 0 }).flatMap(
    ({ metric, candidate }) => {
      if (!Number.isFinite(candidate.value)) return [];
      const between = trusted ? candidate.interval(rule.alpha) : null;
      const reference = rule.reference.find(({ name }) => name === metric.name)?.value ?? null;
      const known = between?.every(Number.isFinite) ?? false;
      return [{ name: metric.name, reference, current: { value: candidate.value, interval: known ? between : null } }];
    },
  );
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
