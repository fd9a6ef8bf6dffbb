import { expandedPercentile, jackknifeError } from "../../statistics/resampling.ts";
import { isOnUnitInterval } from "../metrics/metric.ts";
import type { SideStatistics } from "../parts/side-statistics.ts";
import { fromDraws, type Percentiles } from "./draws.ts";
import { spreadless, student, studentOfOdds } from "./estimator.ts";
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
      const degrees = side.units.count - 1;
      if (error === 0) return spreadless(metric, value, side.units.count, "cluster-t");
      return isOnUnitInterval(metric) && value > 0 && value < 1
        ? studentOfOdds(value, error, degrees, "cluster-t")
        : student(value, error, degrees, "cluster-t", metric.range);
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
  const ours = candidate.statistics.units.count;
  const theirs = baseline?.statistics.units.count ?? ours;
  const of =
    (units: number): Percentiles =>
    (sorted, alpha) =>
      expandedPercentile(sorted, units, alpha);
  return fromDraws(candidate, baseline, paired, method, {
    by: "cluster-bootstrap",
    own: (_, side) => of(side === "candidate" ? ours : theirs),
    contrast: () => of(Math.min(ours, theirs)),
  });
}
