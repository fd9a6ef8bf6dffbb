import { byCount, MOST_VALUES } from "./build-profile.ts";
import type { ColumnProfile, NumericProfile, Profile, TextProfile } from "./profile.ts";

/**
 * The profile of both tables together, from their profiles alone: sharded profiles need no second look at the rows.
 * Counts are exact, moments merge by Chan, Golub and LeVeque (1983). Three figures cannot be known from the parts:
 * `duplicateRows` does not see rows repeated across them, `clustering` takes clusters as disjoint and averages the design
 * effect by rows, and text columns of more than 10,000 values keep the most frequent of what the parts kept.
 *
 * Merging is associative and commutative up to rounding, and the profile of no rows is its identity. A column that only one
 * side has is null in the other's rows. Source, groups and instant are the first's, unless it has no rows.
 * @throws an Error (a bug of the caller) when a column's types or edges differ: profile the second with the first as `reference`.
 */
export function mergeProfiles(a: Profile, b: Profile): Profile {
  if (b.rows === 0 && b.columns.length === 0) return a;
  if (a.rows === 0 && a.columns.length === 0) return b;
  const others = new Map(b.columns.map((column) => [column.name, column]));
  const columns = a.columns.map((column) => mergeColumns(column, others.get(column.name) ?? allNull(column, b.rows)));
  const known = new Set(a.columns.map((column) => column.name));
  for (const column of b.columns)
    if (!known.has(column.name)) columns.push(mergeColumns(allNull(column, a.rows), column));
  return {
    ...a,
    source: a.source === b.source ? a.source : `${a.source} + ${b.source}`,
    rows: a.rows + b.rows,
    duplicateRows: a.duplicateRows + b.duplicateRows,
    columns,
    at: [a.at, b.at].sort()[1] as string,
  };
}

/** A column of so many rows without a value: all null. */
export function allNull(column: ColumnProfile, rows: number): ColumnProfile {
  if (column.type === "text") {
    return { ...column, rows, nulls: rows, values: [], other: 0, minLength: null, maxLength: null, clustering: null };
  }
  return {
    ...column,
    rows,
    nulls: rows,
    nans: 0,
    infinities: 0,
    min: null,
    max: null,
    mean: null,
    m2: null,
    integers: false,
    counts: column.counts.map(() => 0),
    clustering: null,
  };
}

function mergeColumns(a: ColumnProfile, b: ColumnProfile): ColumnProfile {
  if (a.type === "text" && b.type === "text") return mergeText(a, b);
  if (a.type !== "text" && b.type !== "text" && a.type === b.type) return mergeNumeric(a, b);
  throw new Error(`profiles of column ${a.name} are of ${a.type} and ${b.type}`);
}

function mergeNumeric(a: NumericProfile, b: NumericProfile): NumericProfile {
  const n = finiteRows(a);
  const m = finiteRows(b);
  const edges = sharedEdges(a, n, b, m);
  const counts = new Array<number>(edges.length + 1).fill(0);
  if (n > 0) addCounts(counts, a.counts);
  if (m > 0) addCounts(counts, b.counts);
  return {
    ...a,
    rows: a.rows + b.rows,
    nulls: a.nulls + b.nulls,
    nans: a.nans + b.nans,
    infinities: a.infinities + b.infinities,
    min: lesser(a.min, b.min),
    max: greater(a.max, b.max),
    ...moments(a, n, b, m),
    integers: n === 0 ? b.integers : m === 0 ? a.integers : a.integers && b.integers,
    edges,
    counts,
    clustering: mergeClustering(a, b),
  };
}

function addCounts(sums: number[], counts: readonly number[]): void {
  counts.forEach((count, k) => {
    sums[k] = (sums[k] as number) + count;
  });
}

/** Edges of the side that holds rows; both must agree when both do. */
function sharedEdges(a: NumericProfile, n: number, b: NumericProfile, m: number): number[] {
  if (m === 0) return a.edges;
  if (n === 0) return b.edges;
  if (a.edges.length !== b.edges.length || a.edges.some((edge, k) => edge !== b.edges[k])) {
    throw new Error(`profiles of column ${a.name} have different edges`);
  }
  return a.edges;
}

function moments(a: NumericProfile, n: number, b: NumericProfile, m: number): Pick<NumericProfile, "mean" | "m2"> {
  if (m === 0) return { mean: a.mean, m2: a.m2 };
  if (n === 0) return { mean: b.mean, m2: b.m2 };
  if (a.mean === null || a.m2 === null || b.mean === null || b.m2 === null) return { mean: null, m2: null };
  const delta = b.mean - a.mean;
  return { mean: (n * a.mean + m * b.mean) / (n + m), m2: a.m2 + b.m2 + (delta * delta * n * m) / (n + m) };
}

function mergeText(a: TextProfile, b: TextProfile): TextProfile {
  const counts = new Map(a.values);
  for (const [value, count] of b.values) counts.set(value, (counts.get(value) ?? 0) + count);
  const all = [...counts].sort(byCount);
  return {
    ...a,
    rows: a.rows + b.rows,
    nulls: a.nulls + b.nulls,
    values: all.slice(0, MOST_VALUES),
    other: a.other + b.other + all.slice(MOST_VALUES).reduce((sum, [, count]) => sum + count, 0),
    minLength: lesser(a.minLength, b.minLength),
    maxLength: greater(a.maxLength, b.maxLength),
    clustering: mergeClustering(a, b),
  };
}

function mergeClustering(a: ColumnProfile, b: ColumnProfile): ColumnProfile["clustering"] {
  if (a.clustering === null || b.clustering === null) return a.clustering ?? b.clustering;
  const rows = a.rows + b.rows;
  const designEffect =
    rows === 0 ? 1 : (a.clustering.designEffect * a.rows + b.clustering.designEffect * b.rows) / rows;
  return { clusters: a.clustering.clusters + b.clustering.clusters, designEffect };
}

/** Rows of a numeric profile that stand in a bin. */
export function finiteRows(column: NumericProfile): number {
  return column.rows - column.nulls - column.nans - column.infinities;
}

function lesser(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

function greater(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
