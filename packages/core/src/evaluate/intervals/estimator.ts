import type { Interval } from "../../check/check.ts";
import { normalQuantile, studentTCdf, studentTQuantile } from "../../statistics/distributions.ts";
import { LEAST_P } from "../../statistics/interval-inversion.ts";
import { wilson } from "../../statistics/proportion.ts";
import type { TestName } from "../evaluation-report.ts";
import { isOnUnitInterval, isShare, type MetricDefinition } from "../metrics/metric.ts";

/** A number and its two-sided interval at level 1 − alpha; null where none can be computed. */
export interface Estimator {
  readonly value: number;
  readonly by: TestName;
  /** Its standard error, where one is known. */
  readonly error?: number;
  /** How many rows or groups that error rests on, where it is known: those that a difference of decisions moves. */
  readonly carriers?: number;
  /** Two-sided, of zero, where a test of its own gives it; else it follows from the intervals. */
  readonly p?: number;
  /** The finest p-value it can tell; of drawn replicates, one of them and the one seen. */
  readonly leastP?: number;
  interval(alpha: number): Interval | null;
}

/** Student's t interval around a value, cut to the range the value can take; none without a degree of freedom. */
export function student(
  value: number,
  error: number,
  degrees: number,
  by: TestName,
  range: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): Estimator {
  const isCut = range[0] > Number.NEGATIVE_INFINITY || range[1] < Number.POSITIVE_INFINITY;
  return {
    value,
    by,
    error,
    // What inverting the intervals would find, without fifty quantiles.
    ...(!isCut &&
      degrees >= 1 &&
      error > 0 && { p: Math.max(LEAST_P, 2 * studentTCdf(-Math.abs(value / error), degrees)) }),
    interval(alpha) {
      if (degrees < 1 || !Number.isFinite(error) || !Number.isFinite(value)) return null;
      const half = studentTQuantile(1 - alpha / 2, degrees) * error;
      return [Math.max(range[0], value - half), Math.min(range[1], value + half)];
    },
  };
}

/**
 * The same for a value in (0, 1), computed for its logarithm of the odds: there its distribution leans less and its error (by the delta method,
 * error / (value·(1 − value))) depends less on the value, which matters near the ends and on few rows. Never leaves (0, 1).
 */
export function studentOfOdds(value: number, error: number, degrees: number, by: TestName): Estimator {
  const odds = student(Math.log(value / (1 - value)), error / (value * (1 - value)), degrees, by);
  const back = (end: number) => 1 / (1 + Math.exp(0 - end));
  return {
    value,
    by,
    error,
    interval(alpha) {
      const ends = odds.interval(alpha);
      return ends === null ? null : [back(ends[0]), back(ends[1])];
    },
  };
}

/**
 * A value without any spread. A share, or a quality from 0 to 1, is not certain for that (all right, say): Wilson's interval, with groups or rows of the
 * rarest class for trials. Anything else is the same number wherever it was looked at.
 */
export function spreadless(metric: MetricDefinition, value: number, trials: number, by: TestName): Estimator {
  if (metric.needs === "costs") return { value, by, interval: () => null }; // no mistake seen says nothing of how dear the first one will be
  if (!isShare(metric) && !isOnUnitInterval(metric)) return student(value, 0, trials - 1, by, metric.range);
  const seen = metric.rests?.(trials) ?? trials; // of the first ten rows no more is known than ten say
  return { value, by: "wilson", interval: (alpha) => wilson(value * seen, seen, normalQuantile(1 - alpha / 2)) };
}
