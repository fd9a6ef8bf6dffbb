import type { Interval } from "../../check/check.ts";
import type { Estimator } from "./estimator.ts";
import type { Compared } from "./judged-side.ts";

/**
 * Absolute values of numbers with a sign, and the difference of two, from intervals of the signed numbers.
 *
 * |a| has the fold of a's interval: [0, the farther end] where that holds zero, else its ends without sign. It covers at least as often.
 * |a| − |b| = min(max(d, −s), max(−d, s)) = max(min(d, s), min(−d, −s)) with d = a − b and s = a + b, whatever the signs. From intervals [l, u] of d and
 * [l', u'] of s it is [min(max(l, −u'), max(−u, l')), max(min(u, u'), min(−l, −l'))]. Where both signs are sure this is the interval of ±d or ±s; where
 * one number is far from zero and the other anywhere it fails with probability α at most; where both are near zero, hardly ever: conservative, not smooth.
 */
export function folded(one: Compared): Compared {
  if (one.metric.signed === undefined) return one;
  const { candidate, baseline, difference, sum } = one;
  return {
    ...one,
    candidate: absolute(candidate),
    baseline: baseline === null ? null : absolute(baseline),
    difference:
      baseline === null || difference === null || sum === null
        ? null
        : {
            value: Math.abs(candidate.value) - Math.abs(baseline.value),
            ...named(difference),
            interval: (alpha) => between(difference.interval(alpha), sum.interval(alpha)),
          },
  };
}

function absolute(signed: Estimator): Estimator {
  return {
    value: Math.abs(signed.value),
    ...named(signed),
    interval(alpha) {
      const ends = signed.interval(alpha);
      if (ends === null) return null;
      const [near, far] = ends.map(Math.abs).sort((a, b) => a - b) as [number, number];
      return [ends[0] <= 0 && ends[1] >= 0 ? 0 : near, far];
    },
  };
}

const named = ({ by, error, leastP }: Estimator) => ({
  by,
  ...(error !== undefined && { error }),
  ...(leastP !== undefined && { leastP }),
});

/** Of |a| − |b|, from the intervals of a − b and of a + b. */
export function between(difference: Interval | null, sum: Interval | null): Interval | null {
  if (difference === null || sum === null) return null;
  const [l, u] = difference;
  const [low, high] = sum;
  return [Math.min(Math.max(l, 0 - high), Math.max(0 - u, low)), Math.max(Math.min(u, high), Math.min(0 - l, 0 - low))];
}
