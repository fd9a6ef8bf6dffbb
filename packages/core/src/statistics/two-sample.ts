import { chiSquareSf, kolmogorovSf } from "./distributions.ts";
import { logGamma } from "./special-functions.ts";

/** How far two samples lie apart, and how surprising that is. */
export interface TwoSample {
  /** Largest distance D of the distribution functions, or χ². */
  readonly statistic: number;
  readonly pValue: number;
  /** Share of the rows that moved, 0 … 1, with the sampling noise taken off: √max(0, distance² − noise²). */
  readonly effect: number;
}

/** Median of D·√en under equal distributions: Kolmogorov's law at one half. */
const KS_NOISE = 0.8276;

/**
 * Two-sample Kolmogorov–Smirnov test on counts over common bins:  D = max_k |F(e_k) − G(e_k)|,
 * p = Q_KS((√en + 0.12 + 0.11/√en)·D),  en = nm/(n + m)  (Stephens 1970).
 * On bins D can only be smaller than on the rows (by at most the largest bin's share), so binning raises no false alarm.
 *
 * @param reference Counts per bin, length K.
 * @param current Counts per bin over the same edges, length K.
 * @param designEffect Rows that carry the information of one independent row, ≥ 1: n and m are divided by it.
 * @returns p = 1 and effect 0 when a side is empty. With fewer than about 20 effective rows p is approximate.
 */
export function ksOnCounts(reference: ArrayLike<number>, current: ArrayLike<number>, designEffect = 1): TwoSample {
  sameLength(reference, current);
  const n = total(reference);
  const m = total(current);
  if (n === 0 || m === 0) return { statistic: 0, pValue: 1, effect: 0 };
  let below = 0;
  let belowNow = 0;
  let distance = 0;
  for (let k = 0; k < reference.length; k++) {
    below += reference[k] as number;
    belowNow += current[k] as number;
    distance = Math.max(distance, Math.abs(below / n - belowNow / m));
  }
  const root = Math.sqrt(effectiveRows(n, m) / designEffect);
  const pValue = kolmogorovSf((root + 0.12 + 0.11 / root) * distance);
  return { statistic: distance, pValue, effect: withoutNoise(distance, KS_NOISE / root) };
}

/**
 * Smallest KS distance a test at level `alpha` can see:  √(−ln(α/2)/2) / √en, from the first term of Kolmogorov's series.
 * @param rows Effective en = nm/(n + m), design effect already divided out.
 */
export function detectableDistance(rows: number, alpha: number): number {
  return rows <= 0 ? Number.POSITIVE_INFINITY : Math.sqrt(-Math.log(alpha / 2) / 2 / rows);
}

/** n·m/(n + m): the rows of a one-sample test with the same power. */
export function effectiveRows(n: number, m: number): number {
  return n + m === 0 ? 0 : (n * m) / (n + m);
}

/**
 * χ² test of homogeneity on a 2 × K table, without continuity correction, df = K' − 1 over the K' classes that hold rows.
 * The design effect divides the statistic (Rao and Scott 1981, first order). The effect is the total variation distance
 * TV = ½ Σ|p_k − q_k| less its expectation under equal distributions, TV₀ = ½ Σ √(2/π · p̄_k(1 − p̄_k)(1/n + 1/m)).
 *
 * @param reference Counts per class, length K. @param current Counts per class, length K.
 * @returns p is close only where the expected counts are about 5 or more: merge rare classes first (`frequentClasses`).
 */
export function chiSquareOnCounts(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  designEffect = 1,
): TwoSample & { readonly df: number; readonly distance: number } {
  sameLength(reference, current);
  const n = total(reference);
  const m = total(current);
  if (n === 0 || m === 0) return { statistic: 0, pValue: 1, effect: 0, df: 0, distance: 0 };
  let statistic = 0;
  let distance = 0;
  let noise = 0;
  let classes = 0;
  for (let k = 0; k < reference.length; k++) {
    const r = reference[k] as number;
    const c = current[k] as number;
    if (r + c === 0) continue;
    classes++;
    const pooled = (r + c) / (n + m);
    statistic += (r - pooled * n) ** 2 / (pooled * n) + (c - pooled * m) ** 2 / (pooled * m);
    distance += Math.abs(r / n - c / m) / 2;
    noise += Math.sqrt((2 / Math.PI) * pooled * (1 - pooled) * (1 / n + 1 / m) * designEffect) / 2;
  }
  const df = Math.max(0, classes - 1);
  const adjusted = statistic / designEffect;
  const pValue = df === 0 ? 1 : chiSquareSf(adjusted, df);
  return { statistic: adjusted, pValue, effect: withoutNoise(distance, noise), df, distance };
}

/** Index of classes a χ² test may keep alone: those expected at least `least` times on both sides, given the pooled share. */
export function frequentClasses(reference: ArrayLike<number>, current: ArrayLike<number>, least = 5): number[] {
  sameLength(reference, current);
  const smaller = Math.min(total(reference), total(current));
  const both = total(reference) + total(current);
  const kept: number[] = [];
  for (let k = 0; k < reference.length; k++) {
    if ((((reference[k] as number) + (current[k] as number)) / both) * smaller >= least) kept.push(k);
  }
  return kept;
}

/**
 * One-sided Fisher test that the second share is larger:  P(X ≥ c), X hypergeometric with the margins of the 2 × 2 table.
 * Exact at any size, zero counts included. Counts are rounded, so that effective (design-adjusted) counts can be given.
 * @param r of n rows had it before, c of m have it now.
 */
export function fisherGreater(r: number, n: number, c: number, m: number): number {
  const [hits, rows, now, current] = [r, n, c, m].map(Math.round) as [number, number, number, number];
  const have = hits + now;
  const most = Math.min(have, current);
  const base = logChoose(rows + current, have);
  let sum = 0;
  for (let x = now; x <= most; x++) {
    const term = Math.exp(logChoose(current, x) + logChoose(rows, have - x) - base);
    sum += term;
    if (x > (have * current) / (rows + current) && term < sum * 1e-12) break;
  }
  return Math.min(1, sum);
}

/**
 * One-sided p-value that a share grew: χ² with its sign where all expected counts reach 5, Fisher's exact test below.
 * @param r of n rows had it before, c of m have it now.
 */
export function shareGrew(r: number, n: number, c: number, m: number): number {
  if (n <= 0 || m <= 0) return 1;
  const pooled = (r + c) / (n + m);
  const least = Math.min(pooled, 1 - pooled) * Math.min(n, m);
  if (least < 5) return fisherGreater(r, n, c, m);
  const twoSided = chiSquareOnCounts([r, n - r], [c, m - c]).pValue;
  return c / m > r / n ? twoSided / 2 : 1 - twoSided / 2;
}

function logChoose(n: number, k: number): number {
  return k < 0 || k > n ? Number.NEGATIVE_INFINITY : logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

function withoutNoise(distance: number, noise: number): number {
  return Math.sqrt(Math.max(0, distance * distance - noise * noise));
}

function total(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < counts.length; k++) sum += counts[k] as number;
  return sum;
}

function sameLength(a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) throw new Error(`counts over different bins: ${a.length} and ${b.length}`);
}
