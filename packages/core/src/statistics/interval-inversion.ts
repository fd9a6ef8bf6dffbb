/** Smaller p-values than this are not told apart: quantiles so far out are not exact. */
export const LEAST_P = 1e-9;
const HALVINGS = 50;

/**
 * The two-sided p-value of zero that intervals stand for: the greatest level alpha whose 1 − alpha interval still holds zero (Casella & Berger 2002, §9.2).
 * So it never says otherwise than the interval beside it.
 * @param interval Narrower for a greater alpha in (0, 1); null where there is none. @returns In [1e-9, 1]; null without an interval.
 */
export function twoSidedP(interval: (alpha: number) => readonly [number, number] | null): number | null {
  const holdsZero = (alpha: number) => {
    const found = interval(alpha);
    return found === null ? null : found[0] <= 0 && found[1] >= 0;
  };
  const [widest, narrowest] = [holdsZero(LEAST_P), holdsZero(1 - LEAST_P)];
  if (widest === null || narrowest === null) return null;
  if (!widest) return LEAST_P;
  if (narrowest) return 1;
  let [low, high] = [Math.log(LEAST_P), 0];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (holdsZero(Math.exp(middle))) low = middle;
    else high = middle;
  }
  return Math.exp(low);
}
