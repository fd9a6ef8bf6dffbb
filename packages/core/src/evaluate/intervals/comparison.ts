import type { Interval } from "../../check/check.ts";
import { twoSidedP } from "../../statistics/interval-inversion.ts";
import type { MetricComparison } from "../evaluation-report.ts";
import type { Estimator } from "./estimator.ts";
import type { Estimators } from "./estimators.ts";

/** Most clusters worth telling somebody to wait for; of single rows, twenty times as many as there are. */
const MOST_CLUSTERS = 10_000;

/**
 * A metric's estimators at one level, as the report carries them; null when the metric has no value here.
 * @param units Groups or rows behind the interval; null where more of them would not settle it.
 */
export function comparison(estimators: Estimators, alpha: number, units: number | null): MetricComparison | null {
  const { metric, candidate, baseline, difference, ignoringGroups } = estimators;
  if (!Number.isFinite(candidate.value) || (baseline !== null && !Number.isFinite(baseline.value))) return null;
  const at = (one: Estimator) => ({ value: one.value, interval: one.interval(alpha) });
  const shown = difference === null ? null : at(difference);
  const second = estimators.crossCheck();
  return {
    name: metric.name,
    goal: metric.goal,
    unit: metric.unit,
    candidate: at(candidate),
    baseline: baseline === null ? null : at(baseline),
    difference: shown,
    gain:
      shown === null
        ? null
        : { value: towardsGain(shown.value, metric.goal), interval: gainInterval(shown.interval, metric.goal) },
    ignoringGroups: ignoringGroups?.interval(alpha) ?? null,
    moreNeeded: shown === null || units === null ? null : moreNeeded(shown.value, shown.interval, units),
    test: difference === null ? { name: candidate.by, p: null } : { name: difference.by, p: pOf(difference) },
    ...(second !== null && { crossCheck: second }),
    ...(estimators.effectiveRows !== null && { effectiveRows: estimators.effectiveRows }),
  };
}

/** The two-sided p-value of no difference; never finer than the estimator can tell. */
export function pOf(difference: Estimator): number | null {
  const p = difference.p ?? twoSidedP((level) => difference.interval(level));
  return p === null ? null : Math.max(p, difference.leastP ?? 0);
}

/** A difference signed so that more is better; and back. Zero stays plain zero. */
export function towardsGain(value: number, goal: "maximize" | "minimize"): number {
  return goal === "maximize" ? value : 0 - value;
}

/** The interval of a difference as one of the gain. */
export function gainInterval(interval: Interval | null, goal: "maximize" | "minimize"): Interval | null {
  return interval === null || goal === "maximize" ? interval : [0 - interval[1], 0 - interval[0]];
}

/**
 * Units still needed before an interval around this difference would exclude zero: its half width shrinks with the square root of their number.
 * Null when it excludes zero already, or would only far out of reach.
 */
export function moreNeeded(difference: number, interval: Interval | null, units: number): number | null {
  if (interval === null || difference === 0) return null;
  const half = difference > 0 ? difference - interval[0] : interval[1] - difference;
  const needed = Math.ceil(units * (half / difference) ** 2) - units;
  return needed > 0 && needed <= Math.max(MOST_CLUSTERS, 20 * units) ? needed : null;
}
