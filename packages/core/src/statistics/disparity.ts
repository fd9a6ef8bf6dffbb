import { normalQuantile, studentTQuantile } from "./distributions.ts";
import { quantileOfSorted } from "./resampling.ts";

/** How far the estimates of some groups lie apart, and how sure that is. */
export interface Spread {
  /** Highest − lowest, and lowest / highest; the ratio is NaN where the highest is not above zero. */
  readonly difference: number;
  readonly ratio: number;
  readonly differenceInterval: readonly [number, number];
  readonly ratioInterval: readonly [number, number];
}

/** Estimates of K groups, with their replicates. */
export interface GroupEstimates {
  /** Length K. */
  readonly values: readonly number[];
  /** Covariances of the estimates, K × K. */
  readonly covariance: readonly Float64Array[];
  /** Units the covariances rest on, less one. */
  readonly degrees: number;
  /** Of the largest |difference of two estimates − its mean| in standard errors: the quantile that a share of samples stays below; null: Bonferroni. */
  largestDeviation(share: number): number | null;
}

/**
 * Two-sided intervals, level 1 − alpha, of the largest difference between K groups and of the smallest ratio. A maximum is no smooth function: the percentiles
 * of a bootstrapped maximum lie too high, since drawing adds noise and a maximum takes the noisiest. So both ends come from pairs, whose differences are smooth.
 * The upper end is the largest of the pairs' upper ends, each at its own level: the pair that truly lies farthest apart is one of them. The lower end is the
 * largest of the pairs' lower ends, all of them held at once (max-t: Romano & Wolf 2005; Hothorn, Bretz & Westfall 2008). The ratio's ends are Fieller's (1954).
 */
export function spread({ values, covariance, degrees, largestDeviation }: GroupEstimates, alpha: number): Spread {
  const groups = values.length;
  const each = studentTQuantile(1 - alpha / 2, degrees);
  const bonferroni = studentTQuantile(1 - alpha / (2 * groups * (groups - 1)), degrees);
  const seen = largestDeviation(1 - alpha / 2);
  // The replicates' quantile is widened as Student's t widens the normal one.
  const all = seen === null ? bonferroni : Math.max(each, seen * (each / normalQuantile(1 - alpha / 2)));
  let [low, high] = [0, 0];
  let [least, most] = [1, 1];
  for (let i = 0; i < groups; i++)
    for (let j = 0; j < groups; j++) {
      if (i === j) continue;
      const [a, b] = [values[i] as number, values[j] as number];
      const at = (k: number, l: number) => (covariance[k] as Float64Array)[l] as number;
      const error = Math.sqrt(Math.max(0, at(i, i) + at(j, j) - 2 * at(i, j)));
      low = Math.max(low, a - b - all * error);
      high = Math.max(high, a - b + each * error);
      least = Math.min(least, fieller(a, b, [at(i, i), at(j, j), at(i, j)], each)[0]);
      most = Math.min(most, fieller(a, b, [at(i, i), at(j, j), at(i, j)], all)[1]);
    }
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const ratio = highest > 0 ? lowest / highest : Number.NaN;
  return {
    difference: highest - lowest,
    ratio,
    differenceInterval: [Math.min(low, highest - lowest), Math.max(high, highest - lowest)],
    ratioInterval: [Math.max(0, Math.min(least, ratio)), Math.max(most, ratio)],
  };
}

/**
 * The ratios a / b that estimates of them do not contradict: the roots of (a − ρb)² = q²·Var(a − ρb). Where b may be zero, anything from zero on (Fieller 1954).
 * @param variances Of a, of b, and their covariance.
 */
export function fieller(
  a: number,
  b: number,
  [ofA, ofB, both]: readonly [number, number, number],
  quantile: number,
): [number, number] {
  const q2 = quantile * quantile;
  const square = b * b - q2 * ofB;
  if (!(square > 0) || b < 0) return [0, Number.POSITIVE_INFINITY];
  const middle = a * b - q2 * both;
  const root = Math.sqrt(Math.max(0, middle * middle - square * (a * a - q2 * ofA)));
  return [Math.max(0, (middle - root) / square), (middle + root) / square];
}

/** Covariances of K columns of replicates around `centre`, times `scale`; sums over the replicates in which all have a value. */
export function covarianceOf(
  replicates: readonly Float64Array[],
  centre: readonly number[],
  scale: (count: number) => number,
): Float64Array[] {
  const groups = replicates.length;
  const found = Array.from({ length: groups }, () => new Float64Array(groups));
  const draws = replicates[0]?.length ?? 0;
  let count = 0;
  for (let draw = 0; draw < draws; draw++) {
    if (!replicates.every((one) => Number.isFinite(one[draw] as number))) continue;
    count++;
    for (let i = 0; i < groups; i++) {
      const own = ((replicates[i] as Float64Array)[draw] as number) - (centre[i] as number);
      const into = found[i] as Float64Array;
      for (let j = 0; j < groups; j++)
        into[j] =
          (into[j] as number) + own * (((replicates[j] as Float64Array)[draw] as number) - (centre[j] as number));
    }
  }
  for (const row of found) for (let j = 0; j < groups; j++) row[j] = (row[j] as number) * scale(count);
  return found;
}

/** Of every replicate the largest |difference of two columns − that of their centres| in standard errors, sorted. */
export function largestDeviations(
  replicates: readonly Float64Array[],
  centre: readonly number[],
  covariance: readonly Float64Array[],
): Float64Array {
  const groups = replicates.length;
  const most = new Float64Array(replicates[0]?.length ?? 0);
  for (let i = 0; i < groups; i++)
    for (let j = i + 1; j < groups; j++) {
      const at = (k: number, l: number) => (covariance[k] as Float64Array)[l] as number;
      const error = Math.sqrt(Math.max(0, at(i, i) + at(j, j) - 2 * at(i, j)));
      if (!(error > 0)) continue;
      const [ours, theirs] = [replicates[i] as Float64Array, replicates[j] as Float64Array];
      const middle = (centre[i] as number) - (centre[j] as number);
      for (let draw = 0; draw < most.length; draw++) {
        const off = Math.abs((ours[draw] as number) - (theirs[draw] as number) - middle) / error;
        if (off > (most[draw] as number)) most[draw] = off;
      }
    }
  return most.sort();
}

/** The value a share of the sorted deviations stays below. */
export const quantileOf = (sorted: Float64Array) => (share: number) => quantileOfSorted(sorted, share);
