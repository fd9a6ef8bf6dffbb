import { timeOfText } from "../data/as-time.ts";
import type { ColumnProfile } from "../data/profile.ts";
import type { Column } from "../data/table.ts";

/** Share of the values that must differ from all others. */
const DISTINCT = 0.99;
/** Rows from which numbers that hardly repeat, and that lie this densely, are a count of the rows and nothing measured. */
const ENOUGH = 100;
const DENSE = 10;

/** `customer_id`, `orderId`, `uuid`, `session key` … */
const ID_NAME = /(?:^|[_\-. ])(?:id|uuid|guid|key|nr|no)$|[a-z](?:Id|ID|Uuid|UUID|Key)$/;

/**
 * True for a column that says who a row is, not what it is like: text or whole numbers, practically never the same twice, and for numbers
 * either named like an id or counting through (else an amount in cents would be one). Such values are new in every table.
 *
 * @param column The reference's column; null when only its profile is left, which cannot tell whether whole numbers repeat.
 */
export function looksLikeId(reference: ColumnProfile, column: Column | null, current: Column): boolean {
  if (reference.type === "text") {
    if (reference.values.slice(0, 100).every(([value]) => !Number.isNaN(timeOfText(value)))) return false;
    const values = column === null ? profiledValues(reference) : distinctValues(column);
    return allDiffer(values) && allDiffer(distinctValues(current));
  }
  if (reference.type !== "number" || !reference.integers || current.type === "text") return false;
  const before = column === null ? null : distinctValues(column);
  const now = distinctValues(current);
  if (!allDiffer(now) || (before !== null && !allDiffer(before))) return false;
  if (ID_NAME.test(reference.name)) return true;
  const rows = reference.rows - reference.nulls;
  const range = (reference.max ?? 0) - (reference.min ?? 0) + 1;
  const counting = range >= DISTINCT * rows && range < DENSE * rows;
  return counting && Math.min(rows, now.rows) >= ENOUGH && isDense(current, now.rows);
}

interface Distinct {
  readonly values: number;
  /** Rows that have a value. */
  readonly rows: number;
}

function allDiffer({ values, rows }: Distinct): boolean {
  return rows > 1 && values >= DISTINCT * rows;
}

function profiledValues(reference: Extract<ColumnProfile, { type: "text" }>): Distinct {
  // Values beyond those that are listed occur no more often than the last of them.
  const last = reference.values.at(-1)?.[1] ?? 1;
  return { values: reference.values.length + reference.other / last, rows: reference.rows - reference.nulls };
}

function distinctValues(column: Column): Distinct {
  if (column.type === "text") {
    const codes = column.codes.filter((code) => code >= 0);
    return { values: new Set(codes).size, rows: codes.length };
  }
  const values = column.values.filter((value) => !Number.isNaN(value));
  return { values: new Set(values).size, rows: values.length };
}

function isDense(column: Column, rows: number): boolean {
  if (column.type === "text") return false;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of column.values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high - low < DENSE * rows;
}
