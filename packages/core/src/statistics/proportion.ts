import { regularizedBeta } from "./special-functions.ts";

/**
 * Clopper & Pearson's exact interval of a proportion (1934), `successes` of `trials` at level 1 − alpha: the shares under which the tail that was seen has
 * probability alpha/2 at least. Holds the true share at least as often as it says, however few trials.
 * @param successes A whole number.
 */
export function clopperPearson(successes: number, trials: number, alpha: number): [number, number] {
  const low = successes === 0 ? 0 : betaQuantile(alpha / 2, successes, trials - successes + 1);
  const high = successes === trials ? 1 : betaQuantile(1 - alpha / 2, successes + 1, trials - successes);
  return [low, high];
}

/** The x with I_x(a, b) = p, by bisection. */
function betaQuantile(p: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  while (high - low > 1e-16 * high) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (regularizedBeta(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Wilson's score interval of a proportion, `successes` of `trials` at the normal quantile `z`. Never leaves [0, 1], never has width zero. */
export function wilson(successes: number, trials: number, z: number): [number, number] {
  const share = successes / trials;
  const shrink = 1 + (z * z) / trials;
  const centre = (share + (z * z) / (2 * trials)) / shrink;
  const half = (z / shrink) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return [Math.max(0, Math.min(share, centre - half)), Math.min(1, Math.max(share, centre + half))];
}

/**
 * Interval of the difference of two proportions on the same trials, from the discordant pairs (Agresti & Min 2005, "Wald + 2": half a pair is added
 * to each cell of the 2 × 2 table). Unlike Wald's it has a width when no pair, or every pair, is discordant.
 * @param gained Trials that only the first got right. @param lost Trials that only the second got right.
 */
export function pairedDifference(gained: number, lost: number, trials: number, z: number): [number, number] {
  const n = trials + 2;
  const centre = (gained - lost) / n;
  const half = (z * Math.sqrt(Math.max(0, gained + lost + 1 - ((gained - lost) * (gained - lost)) / n))) / n;
  const value = (gained - lost) / trials;
  return [Math.max(-1, Math.min(value, centre - half)), Math.min(1, Math.max(value, centre + half))];
}

/** Chance that of so many independent tries of a model no better than its baseline one is taken for better. */
export function luckyPass(runs: number, alpha: number): number {
  return 1 - (1 - alpha / 2) ** runs;
}
