import { eachTie } from "./roc-auc.ts";

/**
 * Average precision, AP = Σ_k (R_k − R_{k−1}) P_k over thresholds: the mean over positives of the precision at their own score, scikit-learn's definition.
 *
 * `influence[row]` is its derivative by that row's weight,
 *   [ y (Prec(s) − AP) + Σ_{positives i with s_i ≤ s} (y − Prec(s_i)) / N(s_i) ] / P,   N(t) the weight of rows that score at least t. Times
 * the rows' weights they add up to zero.
 * @param order Rows by ascending score. @param labels 1 or 0 a row. @param weights Of the rows; null: 1 each.
 */
export function averagePrecision(
  scores: Float64Array,
  labels: ArrayLike<number>,
  order: Uint32Array,
  weights: Float64Array | null = null,
): { value: number; influence: Float64Array } {
  const rows = order.length;
  const influence = new Float64Array(rows);
  const weightOf = (row: number) => (weights === null ? 1 : (weights[row] as number));
  let positives = 0;
  let above = 0;
  for (let i = 0; i < rows; i++) {
    const row = order[i] as number;
    above += weightOf(row);
    if (labels[row] === 1) positives += weightOf(row);
  }
  let positivesBelow = 0;
  let sum = 0;
  let inverse = 0; // Σ 1/N(s_i) over positives up to this score
  let precise = 0; // Σ Prec(s_i)/N(s_i) over the same
  eachTie(scores, order, (from, to) => {
    let tied = 0;
    let passed = 0;
    for (let i = from; i < to; i++) {
      const row = order[i] as number;
      passed += weightOf(row);
      if (labels[row] === 1) tied += weightOf(row);
    }
    const precision = above > 0 ? (positives - positivesBelow) / above : 0;
    if (tied > 0) {
      sum += tied * precision;
      inverse += tied / above;
      precise += (tied * precision) / above;
    }
    for (let i = from; i < to; i++) {
      const row = order[i] as number;
      influence[row] = labels[row] === 1 ? precision + inverse - precise : -precise;
    }
    positivesBelow += tied;
    above -= passed;
  });
  const value = sum / positives;
  for (let i = 0; i < rows; i++) {
    const row = order[i] as number;
    influence[row] = ((influence[row] as number) - (labels[row] === 1 ? value : 0)) / positives;
  }
  return { value, influence };
}

/** Weight of the positives and of all rows of every cluster by score bin, highest scores first: cell cluster·bins + bin. */
export interface BinnedRanking {
  readonly bins: number;
  readonly positives: Float64Array;
  readonly rows: Float64Array;
}

/** Cuts the ranking into at most `most` bins of about equal mass, never between equal scores. With fewer distinct scores than bins it is exact. */
export function binRanking(
  scores: Float64Array,
  labels: ArrayLike<number>,
  order: Uint32Array,
  clusters: Int32Array,
  count: number,
  most: number,
  weights: Float64Array | null = null,
): BinnedRanking {
  const bin = new Uint16Array(order.length);
  const size = order.length / most;
  let bins = 0;
  let filled = 0;
  const runs: [number, number][] = [];
  eachTie(scores, order, (from, to) => runs.push([from, to]));
  const exact = runs.length <= most;
  for (let r = runs.length - 1; r >= 0; r--) {
    const [from, to] = runs[r] as [number, number];
    bin.fill(bins, from, to);
    filled += to - from;
    if (r > 0 && bins < most - 1 && (exact || filled >= size * (bins + 1))) bins++;
  }
  bins++;
  const positives = new Float64Array(count * bins);
  const rows = new Float64Array(count * bins);
  for (let i = 0; i < order.length; i++) {
    const row = order[i] as number;
    const cell = (clusters[row] as number) * bins + (bin[i] as number);
    const weight = weights === null ? 1 : (weights[row] as number);
    rows[cell] = (rows[cell] as number) + weight;
    positives[cell] = (positives[cell] as number) + weight * (labels[row] as number);
  }
  return { bins, positives, rows };
}

/** Average precision of the binned ranking with cluster g counted weights[g] times; NaN without positives. */
export function binnedAveragePrecision({ bins, positives, rows }: BinnedRanking, weights: Float64Array): number {
  const p = new Float64Array(bins);
  const n = new Float64Array(bins);
  for (let g = 0; g < weights.length; g++) {
    const weight = weights[g] as number;
    if (weight === 0) continue;
    const start = g * bins;
    for (let bin = 0; bin < bins; bin++) {
      p[bin] = (p[bin] as number) + weight * (positives[start + bin] as number);
      n[bin] = (n[bin] as number) + weight * (rows[start + bin] as number);
    }
  }
  let sum = 0;
  let hits = 0;
  let seen = 0;
  for (let bin = 0; bin < bins; bin++) {
    hits += p[bin] as number;
    seen += n[bin] as number;
    if (seen > 0) sum += ((p[bin] as number) * hits) / seen;
  }
  return sum / hits;
}
