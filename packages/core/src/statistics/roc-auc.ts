/**
 * Area under the ROC curve: the share of (positive, negative) pairs the positive scores higher in, ties ½ (Mann–Whitney).
 *
 * `influence[row]` is the derivative by that row's weight: (V − AUC)/P for a positive, V the share of negatives below it, and (V − AUC)/N for a
 * negative, V the share of positives above it (DeLong, DeLong & Clarke-Pearson 1988; Obuchowski 1997 sums them by cluster). Times the rows' weights they
 * add up to zero.
 * @param order Rows by ascending score. @param labels 1 or 0 a row. @param weights Of the rows; null: 1 each. P and N are sums of them.
 */
export function rocAuc(
  scores: Float64Array,
  labels: ArrayLike<number>,
  order: Uint32Array,
  weights: Float64Array | null = null,
): { auc: number; positives: number; negatives: number; influence: Float64Array } {
  const rows = order.length;
  const influence = new Float64Array(rows);
  let positives = 0;
  let negatives = 0;
  for (let i = 0; i < rows; i++) {
    const row = order[i] as number;
    const weight = weights === null ? 1 : (weights[row] as number);
    if (labels[row] === 1) positives += weight;
    else negatives += weight;
  }
  let wins = 0;
  let positivesBelow = 0;
  let negativesBelow = 0;
  eachTie(scores, order, (from, to) => {
    let tiedPositives = 0;
    let tiedNegatives = 0;
    for (let i = from; i < to; i++) {
      const row = order[i] as number;
      const weight = weights === null ? 1 : (weights[row] as number);
      if (labels[row] === 1) tiedPositives += weight;
      else tiedNegatives += weight;
    }
    const forPositive = negativesBelow + tiedNegatives / 2;
    const forNegative = positives - positivesBelow - tiedPositives / 2;
    wins += tiedPositives * forPositive;
    for (let i = from; i < to; i++) {
      const row = order[i] as number;
      influence[row] = labels[row] === 1 ? forPositive / negatives : forNegative / positives;
    }
    positivesBelow += tiedPositives;
    negativesBelow += tiedNegatives;
  });
  const auc = wins / (positives * negatives);
  for (let i = 0; i < rows; i++) {
    const row = order[i] as number;
    influence[row] = ((influence[row] as number) - auc) / (labels[row] === 1 ? positives : negatives);
  }
  return { auc, positives, negatives, influence };
}

/** Wins + ½ ties of the positives of cluster g against the negatives of cluster h, at g·clusters + h; and both classes' weight per cluster. */
export interface WinMatrix {
  readonly wins: Float64Array;
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/** The AUC of every way to weigh clusters, from one sort: AUC(w) = wᵀ wins w / (Σ w·positives · Σ w·negatives). */
export function winMatrix(
  scores: Float64Array,
  labels: ArrayLike<number>,
  order: Uint32Array,
  clusters: Int32Array,
  count: number,
  weights: Float64Array | null = null,
): WinMatrix {
  const weightOf = (row: number) => (weights === null ? 1 : (weights[row] as number));
  const wins = new Float64Array(count * count);
  const positives = new Float64Array(count);
  const below = new Float64Array(count); // negatives seen so far, by cluster
  const tied = new Float64Array(count);
  eachTie(scores, order, (from, to) => {
    for (let i = from; i < to; i++) {
      const row = order[i] as number;
      const cluster = clusters[row] as number;
      if (labels[row] === 1) positives[cluster] = (positives[cluster] as number) + weightOf(row);
      else tied[cluster] = (tied[cluster] as number) + weightOf(row);
    }
    for (let i = from; i < to; i++) {
      const row = order[i] as number;
      if (labels[row] !== 1) continue;
      const start = (clusters[row] as number) * count;
      const weight = weightOf(row);
      if (to - from === 1)
        for (let h = 0; h < count; h++) wins[start + h] = (wins[start + h] as number) + weight * (below[h] as number);
      else
        for (let h = 0; h < count; h++)
          wins[start + h] = (wins[start + h] as number) + weight * ((below[h] as number) + (tied[h] as number) / 2);
    }
    for (let i = from; i < to; i++) {
      const row = order[i] as number;
      if (labels[row] === 1) continue;
      const cluster = clusters[row] as number;
      below[cluster] = (below[cluster] as number) + weightOf(row);
      tied[cluster] = 0;
    }
  });
  return { wins, positives, negatives: below };
}

/** AUC with cluster g counted weights[g] times; NaN when a class has no weight. */
export function weightedAuc({ wins, positives, negatives }: WinMatrix, weights: Float64Array): number {
  const count = weights.length;
  let total = 0;
  let p = 0;
  let n = 0;
  for (let g = 0; g < count; g++) {
    const weight = weights[g] as number;
    if (weight === 0) continue;
    let row = 0;
    const start = g * count;
    for (let h = 0; h < count; h++) row += (wins[start + h] as number) * (weights[h] as number);
    total += weight * row;
    p += weight * (positives[g] as number);
    n += weight * (negatives[g] as number);
  }
  return total / (p * n);
}

/** Calls `visit(from, to)` for every run of equal scores in `order`, ascending. */
export function eachTie(scores: Float64Array, order: Uint32Array, visit: (from: number, to: number) => void): void {
  for (let from = 0; from < order.length; ) {
    const score = scores[order[from] as number];
    let to = from + 1;
    while (to < order.length && scores[order[to] as number] === score) to++;
    visit(from, to);
    from = to;
  }
}
