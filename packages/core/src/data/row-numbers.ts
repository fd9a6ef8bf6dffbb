import type { Column, Table } from "./table.ts";

/** Fewer rows count up by chance. */
const LEAST_ROWS = 10;

/** What pandas and Arrow call the number of a row. */
const INDEX = /^(?:|id|Unnamed: \d+|__index_level_\d+__)$/;
/** What pandas calls it when it makes a column of it, and what may as well be a column of somebody's. */
const PERHAPS = /^(?:index|level_\d+)$/;

/** Whether a column says nothing of a row but which one it is of its file: by its name, or as it holds each of as many whole numbers as there are rows once, in any order. */
export function numbersRows(table: Table, name: string): boolean {
  const column = table.columns.get(name);
  if (column === undefined || INDEX.test(name)) return column !== undefined;
  return isWhole(column) && (PERHAPS.test(name) || countsUp(column.values));
}

function isWhole(column: Column): column is Column & { type: "number" } {
  return column.type === "number" && column.nulls === null && column.values.every(Number.isInteger);
}

function countsUp(values: Float64Array): boolean {
  if (values.length < LEAST_ROWS) return false;
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
    if (most - least >= values.length) return false;
  }
  const seen = new Uint8Array(values.length);
  for (const value of values) {
    if (seen[value - least] === 1) return false;
    seen[value - least] = 1;
  }
  return true;
}
