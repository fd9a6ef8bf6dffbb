import { idHashes } from "../../data/id-hash.ts";
import { canonicalHashes, type RowHashes } from "../../data/row-hash.ts";
import type { Column } from "../../data/table.ts";
import { argsort } from "../../statistics/argsort.ts";
import type { Factor } from "./factor.ts";
import { judgedColumns } from "./kept-rows.ts";
import type { JudgedRows } from "./predictions.ts";
import { takeRows } from "./take-rows.ts";

/**
 * Rows in an order of their own. Draws, halves and bundles go by a row's place, and sums by the order they are added up in: were that the file's order,
 * who shuffles a file would get another report, and could shuffle until he likes it.
 */

type Rows = JudgedRows & { readonly slices: readonly Factor[] };

/** Rows that are judged, in that order. */
export interface OrderedRows {
  readonly candidate: Rows;
  readonly baseline: JudgedRows | null;
  /** Which rows of the candidate's file these are; null: all of them, as they lie there. */
  readonly kept: Uint32Array | null;
}

/**
 * By id where there are ids: numbers by size, texts by their hash. Else by all that is known of a row: rows that are alike in all of it may change places.
 * @param ids Of the candidate's file; `kept`: which of its rows are judged, null: all.
 */
export function inOwnOrder(
  { candidate, baseline, kept }: OrderedRows,
  ids: Column | null,
  paired: boolean,
): OrderedRows {
  const order = ids === null ? byValues(candidate, paired ? baseline : null) : byIds(ids, kept);
  return {
    candidate: numbered(order === null ? candidate : takeRows(candidate, order)),
    baseline: baseline === null ? null : ordered(baseline, paired ? order : byValues(baseline, null)),
    kept: order === null || kept === null ? (order ?? kept) : order.map((row) => kept[row] as number),
  };
}

/**
 * A number that is the same for the same evaluation rows, in whatever order and format they come and whatever a model makes of them: of how many rows there
 * are, and what is true of each.
 */
export function rowsDigest({ rows, labels }: Pick<JudgedRows, "rows" | "labels">): number {
  const double = new Float64Array(1);
  const words = new Uint32Array(double.buffer);
  let sum = rows;
  for (const label of labels ?? []) {
    double[0] = label + 0; // −0 is 0
    let hash = Math.imul((words[0] as number) ^ Math.imul(words[1] as number, 0x85ebca6b), 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    sum = (sum + (hash ^ (hash >>> 13))) | 0;
  }
  return sum >>> 0;
}

/** Null where they lie so already, as usual. */
function byIds(ids: Column, kept: Uint32Array | null): Uint32Array | null {
  const keys = ids.type === "text" ? placesOf(idHashes(ids)) : ids.values;
  const own = kept === null ? keys : Float64Array.from(kept, (row) => keys[row] as number);
  for (let row = 1; row < own.length; row++) if ((own[row] as number) <= (own[row - 1] as number)) return argsort(own);
  return null;
}

/** A group counts for the rows that are in it, whatever it is called: of predictions that were kept with a version nobody knows its name. */
function byValues(side: JudgedRows & { readonly slices?: readonly Factor[] }, other: JudgedRows | null): Uint32Array {
  const { rows, weights, groups, slices = [] } = side;
  const found: Column[] = [
    ...judgedColumns(side).map(([, column]) => column),
    ...(other === null ? [] : judgedColumns(other).map(([, column]) => column)),
    ...(weights === null ? [] : [numbers(weights)]),
    ...slices.map(({ codes, values }): Column => ({ type: "text", codes, dictionary: values })),
  ];
  const hashed = (columns: readonly Column[]) => {
    const named = new Map(columns.map((column, i) => [String(i), column]));
    return canonicalHashes({ rows, columns: named }, [...named.keys()]);
  };
  const hashes = hashed(found);
  if (groups === null) return argsort(placesOf(hashes));
  return argsort(placesOf(hashed([numbers(hashes.low), numbers(hashes.high), ...contentsOf(groups, hashes)])));
}

/** Of every row what its group holds: the sums of its rows' hashes. */
function contentsOf({ codes, values }: Factor, { low, high }: RowHashes): Column[] {
  return [low, high].map((words) => {
    const sums = new Uint32Array(values.length);
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row] as number;
      sums[code] = (sums[code] as number) + (words[row] as number);
    }
    const own = new Float64Array(codes.length);
    for (let row = 0; row < own.length; row++) own[row] = sums[codes[row] as number] as number;
    return numbers(own);
  });
}

function numbers(values: ArrayLike<number>): Column {
  return { type: "number", values: values instanceof Float64Array ? values : Float64Array.from(values), nulls: null };
}

/** The first 53 bits of each hash as a number. */
function placesOf({ low, high }: RowHashes): Float64Array {
  const places = new Float64Array(low.length);
  for (let row = 0; row < places.length; row++)
    places[row] = (high[row] as number) * 0x200000 + ((low[row] as number) >>> 11);
  return places;
}

function ordered(rows: JudgedRows, order: Uint32Array | null): JudgedRows {
  const { slices: _, ...taken } = numbered(
    order === null ? { ...rows, slices: [] } : takeRows({ ...rows, slices: [] }, order),
  );
  return taken;
}

/** Values of groups and slices numbered as they first occur in these rows; those that do not occur are gone. */
function numbered(rows: Rows): Rows {
  return { ...rows, groups: rows.groups && renumbered(rows.groups), slices: rows.slices.map(renumbered) };
}

function renumbered(factor: Factor): Factor {
  const places = new Int32Array(factor.values.length).fill(-1);
  const values: string[] = [];
  for (let row = 0; row < factor.codes.length; row++) {
    const code = factor.codes[row] as number;
    if ((places[code] as number) < 0) places[code] = values.push(factor.values[code] as string) - 1;
  }
  if (places.every((place, code) => place === code)) return factor;
  return { ...factor, codes: factor.codes.map((code) => places[code] as number), values };
}
