import { normalQuantile } from "../../statistics/distributions.ts";
import { generator } from "../../statistics/generator.ts";
import { mcnemar } from "../../statistics/paired-tests.ts";
import { pairedDifference, wilson } from "../../statistics/proportion.ts";
import { drawWeights, expandedPercentile, jackknifeError } from "../../statistics/resampling.ts";
import { total } from "../../statistics/total.ts";
import type { TestName } from "../evaluation-report.ts";
import type { FromSums, MetricDefinition } from "../metrics/metric.ts";
import { rarest } from "../metrics/metrics.ts";
import { effectiveRows } from "../parts/part.ts";
import type { SideStatistics } from "../parts/side-statistics.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { type Estimator, spreadless, student } from "./estimator.ts";

/** One metric of the candidate, of the baseline, and their difference (candidate − baseline). */
export interface Estimators {
  readonly metric: MetricDefinition;
  readonly candidate: Estimator;
  readonly baseline: Estimator | null;
  readonly difference: Estimator | null;
  /** The difference if rows were independent; null where they are taken to be. */
  readonly ignoringGroups: Estimator | null;
}

/** Rows of a side with its statistics. */
export interface JudgedSide {
  readonly rows: JudgedRows;
  readonly statistics: SideStatistics;
}

/** How intervals come about. `units` is the number of groups, or of rows without groups. */
export interface Method {
  readonly interval: "cluster-bootstrap" | "cluster-t" | "analytic";
  readonly replicates: number;
  readonly seed: number;
}

/** Replicates of the bootstrap. */
export const REPLICATES = 2_000;
/** From so many groups on, they are drawn with replacement; below, Student's t on the jackknife. */
export const BOOTSTRAP_GROUPS = 30;

/**
 * Intervals of all metrics of one or two sides.
 * - without groups: rows are independent. DeLong for ROC-AUC, Wilson for shares, Agresti & Min for paired differences of shares, and
 *   Student's t on the linearised standard error for the rest;
 * - under 30 groups: Student's t with (groups − 1) degrees of freedom on the delete-one-group jackknife;
 * - from 30 groups on: percentiles of 2,000 draws of groups, the same draws for both sides and all metrics when rows are paired.
 */
export function estimators(
  candidate: JudgedSide,
  baseline: JudgedSide | null,
  paired: boolean,
  method: Method,
): Estimators[] {
  if (method.interval === "analytic") return fromRows(candidate, baseline, paired);
  const grouped =
    method.interval === "cluster-t"
      ? fromJackknife(candidate, baseline, paired)
      : fromBootstrap(candidate, baseline, paired, method);
  if (baseline === null || candidate.rows.task === "ranking") return grouped; // a ranking's row is no unit of anything
  return grouped.map((one, i) => ({ ...one, ignoringGroups: rowDifference(candidate, baseline, paired, i) }));
}

function fromRows(candidate: JudgedSide, baseline: JudgedSide | null, paired: boolean): Estimators[] {
  return candidate.statistics.metrics.map((metric, i) => ({
    metric,
    candidate: rowEstimate(candidate, i),
    baseline: baseline === null ? null : rowEstimate(baseline, i),
    difference: baseline === null ? null : rowDifference(candidate, baseline, paired, i),
    ignoringGroups: null,
  }));
}

function rowEstimate({ rows, statistics }: JudgedSide, index: number): Estimator {
  const metric = statistics.metrics[index] as MetricDefinition;
  const value = statistics.values[index] as number;
  const share = metric.from.kind === "sums" ? metric.from.share?.(statistics.sumsOf(index)) : undefined;
  const effective = effectiveRows(rows);
  if (share !== undefined && share[1] > 0) {
    const each = rows.weights === null ? 1 : effective / total(rows.weights); // a weighted row counts as this much of one
    const interval = (alpha: number) => wilson(share[0] * each, share[1] * each, normalQuantile(1 - alpha / 2));
    return { value, by: "wilson", interval };
  }
  const error = Math.sqrt(squares(statistics.deviations(index)));
  if (error === 0 && metric.from.kind !== "sums")
    return spreadless(metric, value, rarest(rows) ?? rows.rows, rowTest(metric));
  return student(value, error, effective - 1, rowTest(metric), metric.range);
}

const rowTest = ({ from }: MetricDefinition): TestName => (from.kind === "roc-auc" ? "delong" : "t");

/** The difference's interval from rows alone. */
function rowDifference(candidate: JudgedSide, baseline: JudgedSide, paired: boolean, index: number): Estimator {
  const metric = candidate.statistics.metrics[index] as MetricDefinition;
  const value = (candidate.statistics.values[index] as number) - (baseline.statistics.values[index] as number);
  const ours = candidate.statistics.deviations(index);
  const theirs = baseline.statistics.deviations(index);
  if (!paired) {
    const rows = Math.min(effectiveRows(candidate.rows), effectiveRows(baseline.rows));
    return student(value, Math.sqrt(squares(ours) + squares(theirs)), rows - 1, rowTest(metric));
  }
  const trial = metric.from.kind === "sums" ? metric.from.trial : undefined;
  if (trial !== undefined && candidate.rows.weights === null) {
    const { gained, lost, trials } = discordant(trial, candidate.rows, baseline.rows);
    if (trials > 0) {
      const { test, p } = mcnemar(gained, lost);
      const interval = (alpha: number) => pairedDifference(gained, lost, trials, normalQuantile(1 - alpha / 2));
      return { value, by: test, p, interval };
    }
  }
  for (let row = 0; row < ours.length; row++) ours[row] = (ours[row] as number) - (theirs[row] as number);
  return student(value, Math.sqrt(squares(ours)), effectiveRows(candidate.rows) - 1, rowTest(metric));
}

