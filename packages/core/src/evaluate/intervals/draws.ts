import type { Interval } from "../../check/check.ts";
import { generator } from "../../statistics/generator.ts";
import { drawWeights, spreadOf } from "../../statistics/resampling.ts";
import { total } from "../../statistics/total.ts";
import type { TestName } from "../evaluation-report.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { type Estimator, spreadless } from "./estimator.ts";
import type { Compared, JudgedSide } from "./judged-side.ts";

/** An interval at level 1 − alpha from replicates, sorted and finite. */
export type Percentiles = (sorted: Float64Array, alpha: number) => Interval;

/**
 * Percentiles moved by the bias of the draws, mean less the value seen, into the range of the metric. A metric that chance only makes greater, as a calibration error,
 * is greater still when what chance did is drawn from once more: its plain percentiles may leave out the very value they are of.
 */
export function centred(
  percentiles: Percentiles,
  value: number,
  [least, most]: readonly [number, number],
): Percentiles {
  return (sorted, alpha) => {
    const bias = total(sorted) / sorted.length - value;
    const [low, high] = percentiles(sorted, alpha);
    return [Math.max(least, low - bias), Math.min(most, high - bias)];
  };
}

/** How replicates become intervals: of a side's own values, and of candidate + sign · baseline. */
export interface Reading {
  readonly by: TestName;
  own(index: number, side: "candidate" | "baseline"): Percentiles;
  contrast(index: number, sign: 1 | -1): Percentiles;
}

/** Intervals from draws of units with replacement: the same draws for both sides and all metrics when rows are paired. */
export function fromDraws(
  candidate: JudgedSide,
  baseline: JudgedSide | null,
  paired: boolean,
  method: { readonly replicates: number; readonly seed: number },
  reading: Reading,
): Compared[] {
  const { ours, theirs } = replicatesOf(candidate, baseline, paired, method);
  return candidate.statistics.metrics.map((metric, i) => {
    const value = candidate.statistics.values[i] as number;
    const drawn = ours[i] as Float64Array;
    const own = (side: "candidate" | "baseline", seen: number, replicates: Float64Array, units: number) =>
      estimator(seen, replicates, reading.by, reading.own(i, side), { metric, units });
    const first = own("candidate", value, drawn, candidate.statistics.units.count);
    if (baseline === null) return { metric, candidate: first, baseline: null, difference: null, sum: null };
    const against = baseline.statistics.values[i] as number;
    const other = theirs[i] as Float64Array;
    const contrast = (sign: 1 | -1) => {
      const replicates = drawn.map((one, draw) => one + sign * (other[draw] as number));
      return estimator(value + sign * against, replicates, reading.by, reading.contrast(i, sign), null);
    };
    return {
      metric,
      candidate: first,
      baseline: own("baseline", against, other, baseline.statistics.units.count),
      difference: contrast(-1),
      sum: metric.signed === undefined ? null : contrast(1),
    };
  });
}

function replicatesOf(
  candidate: JudgedSide,
  baseline: JudgedSide | null,
  paired: boolean,
  { replicates, seed }: { readonly replicates: number; readonly seed: number },
): { ours: Float64Array[]; theirs: Float64Array[] } {
  const source = generator(seed);
  const { metrics, units } = candidate.statistics;
  const ours = metrics.map(() => new Float64Array(replicates));
  const theirs = baseline === null ? [] : metrics.map(() => new Float64Array(replicates));
  const weights = new Float64Array(units.count);
  const others = paired || baseline === null ? weights : new Float64Array(baseline.statistics.units.count);
  for (let draw = 0; draw < replicates; draw++) {
    drawWeights(weights, source);
    if (others !== weights) drawWeights(others, source);
    const own = candidate.statistics.at(weights);
    const other = baseline?.statistics.at(others);
    for (let i = 0; i < metrics.length; i++) {
      (ours[i] as Float64Array)[draw] = own[i] as number;
      if (other !== undefined) (theirs[i] as Float64Array)[draw] = other[i] as number;
    }
  }
  return { ours, theirs };
}

/** A replicate may have no value (no positives drawn); with more than one in twenty of those there is no interval. */
function estimator(
  value: number,
  replicates: Float64Array,
  by: TestName,
  interval: Percentiles,
  own: { readonly metric: MetricDefinition; readonly units: number } | null,
): Estimator {
  const sorted = replicates.filter(Number.isFinite).sort();
  const enough = sorted.length >= 0.95 * replicates.length;
  if (enough && own !== null && sorted[0] === sorted.at(-1)) return spreadless(own.metric, value, own.units, by);
  return {
    value,
    by,
    error: spreadOf(sorted),
    leastP: 1 / (replicates.length + 1),
    interval(alpha) {
      if (!enough || !Number.isFinite(value)) return null;
      const [low, high] = interval(sorted, alpha);
      return [Math.min(low, value), Math.max(high, value)];
    },
  };
}
