/**
 * Mean over the true labels of the share of true ones among the labels that score as high (Tsoumakas, Katakis & Vlahavas 2010); ties count as ranked
 * last, as in scikit-learn. 1 where all labels are true, or none is.
 * @param start Of the row in `labels` and `scores`. @param count Labels a row.
 */
export function rankingPrecision(labels: Float64Array, scores: Float64Array, start: number, count: number): number {
  let [sum, relevant] = [0, 0];
  for (let one = start; one < start + count; one++) {
    if (labels[one] !== 1) continue;
    relevant++;
    let [rank, among] = [0, 0];
    for (let other = start; other < start + count; other++) {
      if ((scores[other] as number) < (scores[one] as number)) continue;
      rank++;
      if (labels[other] === 1) among++;
    }
    sum += among / rank;
  }
  return relevant === 0 || relevant === count ? 1 : sum / relevant;
}

/** How far down the ranking one has to go to see every true label; 0 where there is none. */
export function coverageError(labels: Float64Array, scores: Float64Array, start: number, count: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let cell = start; cell < start + count; cell++)
    if (labels[cell] === 1) least = Math.min(least, scores[cell] as number);
  let depth = 0;
  for (let cell = start; cell < start + count; cell++) if ((scores[cell] as number) >= least) depth++;
  return depth;
}
