/** Bins a profile keeps of a numeric column, at most this many edges. */
export const MOST_EDGES = 256;

/** Values sorted to find edges; more rows than this are sampled by a hash of the row number. Counts are always of all rows. */
const SORTED_ROWS = 1 << 20;

/**
 * Edges of bins that hold about equal shares of the reference, so that later tables can be counted over the same bins.
 * A value with more than 1/256 of the rows (an atom) gets edges just below and at it and so a bin of its own. The first
 * edge lies just below the smallest value and the last is the largest one: the outer bins hold what is out of range.
 *
 * @param values Finite or not; only finite values where `nulls` is 0 count.
 * @returns At most 256 rising edges; none when there is no finite value.
 */
export function binEdges(values: Float64Array, nulls: Uint8Array | null): number[] {
  const sorted = finiteSample(values, nulls).sort();
  if (sorted.length === 0) return [];
  for (let share = MOST_EDGES; ; share /= 2) {
    const edges = edgesWithAtoms(sorted, sorted.length / share);
    if (edges.length <= MOST_EDGES) return edges;
  }
}

/** Edges with values above `atom` rows alone in a bin; more than MOST_EDGES when there are too many of them. */
function edgesWithAtoms(sorted: Float64Array, atom: number): number[] {
  const [atoms, gaps, rest] = countAtoms(sorted, atom);
  const quantiles = Math.max(1, MOST_EDGES - 2 - atoms - gaps);
  const target = rest / quantiles;
  const first = sorted[0] as number;
  const last = sorted[sorted.length - 1] as number;
  const edges = [nextBelow(first)];
  let open = 0;
  for (const [value, count] of runs(sorted)) {
    if (count > atom) {
      const below = nextBelow(value);
      if (open > 0 && (edges[edges.length - 1] as number) < below) edges.push(below);
      edges.push(value);
      open = 0;
    } else {
      open += count;
      if (open >= target) {
        edges.push(value);
        open = 0;
      }
    }
  }
  if ((edges[edges.length - 1] as number) < last) edges.push(last);
  return edges;
}

/** [atoms, stretches of other values between them, rows of other values]. */
function countAtoms(sorted: Float64Array, atom: number): [number, number, number] {
  let atoms = 0;
  let gaps = 0;
  let rest = 0;
  let open = false;
  for (const [, count] of runs(sorted)) {
    if (count > atom) {
      atoms++;
      if (open) gaps++;
      open = false;
    } else {
      rest += count;
      open = true;
    }
  }
  return [atoms, gaps, rest];
}

function* runs(sorted: Float64Array): Generator<[number, number]> {
  let start = 0;
  while (start < sorted.length) {
    const value = sorted[start] as number;
    let end = start + 1;
    while (end < sorted.length && sorted[end] === value) end++;
    yield [value, end - start];
    start = end;
  }
}

/** The finite values of a column; of a long one those whose hashed row number is low, so that no stride of the data lines up with it. */
function finiteSample(values: Float64Array, nulls: Uint8Array | null): Float64Array {
  const keep = values.length <= SORTED_ROWS ? 0xffffffff : Math.floor((SORTED_ROWS / values.length) * 0xffffffff);
  const finite = new Float64Array(values.length);
  let length = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (!Number.isFinite(value) || (nulls !== null && nulls[row] === 1)) continue;
    if (keep === 0xffffffff || scatter(row) <= keep) finite[length++] = value === 0 ? 0 : value;
  }
  return finite.subarray(0, length);
}

/** MurmurHash3's finalizer on a row number. */
function scatter(row: number): number {
  let h = Math.imul(row ^ (row >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const bits = new BigInt64Array(1);
const asDouble = new Float64Array(bits.buffer);

/** The next smaller double. */
export function nextBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  asDouble[0] = value;
  bits[0] = (bits[0] as bigint) + (value > 0 ? -1n : 1n);
  return asDouble[0] as number;
}

/** Bin of a value: bin k is (e_{k−1}, e_k], so the number of edges below the value. `edges` rises. */
export function binOf(edges: Float64Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
