import type { Column } from "./table.ts";

/** Which cluster each row belongs to: codes 0 … clusters − 1; −1 for a row whose group is null. */
export interface Clusters {
  readonly codes: Int32Array;
  readonly count: number;
}

/** Numbers the values of a grouping column in the order they appear. */
export function clustersOf(column: Column): Clusters {
  const rows = column.type === "text" ? column.codes.length : column.values.length;
  const codes = new Int32Array(rows).fill(-1);
  if (column.type === "text") {
    const numbers = new Int32Array(column.dictionary.length).fill(-1);
    let count = 0;
    for (let row = 0; row < rows; row++) {
      const code = column.codes[row] as number;
      if (code < 0) continue;
      if (numbers[code] === -1) numbers[code] = count++;
      codes[row] = numbers[code] as number;
    }
    return { codes, count };
  }
  const numbers = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    if (column.nulls !== null && column.nulls[row] === 1) continue;
    const value = column.values[row] as number;
    let number = numbers.get(value);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(value, number);
    }
    codes[row] = number;
  }
  return { codes, count: numbers.size };
}

/**
 * Design effect of a column whose rows come in clusters: the variance of its mean rank by clusters over that by independent rows,
 *   deff = G/(G − 1) · Σ_g (Σ_{i∈g} (u_i − ū))² / Σ_i (u_i − ū)²,   u_i = share of rows at or below row i's bin (mid-rank).
 * Ranks, not values: the tests compare distribution functions, and one huge value must not hide that days move together.
 * Never below 1: rows of one cluster that differ more than chance would make n larger than the rows there are.
 *
 * @param bins Bin (or class) of each row, −1 for rows without a value.
 * @param counts Rows per bin.
 * @returns 1 with fewer than two clusters, or when all rows are in one bin.
 */
export function rankDesignEffect(bins: Int32Array, counts: ArrayLike<number>, clusters: Clusters): number {
  const ranks = midRanks(counts);
  const sums = new Float64Array(clusters.count);
  let squares = 0;
  for (let row = 0; row < bins.length; row++) {
    const bin = bins[row] as number;
    const cluster = clusters.codes[row] as number;
    if (bin < 0 || cluster < 0) continue;
    const u = ranks[bin] as number;
    sums[cluster] = (sums[cluster] as number) + u;
    squares += u * u;
  }
  return ratio(sums, squares, clusters.count);
}

/**
 * Design effect of a text column: that of each category's share, averaged with weights p(1 − p) (Rao and Scott 1981).
 * Looks at the 64 most frequent categories; they carry nearly all the weight.
 */
export function shareDesignEffect(codes: Int32Array, counts: ArrayLike<number>, clusters: Clusters): number {
  const frequent = Array.from({ length: counts.length }, (_, k) => k)
    .filter((k) => (counts[k] as number) > 0)
    .sort((a, b) => (counts[b] as number) - (counts[a] as number))
    .slice(0, 64);
  const place = new Int32Array(counts.length).fill(-1);
  frequent.forEach((k, i) => {
    place[k] = i;
  });
  const width = frequent.length;
  const table = new Float64Array(clusters.count * width);
  const sizes = new Float64Array(clusters.count);
  let rows = 0;
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number;
    const cluster = clusters.codes[row] as number;
    if (code < 0 || cluster < 0) continue;
    rows++;
    sizes[cluster] = (sizes[cluster] as number) + 1;
    const at = place[code] as number;
    if (at >= 0) table[cluster * width + at] = (table[cluster * width + at] as number) + 1;
  }
  if (rows === 0 || clusters.count < 2) return 1;
  let between = 0;
  let within = 0;
  for (let k = 0; k < width; k++) {
    let hits = 0;
    for (let g = 0; g < clusters.count; g++) hits += table[g * width + k] as number;
    const share = hits / rows;
    let squares = 0;
    for (let g = 0; g < clusters.count; g++) {
      squares += ((table[g * width + k] as number) - share * (sizes[g] as number)) ** 2;
    }
    between += squares;
    within += rows * share * (1 - share);
  }
  return within === 0 ? 1 : Math.max(1, ((clusters.count / (clusters.count - 1)) * between) / within);
}

/** `sums` are cluster sums of ranks that average to zero. */
function ratio(sums: Float64Array, squares: number, clusters: number): number {
  if (clusters < 2 || squares === 0) return 1;
  let between = 0;
  for (const sum of sums) between += sum * sum;
  return Math.max(1, ((clusters / (clusters - 1)) * between) / squares);
}

/** Mid-rank of each bin as a share of the rows, less their mean of ½. */
function midRanks(counts: ArrayLike<number>): Float64Array {
  const ranks = new Float64Array(counts.length);
  let total = 0;
  for (let k = 0; k < counts.length; k++) total += counts[k] as number;
  let below = 0;
  for (let k = 0; k < counts.length; k++) {
    const count = counts[k] as number;
    ranks[k] = total === 0 ? 0 : (below + count / 2) / total - 0.5;
    below += count;
  }
  return ranks;
}
