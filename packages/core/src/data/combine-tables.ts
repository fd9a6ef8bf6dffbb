import { DAY, timestamp } from "../time.ts";
import type { Column, NumericColumn, Table, TextColumn } from "./table.ts";

/**
 * Rows of several tables below each other. A column some tables lack is null in their rows; where the types differ, booleans
 * become numbers beside numbers and everything else becomes text: times as ISO 8601, the rest as JavaScript writes it.
 */
export function combineTables(tables: readonly Table[]): Table {
  const only = tables[0];
  if (tables.length === 1 && only !== undefined) return only;
  const names = new Set(tables.flatMap((table) => [...table.columns.keys()]));
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const columns = new Map<string, Column>();
  for (const name of names) columns.set(name, combineColumn(tables, name, rows));
  return { rows, columns };
}

function combineColumn(tables: readonly Table[], name: string, rows: number): Column {
  const types = new Set(tables.flatMap((table) => table.columns.get(name)?.type ?? []));
  const mixed = types.size > 1 && [...types].some((type) => type === "text" || type === "time");
  if (mixed || types.has("text")) return combineText(tables, name, rows);
  const type = types.size > 1 ? "number" : ([...types][0] as NumericColumn["type"]);
  const values = new Float64Array(rows).fill(Number.NaN);
  let nulls: Uint8Array | null = null;
  let start = 0;
  for (const table of tables) {
    const column = table.columns.get(name) as NumericColumn | undefined;
    if (column === undefined || column.nulls !== null) nulls ??= new Uint8Array(rows);
    if (column === undefined) nulls?.fill(1, start, start + table.rows);
    else {
      values.set(column.values, start);
      if (column.nulls !== null) nulls?.set(column.nulls, start);
    }
    start += table.rows;
  }
  return { type, values, nulls };
}

function combineText(tables: readonly Table[], name: string, rows: number): TextColumn {
  const dictionary: string[] = [];
  const numbers = new Map<string, number>();
  const codes = new Int32Array(rows).fill(-1);
  const codeOf = (value: string): number => {
    let code = numbers.get(value);
    if (code === undefined) {
      code = dictionary.push(value) - 1;
      numbers.set(value, code);
    }
    return code;
  };
  let start = 0;
  for (const table of tables) {
    const column = table.columns.get(name);
    if (column !== undefined) {
      const text = asText(column);
      const translated = text.dictionary.map(codeOf);
      text.codes.forEach((code, row) => {
        if (code >= 0) codes[start + row] = translated[code] as number;
      });
    }
    start += table.rows;
  }
  return { type: "text", codes, dictionary };
}

/** A column as text: times as ISO 8601 ("2001-02-03" where all are midnights), numbers as JavaScript writes them, NaN as null. */
export function asText(column: Column): TextColumn {
  if (column.type === "text") return column;
  const dictionary: string[] = [];
  const numbers = new Map<number, number>();
  const codes = new Int32Array(column.values.length).fill(-1);
  const write = writer(column);
  for (let row = 0; row < codes.length; row++) {
    const value = column.values[row] as number;
    if ((column.nulls !== null && column.nulls[row] === 1) || Number.isNaN(value)) continue;
    let code = numbers.get(value);
    if (code === undefined) {
      code = dictionary.push(write(value)) - 1;
      numbers.set(value, code);
    }
    codes[row] = code;
  }
  return { type: "text", codes, dictionary };
}

/** Milliseconds either side of 1970 that a date can be written for (ECMA-262). */
const LAST_DATE = 8.64e15;

function writer({ type, values }: NumericColumn): (value: number) => string {
  if (type === "boolean") return (value) => String(value === 1);
  if (type === "number") return String;
  const days = values.every((value) => Number.isNaN(value) || value % DAY === 0);
  return (value) => {
    if (Math.abs(value) > LAST_DATE) return String(value);
    return days ? timestamp(value).slice(0, 10) : timestamp(value);
  };
}

/** The rows of a table whose numbers are given, in that order. Dictionaries are shared. */
export function selectRows(table: Table, rows: Int32Array): Table {
  const columns = new Map<string, Column>();
  for (const [name, column] of table.columns) columns.set(name, selectColumn(column, rows));
  return { rows: rows.length, columns };
}

function selectColumn(column: Column, rows: Int32Array): Column {
  if (column.type === "text") return { ...column, codes: rows.map((row) => column.codes[row] as number) };
  const values = new Float64Array(rows.length);
  const nulls = column.nulls === null ? null : new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    values[i] = column.values[rows[i] as number] as number;
    if (nulls !== null) nulls[i] = (column.nulls as Uint8Array)[rows[i] as number] as number;
  }
  return { type: column.type, values, nulls };
}
