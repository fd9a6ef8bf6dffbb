import { matchRows } from "../../data/match-rows.ts";
import { type Column, type Table, textAt } from "../../data/table.ts";
import { TrainyardError } from "../../errors.ts";
import type { Factor } from "./factor.ts";
import { yesOrNo } from "./labels.ts";
import { refuseNotFinite, refuseNulls } from "./row-ids.ts";

/** Scores of single examples, whoever gave them: columns `score` and `score.<metric>`. */

const PREFIX = "score.";
/** What the mean of a column `score` is called. */
export const MEAN_SCORE = "mean_score";

/** Names of the columns that score an example, in their order. */
export function scoreColumns(table: Table): string[] {
  return [...table.columns.keys()].filter((name) => name.startsWith(PREFIX) && name.length > PREFIX.length);
}

/** Scores by their metric; booleans, yes and no count as 1 and 0. @throws COLUMN_TYPE, VALUE_NOT_FINITE, TASK_MISMATCH */
export function readNamedScores(
  table: Table,
  path: string,
  plain: { readonly name: string; readonly column: Column } | null,
): ReadonlyMap<string, Float64Array> {
  const named = new Map<string, Float64Array>();
  if (plain !== null) named.set(MEAN_SCORE, numbers(plain.name, plain.column, path));
  for (const name of scoreColumns(table)) {
    const metric = name.slice(PREFIX.length);
    if (named.has(metric))
      throw new TrainyardError("TASK_MISMATCH", {
        path,
        task: "scores",
        problem: `${metric} is what the mean of column ${plain?.name} is called; ${name} needs another name`,
      });
    named.set(metric, numbers(name, table.columns.get(name) as Column, path));
  }
  return named;
}

function numbers(name: string, column: Column, path: string): Float64Array {
  if (column.type !== "text") {
    refuseNotFinite(column, name, path);
    return column.values;
  }
  refuseNulls(column, name, path);
  const values = column.dictionary.map((word) => yesOrNo(word) ?? Number(word.trim() === "" ? Number.NaN : word));
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new TrainyardError("COLUMN_TYPE", {
      path,
      column: name,
      expected: "numbers, true or false",
      got: `text like ${JSON.stringify(column.dictionary[bad])}`,
    });
  return Float64Array.from(column.codes, (code) => values[code] as number);
}

/** How often an item was scored. */
export interface Repeats {
  readonly least: number;
  readonly most: number;
}

/** Scored rows, as far as items are concerned. */
interface ItemRows {
  readonly path: string;
  readonly rows: number;
  readonly ids: Column | null;
  readonly named?: ReadonlyMap<string, Float64Array>;
  readonly scores: Float64Array | null;
  readonly weights: Float64Array | null;
  readonly held?: ReadonlyMap<string, Int32Array>;
  readonly groups: Factor | null;
  readonly slices: readonly Factor[];
  readonly repeats?: Repeats;
}

/**
 * One row an item: scores of rows with one id are averaged before anything else, since repeats of an item tell nothing of other items. What else
 * stands in its rows is taken from the first; a group must be the same in all of them.
 * @throws TASK_MISMATCH for an id in two groups
 */
export function oncePerItem<P extends ItemRows>(rows: P): P {
  if (rows.ids === null || rows.named === undefined) return rows;
  const { item, first, count } = itemsOf(rows.ids, rows.rows);
  if (first.length === rows.rows) return rows;
  refuseSplitItems(rows, item, first);
  const named = new Map([...rows.named].map(([name, values]) => [name, means(values, item, count)]));
  const factor = (one: Factor): Factor => ({ ...one, codes: first.map((row) => one.codes[row] as number) });
  return {
    ...rows,
    rows: first.length,
    ids: atRows(rows.ids, first),
    named,
    scores: [...named.values()][0] ?? null,
    weights: rows.weights === null ? null : Float64Array.from(first, (row) => rows.weights?.[row] as number),
    groups: rows.groups === null ? null : factor(rows.groups),
    slices: rows.slices.map(factor),
    ...(rows.held && {
      held: new Map([...rows.held].map(([name, of]) => [name, first.map((row) => of[row] as number)])),
    }),
    repeats: { least: count.reduce((a, b) => Math.min(a, b)), most: count.reduce((a, b) => Math.max(a, b)) },
  };
}

/** Items in order of appearance: of every row its item; of every item its first row and how many it has. */
function itemsOf(ids: Column, rows: number): { item: Int32Array; first: Int32Array; count: Int32Array } {
  const last = matchRows(ids, rows, ids);
  const number = new Int32Array(rows).fill(-1);
  const item = new Int32Array(rows);
  const first = new Int32Array(rows);
  const count = new Int32Array(rows);
  let items = 0;
  for (let row = 0; row < rows; row++) {
    const key = last[row] as number;
    if ((number[key] as number) < 0) {
      first[items] = row;
      number[key] = items++;
    }
    const of = number[key] as number;
    item[row] = of;
    count[of] = (count[of] as number) + 1;
  }
  return { item, first: first.subarray(0, items), count: count.subarray(0, items) };
}

function refuseSplitItems({ groups, ids, path }: ItemRows, item: Int32Array, first: Int32Array): void {
  if (groups === null) return;
  for (let row = 0; row < item.length; row++) {
    const own = first[item[row] as number] as number;
    if (groups.codes[row] !== groups.codes[own])
      throw new TrainyardError("TASK_MISMATCH", {
        path,
        task: "scores",
        problem: `id ${JSON.stringify(textAt(ids as Column, row))} stands in two groups of ${groups.column}`,
      });
  }
}

function means(values: Float64Array, item: Int32Array, count: Int32Array): Float64Array {
  const sums = new Float64Array(count.length);
  for (let row = 0; row < values.length; row++) {
    const of = item[row] as number;
    sums[of] = (sums[of] as number) + (values[row] as number);
  }
  return sums.map((sum, of) => sum / (count[of] as number));
}

function atRows(ids: Column, rows: Int32Array): Column {
  if (ids.type === "text") return { ...ids, codes: rows.map((row) => ids.codes[row] as number) };
  return { type: ids.type, values: Float64Array.from(rows, (row) => ids.values[row] as number), nulls: null };
}
