import { generator } from "../../statistics/generator.ts";
import { drawWeights, expandedPercentile, jackknifeError, spreadOf } from "../../statistics/resampling.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import type { SideStatistics } from "../parts/side-statistics.ts";
import { type Estimator, spreadless, student } from "./estimator.ts";
import type { Compared, JudgedSide } from "./judged-side.ts";

/** Student's t with (groups − 1) degrees of freedom on the delete-one-group jackknife. */
export function fromJackknife(candidate: JudgedSide, baseline: JudgedSide | null, paired: boolean): Compared[] {
  const ours = leaveOneOut(candidate.statistics);
  const theirs = baseline === null ? null : leaveOneOut(baseline.statistics);
  const groups = candidate.statistics.units.count;
  return candidate.statistics.metrics.map((metric, i) => {
    const at = (left: readonly Float64Array[]) => left.map((values) => values[i] as number);
    const estimate = (side: SideStatistics, left: readonly Float64Array[]) => {
      const error = jackknifeError(at(left));
      const value = side.values[i] as number;
      return error === 0
        ? spreadless(metric, value, side.units.count, "cluster-t")
        : student(value, error, side.units.count - 1, "cluster-t", metric.range);
    };
    const own = estimate(candidate.statistics, ours);
    if (baseline === null || theirs === null)
      return { metric, candidate: own, baseline: null, difference: null, sum: null };
    const degrees = Math.min(groups, baseline.statistics.units.count) - 1;
    const contrast = (sign: 1 | -1) => {
      const value = (candidate.statistics.values[i] as number) + sign * (baseline.statistics.values[i] as number);
      const error = paired
        ? jackknifeError(at(ours).map((one, g) => one + sign * ((theirs[g] as Float64Array)[i] as number)))
        : Math.hypot(jackknifeError(at(ours)), jackknifeError(at(theirs)));
      return student(value, error, degrees, "cluster-t");
    };
    return {
      metric,
      candidate: own,
      baseline: estimate(baseline.statistics, theirs),
      difference: contrast(-1),
      sum: metric.signed === undefined ? null : contrast(1),
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

/** Percentiles of draws of groups, the same draws for both sides and all metrics when rows are paired. */
export function fromBootstrap(
  candidate: JudgedSide,
  baseline: JudgedSide | null,
  paired: boolean,
  method: { readonly replicates: number; readonly seed: number },
): Compared[] {
  const source = generator(method.seed);
  const draws = (count: number) => Array.from({ length: count }, () => new Float64Array(method.replicates));
  const metrics = candidate.statistics.metrics;
  const ours = draws(metrics.length);
  const theirs = draws(baseline === null ? 0 : metrics.length);
  const weights = new Float64Array(candidate.statistics.units.count);
  const others = paired || baseline === null ? weights : new Float64Array(baseline.statistics.units.count);
  for (let draw = 0; draw < method.replicates; draw++) {
    drawWeights(weights, source);
    if (others !== weights) drawWeights(others, source);
    const own = candidate.statistics.at(weights);
    const other = baseline?.statistics.at(others);
    for (let i = 0; i < metrics.length; i++) {
      (ours[i] as Float64Array)[draw] = own[i] as number;
      if (other !== undefined) (theirs[i] as Float64Array)[draw] = other[i] as number;
    }
  }
  return metrics.map((metric, i) => {
    const value = candidate.statistics.values[i] as number;
    const drawn = ours[i] as Float64Array;
    const own = percentiles(value, drawn, weights.length, metric);
    if (baseline === null) return { metric, candidate: own, baseline: null, difference: null, sum: null };
    const against = baseline.statistics.values[i] as number;
    const other = theirs[i] as Float64Array;
    const contrast = (sign: 1 | -1) =>
      percentiles(
        value + sign * against,
        drawn.map((one, draw) => one + sign * (other[draw] as number)),
        Math.min(weights.length, others.length),
        null,
      );
    return {
      metric,
      candidate: own,
      baseline: percentiles(against, other, others.length, metric),
      difference: contrast(-1),
      sum: metric.signed === undefined ? null : contrast(1),
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
    error: spreadOf(sorted),
    leastP: 1 / (replicates.length + 1),
    interval: (alpha) => (enough && Number.isFinite(value) ? expandedPercentile(sorted, units, alpha) : null),
  };
}
