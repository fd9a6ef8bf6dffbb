import { argsort } from "./argsort.ts";
import { chiSquareSf, normalCdf } from "./distributions.ts";
import { generator } from "./generator.ts";
import { logGamma, regularizedBeta } from "./special-functions.ts";

/** Tests of pairs: two models on the same rows. All two-sided. */

/** Fewer discordant pairs than this are counted out exactly. */
const EXACT_PAIRS = 25;

/**
 * McNemar's test of whether two models are right equally often (McNemar 1947): binomial on the discordant pairs, exact under 25 of them, else mid-p
 * (Fagerland, Lydersen & Laake 2013), which is less conservative and keeps its level.
 * @param gained Rows that only the first got right. @param lost Rows that only the second got right.
 */
export function mcnemar(gained: number, lost: number): { test: "mcnemar-exact" | "mcnemar-mid-p"; p: number } {
  const n = gained + lost;
  const k = Math.min(gained, lost);
  const test = n < EXACT_PAIRS ? "mcnemar-exact" : "mcnemar-mid-p";
  if (n === 0 || gained === lost) return { test, p: 1 };
  const tail = regularizedBeta(0.5, n - k, k + 1); // P(X ≤ k) of Binomial(n, ½)
  const twice = 2 * tail - (test === "mcnemar-mid-p" ? binomialHalf(k, n) : 0);
  return { test, p: Math.min(1, twice) };
}

/** P(X = k) of Binomial(n, ½). */
function binomialHalf(k: number, n: number): number {
  return Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) - n * Math.LN2);
}

/** McNemar's χ² with one degree of freedom, with Edwards's correction (1948) or without: as other programs print it. */
export function mcnemarChiSquare(gained: number, lost: number, corrected: boolean): { statistic: number; p: number } {
  const distance = Math.max(0, Math.abs(gained - lost) - (corrected ? 1 : 0));
  const statistic = gained + lost === 0 ? 0 : distance ** 2 / (gained + lost);
  return { statistic, p: chiSquareSf(statistic, 1) };
}

/** Pairs up to which every sum of ranks is counted. */
const EXACT_RANKS = 50;

/**
 * Wilcoxon's signed-rank test (1945) of differences around zero. Zeros are left out. Exact up to 50 differences without ties, else the normal
 * approximation with the variance that ties leave, without a continuity correction (scipy's defaults).
 * @returns `statistic`: the lesser of the two sums of ranks; p 1 when nothing differs.
 */
export function wilcoxon(differences: Float64Array): { statistic: number; p: number } {
  const present = differences.filter((difference) => difference !== 0);
  const n = present.length;
  if (n === 0) return { statistic: 0, p: 1 };
  const sizes = present.map(Math.abs);
  const order = argsort(sizes);
  let [positive, tied] = [0, 0];
  for (let from = 0; from < n; ) {
    let to = from + 1;
    while (to < n && sizes[order[to] as number] === sizes[order[from] as number]) to++;
    const rank = (from + 1 + to) / 2;
    for (let i = from; i < to; i++) if ((present[order[i] as number] as number) > 0) positive += rank;
    const size = to - from;
    tied += size ** 3 - size;
    from = to;
  }
  const statistic = Math.min(positive, (n * (n + 1)) / 2 - positive);
  if (n <= EXACT_RANKS && tied === 0) return { statistic, p: Math.min(1, 2 * rankSumCdf(statistic, n)) };
  const error = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24 - tied / 48);
  return { statistic, p: Math.min(1, 2 * normalCdf((statistic - (n * (n + 1)) / 4) / error)) };
}

/** P(W ≤ w) of the sum of the ranks 1 … n, each taken with probability ½. */
function rankSumCdf(w: number, n: number): number {
  const most = (n * (n + 1)) / 2;
  const ways = new Float64Array(most + 1);
  ways[0] = 1;
  for (let rank = 1; rank <= n; rank++)
    for (let sum = most; sum >= 0; sum--)
      ways[sum] = ((ways[sum] as number) + (sum < rank ? 0 : (ways[sum - rank] as number))) / 2;
  return ways.subarray(0, Math.floor(w) + 1).reduce((sum, one) => sum + one, 0);
}

/** Differences up to which every way to flip signs is tried. */
const ALL_FLIPS = 16;
const FLIPS = 9_999;

/**
 * Permutation test of a mean difference: under the null each difference may as well have the other sign (Fisher 1935). All 2ⁿ ways up to 16
 * differences, else 9,999 drawn ones, the one seen counted among them (Phipson & Smyth 2010).
 */
export function signFlip(differences: Float64Array, seed: number): number {
  const present = differences.filter((difference) => difference !== 0);
  if (present.length === 0) return 1;
  const seen = Math.abs(present.reduce((sum, one) => sum + one, 0));
  const reached = (sum: number) => Math.abs(sum) >= seen * (1 - 1e-12);
  let least = 0;
  if (present.length <= ALL_FLIPS) {
    const ways = 2 ** present.length;
    for (let signs = 0; signs < ways; signs++) {
      let sum = 0;
      for (let i = 0; i < present.length; i++)
        sum += (signs >>> i) & 1 ? (present[i] as number) : -(present[i] as number);
      if (reached(sum)) least++;
    }
    return least / ways;
  }
  const source = generator(seed);
  for (let draw = 0; draw < FLIPS; draw++) {
    let [sum, bits] = [0, 0];
    for (let i = 0; i < present.length; i++) {
      if (i % 32 === 0) bits = source.bits();
      sum += (bits >>> (i % 32)) & 1 ? (present[i] as number) : -(present[i] as number);
    }
    if (reached(sum)) least++;
  }
  return (least + 1) / (FLIPS + 1);
}
