import { total } from "../../statistics/total.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { effectiveRows, sumByUnit } from "../parts/part.ts";
import type { SideStatistics } from "../parts/side-statistics.ts";
import { type Estimator, student } from "./estimator.ts";
import type { Estimators } from "./estimators.ts";
import { folded } from "./folded.ts";
import { alikeUnits, degreesOf } from "./group-intervals.ts";
import type { JudgedSide } from "./judged-side.ts";
import { notTooNarrow } from "./least-width.ts";

/** What of a variance is known: the variance itself, and with how many degrees of freedom. */
interface Variance {
  readonly value: number;
  readonly degrees: number;
}

/**
 * Intervals where several runs of one recipe, which differ by their seed, were scored on the same rows. The candidate's value is the mean over the k runs. Its
 * variance is that of the mean over rows (clustered by groups), from the mean of the runs' deviations, plus s²/k, s² the variance between the runs. The
 * baseline is one run of its own recipe, as lucky or unlucky in its seed as one of these: its difference has s²·(1/k + 1), so that a recipe is not called better
 * than itself. The two parts' half widths, each by Student's t with degrees of freedom of its own, are squared and added (as MOVER does, Donner & Zou 2012):
 * Satterthwaite's degrees of freedom for their sum claimed a difference between equal recipes in 12 % of pairs of two seeds, where s² is now and then small by
 * chance. What rows and seeds do together is counted in both parts: a little too wide (Owen 2007, "The pigeonhole bootstrap", section 4).
 * @param runs The candidate's, the one that was named first; two or more, row by row the same rows.
 * @param groups How many groups rows come in; null: rows are independent.
 */
export function pooledEstimators(
  runs: readonly JudgedSide[],
  baseline: JudgedSide | null,
  paired: boolean,
  groups: number | null,
): Estimators[] {
  const [first] = runs as [JudgedSide, ...JudgedSide[]];
  return first.statistics.metrics.map((metric, i): Estimators => {
    const values = runs.map(({ statistics }) => statistics.values[i] as number);
    const value = total(values) / values.length;
    const between: Variance = { value: varianceOf(values, value), degrees: values.length - 1 };
    const own = meanDeviations(runs, i);
    const rest = { ignoringGroups: null, effectiveRows: null, crossCheck: () => null };
    const candidate = estimate(metric, value, sampling(own, first, groups), between, 1 / values.length, metric.range);
    if (baseline === null)
      return { ...folded({ metric, candidate, baseline: null, difference: null, sum: null }), ...rest };
    const other = baseline.statistics.values[i] as number;
    const theirs = baseline.statistics.deviations(i);
    const share = 1 / values.length + 1;
    const apart = (sign: 1 | -1, units: number | null) => {
      const variance = paired
        ? sampling(combined(own, theirs, sign), first, units)
        : added(sampling(own, first, units), sampling(theirs, baseline, units));
      return estimate(metric, value + sign * other, variance, between, share);
    };
    const compared = {
      metric,
      candidate,
      baseline: estimate(metric, other, sampling(theirs, baseline, groups), null, 0, metric.range),
      difference: apart(-1, groups),
      sum: metric.signed === undefined ? null : apart(1, groups),
    };
    const rowwise = {
      ...compared,
      difference: apart(-1, null),
      sum: metric.signed === undefined ? null : apart(1, null),
    };
    return {
      ...folded(notTooNarrow(compared, first, baseline, i)),
      ...rest,
      ignoringGroups: groups === null ? null : folded(rowwise).difference,
    };
  });
}

/** How much a metric differs between runs: s. */
export function betweenSd(values: readonly number[]): number {
  return Math.sqrt(varianceOf(values, total(values) / values.length));
}

function varianceOf(values: readonly number[], mean: number): number {
  return total(values.map((one) => (one - mean) ** 2)) / (values.length - 1);
}

function meanDeviations(runs: readonly JudgedSide[], metric: number): Float64Array {
  const [first, ...others] = runs.map(({ statistics }) => statistics.deviations(metric)) as [
    Float64Array,
    ...Float64Array[],
  ];
  const mean = first.slice();
  for (const one of others)
    for (let row = 0; row < mean.length; row++) mean[row] = (mean[row] as number) + (one[row] as number);
  for (let row = 0; row < mean.length; row++) mean[row] = (mean[row] as number) / runs.length;
  return mean;
}

function combined(a: Float64Array, b: Float64Array, sign: 1 | -1): Float64Array {
  const both = new Float64Array(a.length);
  for (let row = 0; row < a.length; row++) both[row] = (a[row] as number) + sign * (b[row] as number);
  return both;
}

/** The variance of a mean over rows; of groups G/(G − 1) · Σ over groups of (Σ of its deviations)². */
function sampling(deviations: Float64Array, { rows, statistics }: JudgedSide, groups: number | null): Variance {
  const squares = (values: Float64Array) => values.reduce((sum, one) => sum + one * one, 0);
  if (groups === null) return { value: squares(deviations), degrees: effectiveRows(rows) - 1 };
  const count = Math.min(groups, unitCount(statistics));
  const degrees = degreesOf(alikeUnits({ rows, statistics }));
  return { value: (count / (count - 1)) * squares(sumByUnit(deviations, statistics.units)), degrees };
}

const unitCount = ({ units }: SideStatistics) => units.count;

function added(a: Variance, b: Variance): Variance {
  return { value: a.value + b.value, degrees: satterthwaite([a, b]) };
}

/** Satterthwaite 1946: (Σ v)² / Σ v²/d. */
function satterthwaite(parts: readonly Variance[]): number {
  const below = parts.reduce((sum, { value, degrees }) => sum + value ** 2 / degrees, 0);
  const all = parts.reduce((sum, { value }) => sum + value, 0);
  return below > 0 ? all ** 2 / below : Math.min(...parts.map(({ degrees }) => degrees));
}

function estimate(
  metric: MetricDefinition,
  value: number,
  rows: Variance,
  between: Variance | null,
  share: number,
  range?: readonly [number, number],
): Estimator {
  const error = (variance: number) => (metric.from.kind === "extreme" ? Number.NaN : Math.sqrt(variance));
  const ofRows = student(value, error(rows.value), rows.degrees, "pooled-t");
  if (between === null) return student(value, error(rows.value), rows.degrees, "pooled-t", range);
  const ofSeeds = student(value, error(share * between.value), between.degrees, "pooled-t");
  const [least, most] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return {
    value,
    by: "pooled-t",
    error: error(rows.value + share * between.value),
    interval(alpha) {
      const [a, b] = [ofRows.interval(alpha), ofSeeds.interval(alpha)];
      if (a === null || b === null) return null;
      const half = Math.hypot(a[1] - value, b[1] - value);
      return [Math.max(least, value - half), Math.min(most, value + half)];
    },
  };
}
