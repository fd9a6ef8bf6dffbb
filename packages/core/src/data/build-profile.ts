import { binEdges, binOf } from "./bin-edges.ts";
import { type Clusters, clustersOf, rankDesignEffect, shareDesignEffect } from "./design-effect.ts";
import type { ColumnProfile, NumericProfile, Profile, TextProfile } from "./profile.ts";
import { duplicateRows } from "./row-hash.ts";
import type { NumericColumn, Table, TextColumn } from "./table.ts";

/** Text values counted one by one; the rest of the rows stand under `other`. */
export const MOST_VALUES = 10_000;

export interface ProfileOptions {
  /** Where the rows came from, as the user names it. */
  readonly source: string;
  /** Instant of the profile, a Timestamp. */
  readonly at: string;
  /** Column whose rows stand or fall together; ignored when the table has none of that name. */
  readonly groups?: string | null;
  /** Columns that say who a row is, not what it is (the id): neither profiled nor part of a duplicate. */
  readonly exclude?: readonly string[];
  /** Count over the edges of this profile, so that both can be compared or merged; columns it does not know get their own. */
  readonly reference?: Profile | null;
}

/**
 * What a table looks like, in one pass over its columns (two for new edges). Counts are exact; null, NaN and infinite values
 * are counted apart and stand in no bin and no moment. Columns keep the table's order.
 */
export function profileOf(table: Table, options: ProfileOptions): Profile {
  const excluded = new Set(options.exclude ?? []);
  const groups = options.groups ?? null;
  const group = groups === null ? undefined : table.columns.get(groups);
  const clusters = group === undefined ? null : clustersOf(group);
  const known = new Map((options.reference?.columns ?? []).map((column) => [column.name, column]));
  const names = [...table.columns.keys()].filter((name) => !excluded.has(name));
  const columns = names.map((name): ColumnProfile => {
    const column = table.columns.get(name) as NumericColumn | TextColumn;
    if (column.type === "text") return textProfile(name, column, clusters);
    const before = known.get(name);
    return numericProfile(name, column, clusters, before !== undefined && before.type !== "text" ? before.edges : null);
  });
  return {
    kind: "trainyard.profile/v1",
    source: options.source,
    rows: table.rows,
    duplicateRows: duplicateRows(table, names),
    groups: group === undefined ? null : groups,
    columns,
    at: options.at,
  };
}

function numericProfile(
  name: string,
  column: NumericColumn,
  clusters: Clusters | null,
  given: readonly number[] | null,
): NumericProfile {
  const edges =
    given ?? (column.type === "boolean" ? [-Number.MIN_VALUE, 0, 1] : binEdges(column.values, column.nulls));
  const binned = binColumn(column, Float64Array.from(edges));
  const { counts, bins, ...seen } = binned;
  return {
    name,
    type: column.type,
    rows: column.values.length,
    ...seen,
    edges: [...edges],
    counts: Array.from(counts),
    clustering:
      clusters === null ? null : { clusters: clusters.count, designEffect: rankDesignEffect(bins, counts, clusters) },
  };
}

type Seen = Pick<NumericProfile, "nulls" | "nans" | "infinities" | "min" | "max" | "mean" | "m2" | "integers">;

/** Bin of every row (−1 where there is no finite value), rows per bin, and what was seen on the way. */
function binColumn(column: NumericColumn, edges: Float64Array): Seen & { bins: Int32Array; counts: Uint32Array } {
  const { values, nulls } = column;
  const bins = new Int32Array(values.length).fill(-1);
  const counts = new Uint32Array(edges.length + 1);
  let nullRows = 0;
  let nans = 0;
  let infinities = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let integers = true;
  let n = 0;
  let sum = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (nulls !== null && nulls[row] === 1) {
      nullRows++;
    } else if (Number.isFinite(value)) {
      const bin = binOf(edges, value);
      bins[row] = bin;
      counts[bin] = (counts[bin] as number) + 1;
      if (value < min) min = value;
      if (value > max) max = value;
      if (integers && !Number.isInteger(value)) integers = false;
      n++;
      sum += value;
    } else if (Number.isNaN(value)) nans++;
    else infinities++;
  }
  const mean = sum / n;
  let m2 = 0;
  for (let row = 0; row < values.length; row++)
    if ((bins[row] as number) >= 0) m2 += ((values[row] as number) - mean) ** 2;
  // A sum beyond the largest double has no mean; the document holds finite numbers only.
  const moments = n > 0 && Number.isFinite(mean) && Number.isFinite(m2);
  return {
    bins,
    counts,
    nulls: nullRows,
    nans,
    infinities,
    min: n === 0 ? null : min + 0,
    max: n === 0 ? null : max + 0,
    mean: moments ? mean : null,
    m2: moments ? m2 : null,
    integers: n > 0 && integers,
  };
}

function textProfile(name: string, column: TextColumn, clusters: Clusters | null): TextProfile {
  const counts = new Uint32Array(column.dictionary.length);
  let nulls = 0;
  for (const code of column.codes) {
    if (code < 0) nulls++;
    else counts[code] = (counts[code] as number) + 1;
  }
  const merged = new Map<string, number>();
  let minLength: number | null = null;
  let maxLength: number | null = null;
  column.dictionary.forEach((value, code) => {
    const count = counts[code] as number;
    if (count === 0) return;
    merged.set(value, (merged.get(value) ?? 0) + count);
    minLength = minLength === null ? value.length : Math.min(minLength, value.length);
    maxLength = maxLength === null ? value.length : Math.max(maxLength, value.length);
  });
  const all = [...merged].sort(byCount);
  return {
    name,
    type: "text",
    rows: column.codes.length,
    nulls,
    values: all.slice(0, MOST_VALUES),
    other: all.slice(MOST_VALUES).reduce((sum, [, count]) => sum + count, 0),
    minLength,
    maxLength,
    clustering:
      clusters === null
        ? null
        : { clusters: clusters.count, designEffect: shareDesignEffect(column.codes, counts, clusters) },
  };
}

/** Most frequent first, ties by value (UTF-16 code units). */
export function byCount(a: readonly [string, number], b: readonly [string, number]): number {
  return b[1] - a[1] || (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);
}
