import { instant } from "../time.ts";
import type { Column, NumericColumn } from "./table.ts";

/** Milliseconds since 1970 of an ISO date or time, without a zone in UTC; NaN when the text is none. */
export function timeOfText(text: string): number {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
    text.trim(),
  );
  if (match === null) return Number.NaN;
  return instant(`${match[1]}T${match[2] ?? "00:00"}${match[3] ?? "Z"}`) ?? Number.NaN;
}

/** A text column of ISO dates or times as a time column, as Parquet would hold it; null when a value is none, or there is no value. */
export function asTime(column: Column): NumericColumn | null {
  if (column.type !== "text") return column.type === "time" ? column : null;
  const times = column.dictionary.map(timeOfText);
  const values = new Float64Array(column.codes.length).fill(Number.NaN);
  const nulls = new Uint8Array(column.codes.length);
  let found = 0;
  for (let row = 0; row < values.length; row++) {
    const code = column.codes[row] as number;
    if (code < 0) {
      nulls[row] = 1;
      continue;
    }
    const time = times[code] as number;
    if (Number.isNaN(time)) return null;
    values[row] = time;
    found++;
  }
  if (found === 0) return null;
  return { type: "time", values, nulls: found === values.length ? null : nulls };
}
