import type { Column } from "../data/table.ts";

/** Finds the row of a key column that holds the same id as row `row` of another; −1 when none does. */
export type RowFinder = (ids: Column, row: number) => number;

/**
 * Rows by id. Of rows with the same id the last counts: a log may score a row twice, and labels may be corrected.
 * Ids of different types match as text: 7 finds "7".
 */
export function rowsById(column: Column): RowFinder {
  const byText = new Map<string, number>();
  const byNumber = new Map<number, number>();
  if (column.type === "text") {
    const lastRow = new Int32Array(column.dictionary.length).fill(-1);
    column.codes.forEach((code, row) => {
      if (code >= 0) lastRow[code] = row;
    });
    column.dictionary.forEach((value, code) => {
      if ((lastRow[code] as number) >= 0) byText.set(value, lastRow[code] as number);
    });
  } else {
    for (let row = 0; row < column.values.length; row++) {
      if (!isNull(column, row)) byNumber.set(column.values[row] as number, row);
    }
  }
  return (ids, row) => {
    if (ids.type === "text") {
      const value = ids.dictionary[ids.codes[row] as number];
      if (value === undefined) return -1;
      if (column.type === "text") return byText.get(value) ?? -1;
      return value.trim() === "" ? -1 : (byNumber.get(Number(value)) ?? -1);
    }
    if (isNull(ids, row)) return -1;
    const value = ids.values[row] as number;
    return (column.type === "text" ? byText.get(String(value)) : byNumber.get(value)) ?? -1;
  };
}

function isNull(column: Exclude<Column, { type: "text" }>, row: number): boolean {
  return (column.nulls !== null && column.nulls[row] === 1) || Number.isNaN(column.values[row] as number);
}

/** For each of `rows` rows with these ids, the row of `keys` with the same id, or −1. */
export function matchRows(ids: Column, rows: number, keys: Column): Int32Array {
  const find = rowsById(keys);
  const matches = new Int32Array(rows);
  for (let row = 0; row < rows; row++) matches[row] = find(ids, row);
  return matches;
}