function discordant(trial: NonNullable<FromSums["trial"]>, candidate: JudgedRows, baseline: JudgedRows) {
  let [gained, lost, trials] = [0, 0, 0];
  for (let row = 0; row < candidate.rows; row++) {
    const ours = trial(candidate, row);
    if (ours === null) continue;
    trials++;
    const theirs = trial(baseline, row);
    if (ours && !theirs) gained++;
    else if (!ours && theirs) lost++;
  }
  return { gained, lost, trials };
}

function fromJackknife(candidate: JudgedSide, baseline: JudgedSide | null, paired: boolean): Estimators[] {
  const ours = leaveOneOut(candidate.statistics);
  const theirs = baseline === null ? null : leaveOneOut(baseline.statistics);
  const groups = candidate.statistics.units.count;
  return candidate.statistics.metrics.map((metric, i) => {
    const estimate = (side: SideStatistics, left: Float64Array[]) => {
      const error = jackknifeError(left.map((values) => values[i] as number));
      const value = side.values[i] as number;
      return error === 0
        ? spreadless(metric, value, side.units.count, "cluster-t")
        : student(value, error, side.units.count - 1, "cluster-t", metric.range);
    };
    const own = estimate(candidate.statistics, ours);
    if (baseline === null || theirs === null)
      return { metric, candidate: own, baseline: null, difference: null, ignoringGroups: null };
    const value = (candidate.statistics.values[i] as number) - (baseline.statistics.values[i] as number);
    const error = paired
      ? jackknifeError(ours.map((values, g) => (values[i] as number) - ((theirs[g] as Float64Array)[i] as number)))
      : Math.hypot(
          jackknifeError(ours.map((values) => values[i] as number)),
          jackknifeError(theirs.map((values) => values[i] as number)),
        );
    const degrees = Math.min(groups, baseline.statistics.units.count) - 1;
    return {
      metric,
      candidate: own,
      baseline: estimate(baseline.statistics, theirs),
      difference: student(value, error, degrees, "cluster-t"),
      ignoringGroups: null,
    };
  });
}

function leaveOneOut(side: SideStatistics): Float64Array[] {
  const weights = new Float64Array(side.units.count).fill(1);
  return Array.from(weights, (_, unit) => {
    weights[unit] = 0;
    const values = side.at(weights);
    weights[unit] = 1;
    return values;
  });
}

function fromBootstrap(
  candidate: JudgedSide,
  baseline: JudgedSide | null,
  paired: boolean,
  method: Method,
): Estimators[] {
  const source = generator(method.seed);
  const draws = (count: number) => Array.from({ length: count }, () => new Float64Array(method.replicates));
  const metrics = candidate.statistics.metrics;
  const ours = draws(metrics.length);
  const theirs = draws(baseline === null ? 0 : metrics.length);
  const differences = draws(theirs.length);
  const weights = new Float64Array(candidate.statistics.units.count);
  const others = paired || baseline === null ? weights : new Float64Array(baseline.statistics.units.count);
  for (let draw = 0; draw < method.replicates; draw++) {
    drawWeights(weights, source);
    if (others !== weights) drawWeights(others, source);
    const own = candidate.statistics.at(weights);
    const other = baseline?.statistics.at(others);
    for (let i = 0; i < metrics.length; i++) {
      (ours[i] as Float64Array)[draw] = own[i] as number;
      if (other === undefined) continue;
      (theirs[i] as Float64Array)[draw] = other[i] as number;
      (differences[i] as Float64Array)[draw] = (own[i] as number) - (other[i] as number);
    }
  }
  const units = weights.length;
  return metrics.map((metric, i) => {
    const value = candidate.statistics.values[i] as number;
    const own = percentiles(value, ours[i] as Float64Array, units, metric);
    if (baseline === null) return { metric, candidate: own, baseline: null, difference: null, ignoringGroups: null };
    const against = baseline.statistics.values[i] as number;
    return {
      metric,
      candidate: own,
      baseline: percentiles(against, theirs[i] as Float64Array, others.length, metric),
      difference: percentiles(value - against, differences[i] as Float64Array, Math.min(units, others.length), null),
      ignoringGroups: null,
    };
  });
}

/** A replicate may have no value (no positives drawn); with more than one in twenty of those there is no interval. */
function percentiles(
  value: number,
  replicates: Float64Array,
  units: number,
  metric: MetricDefinition | null,
): Estimator {
  const sorted = replicates.filter(Number.isFinite).sort();
  const enough = sorted.length >= 0.95 * replicates.length;
  const by = "cluster-bootstrap";
  if (enough && metric !== null && sorted[0] === sorted.at(-1)) return spreadless(metric, value, units, by);
  return {
    value,
    by,
    leastP: 1 / (replicates.length + 1),
    interval: (alpha) => (enough && Number.isFinite(value) ? expandedPercentile(sorted, units, alpha) : null),
  };
}

function squares(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  return sum;
}
