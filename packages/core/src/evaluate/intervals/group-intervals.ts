import { expandedPercentile, jackknifeError } from "../../statistics/resampling.ts";
import { isOnUnitInterval, type MetricDefinition } from "../metrics/metric.ts";
import { effectiveUnits, type Units } from "../parts/part.ts";
import type { SideStatistics } from "../parts/side-statistics.ts";
import { centred, fromDraws, type Percentiles } from "./draws.ts";
import { spreadless, student, studentOfOdds } from "./estimator.ts";
import type { Compared, JudgedSide } from "./judged-side.ts";

/** Student's t on the delete-one-group jackknife, with as many degrees of freedom as groups that are alike in size would have, less one. */
export function fromJackknife(candidate: JudgedSide, baseline: JudgedSide | null, paired: boolean): Compared[] {
  const ours = leaveOneOut(candidate.statistics);
  const theirs = baseline === null ? null : leaveOneOut(baseline.statistics);
  const alike = new Map(
    [candidate, ...(baseline === null ? [] : [baseline])].map((side) => [side.statistics, alikeUnits(side)]),
  );
  return candidate.statistics.metrics.map((metric, i) => {
    const at = (left: readonly Float64Array[]) => left.map((values) => values[i] as number);
    const estimate = (side: SideStatistics, left: readonly Float64Array[]) => {
      const error = jackknifeError(at(left));
      const value = side.values[i] as number;
      const units = alike.get(side) as number;
      const degrees = degreesOf(units);
      if (error === 0) return spreadless(metric, value, units, "cluster-t");
      return isOnUnitInterval(metric) && value > 0 && value < 1
        ? studentOfOdds(value, error, degrees, "cluster-t")
        : student(value, error, degrees, "cluster-t", metric.range);
    };
    const own = estimate(candidate.statistics, ours);
    if (baseline === null || theirs === null)
      return { metric, candidate: own, baseline: null, difference: null, sum: null };
    const degrees = degreesOf(Math.min(...alike.values()));
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

/**
 * Groups as many as count alike: few large ones among many small decide the variance, and with it how well it is known, so that Student's t with all of
 * them would promise too much.
 */
export function alikeUnits({ rows, statistics }: JudgedSide, units: Units = statistics.units): number {
  return effectiveUnits(rows, units);
}

/** One degree of freedom at least, where there are two groups. */
export function degreesOf(units: number): number {
  return units > 1 ? Math.max(1, units - 1) : 0;
}

/** Every metric without each unit. */
export function leaveOneOut(side: SideStatistics): Float64Array[] {
  const weights = new Float64Array(side.units.count).fill(1);
  return Array.from(weights, (_, unit) => {
    weights[unit] = 0;
    const values = side.at(weights);
    weights[unit] = 1;
    return values;
  });
}

/** Percentiles of draws of groups, widened as by Hesterberg 2015. */
export function fromBootstrap(
  candidate: JudgedSide,
  baseline: JudgedSide | null,
  paired: boolean,
  method: { readonly replicates: number; readonly seed: number },
): Compared[] {
  const ours = Math.max(2, alikeUnits(candidate));
  const theirs = baseline === null ? ours : Math.max(2, alikeUnits(baseline));
  const of =
    (units: number): Percentiles =>
    (sorted, alpha) =>
      expandedPercentile(sorted, units, alpha);
  return fromDraws(candidate, baseline, paired, method, {
    by: "cluster-bootstrap",
    own(index, which) {
      const { statistics } = which === "candidate" ? candidate : (baseline ?? candidate);
      const { jumps, range } = statistics.metrics[index] as MetricDefinition;
      const percentiles = of(which === "candidate" ? ours : theirs);
      return jumps ? centred(percentiles, statistics.values[index] as number, range) : percentiles;
    },
    contrast: () => of(Math.min(ours, theirs)),
  });
}
