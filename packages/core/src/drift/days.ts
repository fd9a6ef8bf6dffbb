import { timeOfText } from "../data/as-time.ts";
import { type Column, textAt } from "../data/table.ts";
import { TrainyardError } from "../errors.ts";
import { DAY, timestamp } from "../time.ts";

/**
 * UTC day of every row (days since 1970-01-01; −2^31 where the time is null), from a time column, from ISO dates and times as text
 * (without a zone they are UTC), or from numbers: seconds or milliseconds since 1970.
 * @throws COLUMN_TYPE when a value is none of these
 */
export function daysOf(column: Column, name: string, path: string): Int32Array {
  if (column.type === "text") {
    const days = column.dictionary.map((value) => Math.floor(timeOfText(value) / DAY));
    return column.codes.map((code, row) => {
      if (code < 0) return NO_DAY;
      const day = days[code] as number;
      if (Number.isNaN(day)) throw notATime(name, path, textAt(column, row) ?? "");
      return day;
    });
  }
  if (column.type === "boolean") throw notATime(name, path, "true or false");
  const days = new Int32Array(column.values.length).fill(NO_DAY);
  for (let row = 0; row < days.length; row++) {
    const value = column.values[row] as number;
    if (Number.isNaN(value)) continue;
    const milliseconds = column.type === "time" || Math.abs(value) >= 1e11 ? value : value * 1000;
    if (column.type === "number" && Math.abs(value) < 1e8) throw notATime(name, path, String(value));
    days[row] = Math.floor(milliseconds / DAY);
  }
  return days;
}

export const NO_DAY = -(2 ** 31);

/** "2001-04-23". */
export function dayText(day: number): string {
  return timestamp(day * DAY).slice(0, 10);
}

/** Least and greatest day; null when no row has one. */
export function dayRange(days: Int32Array): readonly [number, number] | null {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const day of days) {
    if (day === NO_DAY) continue;
    first = Math.min(first, day);
    last = Math.max(last, day);
  }
  return first > last ? null : [first, last];
}

function notATime(column: string, path: string, got: string): TrainyardError {
  return new TrainyardError("COLUMN_TYPE", {
    path,
    column,
    expected: "times or dates like 2001-04-23",
    got: JSON.stringify(got),
  });
}
