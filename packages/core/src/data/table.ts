/**
 * A table as columns: what every reader returns and every statistic takes. Columns all have length `rows`.
 * A Map, so that a column named `constructor` is just a column.
 */
export interface Table {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Column>;
}

/** `number`, `boolean` (0 or 1) and `time` (milliseconds since 1970-01-01T00:00:00Z) columns; a null row holds NaN and nulls[row] = 1. */
export interface NumericColumn {
  readonly type: "number" | "boolean" | "time";
  /** Length rows. A NaN where nulls is 0 is a NaN that stood in the file. */
  readonly values: Float64Array;
  /** Length rows, 1 = null; null when the column has none. */
  readonly nulls: Uint8Array | null;
}

/** Text, dictionary-coded: codes[row] indexes `dictionary`, −1 is null. */
export interface TextColumn {
  readonly type: "text";
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
}

export type Column = NumericColumn | TextColumn;

/** A row of a column as text, null for null; numbers as JavaScript writes them. */
export function textAt(column: Column, row: number): string | null {
  if (column.type === "text") {
    const code = column.codes[row] as number;
    return code < 0 ? null : (column.dictionary[code] as string);
  }
  if (column.nulls !== null && column.nulls[row] === 1) return null;
  return String(column.values[row]);
}
