import { canonicalIds } from "../../data/match-rows.ts";
import { type Column, type NumericColumn, textAt } from "../../data/table.ts";
import { TrainyardError } from "../../errors.ts";
import { argsort } from "../../statistics/argsort.ts";

/** @throws VALUE_NOT_FINITE naming the first row that is null, NaN or infinite, and how many there are. */
export function refuseNotFinite(column: NumericColumn, name: string, path: string): void {
  let bad = 0;
  let first = 0;
  for (let row = 0; row < column.values.length; row++) {
    if (Number.isFinite(column.values[row] as number) && column.nulls?.[row] !== 1) continue;
    if (bad++ === 0) first = row + 1;
  }
  if (bad > 0) throw new TrainyardError("VALUE_NOT_FINITE", { path, column: name, row: first, rows: bad });
}

/** The same for a column of any type. @throws VALUE_NOT_FINITE */
export function refuseNulls(column: Column, name: string, path: string): void {
  if (column.type !== "text") {
    refuseNotFinite(column, name, path);
    return;
  }
  let bad = 0;
  let first = 0;
  for (let row = 0; row < column.codes.length; row++)
    if ((column.codes[row] as number) < 0 && bad++ === 0) first = row + 1;
  if (bad > 0) throw new TrainyardError("VALUE_NOT_FINITE", { path, column: name, row: first, rows: bad });
}

/**
 * Ids that name every row once, or items that may have several, in their canonical form; null without an `id` column.
 * @throws VALUE_NOT_FINITE, ID_INEXACT, ID_DUPLICATE
 */
export function readIds(column: Column | null, path: string, { mayRepeat = false } = {}): Column | null {
  if (column === null) return null;
  refuseNulls(column, "id", path);
  if (column.type !== "text") refuseInexact(column, path);
  const ids = canonicalIds(column);
  if (mayRepeat) return ids;
  let repeats = 0;
  let first = -1;
  const note = (row: number) => {
    first = repeats++ === 0 ? row : Math.min(first, row);
  };
  if (ids.type === "text") {
    const seen = new Uint8Array(ids.dictionary.length);
    ids.codes.forEach((code, row) => {
      if (seen[code] === 1) note(row);
      seen[code] = 1;
    });
  } else if (!ascending(ids.values)) {
    const order = argsort(ids.values); // a third of the time a Set of as many numbers takes
    for (let i = 1; i < order.length; i++) {
      const row = order[i] as number;
      if (ids.values[row] === ids.values[order[i - 1] as number]) note(row);
    }
  }
  if (repeats > 0) throw new TrainyardError("ID_DUPLICATE", { path, id: textAt(ids, first) ?? "", rows: repeats });
  return ids;
}

/** Readers keep long whole numbers as text; those that come as numbers were written as floats, and lost digits. @throws ID_INEXACT */
function refuseInexact({ values }: NumericColumn, path: string): void {
  const inexact = (id: number) => Math.abs(id) > Number.MAX_SAFE_INTEGER;
  const first = values.find(inexact);
  if (first === undefined) return;
  throw new TrainyardError("ID_INEXACT", { path, id: String(first), rows: values.filter(inexact).length });
}

/** Strictly ascending ids, the usual case, need no sorting to be known as unique. */
function ascending(values: Float64Array): boolean {
  for (let row = 1; row < values.length; row++)
    if ((values[row] as number) <= (values[row - 1] as number)) return false;
  return true;
}
