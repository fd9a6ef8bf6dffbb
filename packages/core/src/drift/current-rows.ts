import type { Backend } from "../backend.ts";
import { combineTables, selectRows } from "../data/combine-tables.ts";
import type { Table } from "../data/table.ts";
import type { FileRef } from "../document.ts";
import { isRefusal, TrainyardError } from "../errors.ts";
import { dayRange, daysOf, NO_DAY } from "./days.ts";

/** Files of one kind, read and put below each other. */
export interface ReadRows {
  readonly table: Table;
  /** UTC day of each row; null when no time column is configured or there is none. */
  readonly days: Int32Array | null;
  readonly files: readonly FileRef[];
  /** Files that hold rows before the day of now; all of them without a time column. */
  readonly past: readonly FileRef[];
  /** Files that could not be read, with what the reader said. */
  readonly unreadable: readonly { readonly file: FileRef; readonly problem: string }[];
  /** Columns that stand in some of the files only. */
  readonly ragged: readonly { readonly column: string; readonly file: string }[];
}

export interface ReadWindow {
  readonly time: string | null;
  /** First and last day wanted, both included; null: no bound on that side. */
  readonly from: number | null;
  readonly to: number | null;
  /** Read these columns only; all by default. */
  readonly columns?: readonly string[];
}

type Ports = Pick<Backend, "tables" | "workspace" | "progress">;

/**
 * Reads the rows of files that fall into a window of days, each file at most once and not at all when its days lie outside.
 * A file that cannot be read is reported, not thrown: it is what a drift check is there to find.
 * @throws COLUMN_TYPE when the time column holds no times
 */
export async function readRows(files: readonly FileRef[], window: ReadWindow, ports: Ports): Promise<ReadRows> {
  const tables: { file: FileRef; table: Table; days: Int32Array | null }[] = [];
  const unreadable: { file: FileRef; problem: string }[] = [];
  const past: FileRef[] = [];
  for (const [i, file] of files.entries()) {
    ports.progress.working(`reading ${file.path}`, i / files.length);
    try {
      const wanted = await readOne(file, window, ports);
      if (wanted === "future") continue;
      past.push(file);
      if (wanted !== "outside") tables.push({ file, ...wanted });
    } catch (error) {
      if (!isRefusal(error) || !UNREADABLE.has(error.code)) throw error;
      unreadable.push({ file, problem: error.message });
    }
  }
  const names = new Set(tables.flatMap(({ table }) => [...table.columns.keys()]));
  const ragged = [...names].flatMap((column) => {
    const without = tables.find(({ table }) => !table.columns.has(column) && table.rows > 0);
    return without === undefined ? [] : [{ column, file: without.file.path }];
  });
  const days = tables.map((one) => one.days ?? new Int32Array(one.table.rows).fill(NO_DAY));
  const timed = tables.some((one) => one.days !== null);
  return {
    table: combineTables(tables.map(({ table }) => table)),
    days: timed ? concat(days) : null,
    files: tables.map(({ file }) => file),
    past,
    unreadable,
    ragged,
  };
}

/** Refusals that say that a file is damaged or gone. An empty file is unreadable too: a delivery without rows is a failed one. */
const UNREADABLE: ReadonlySet<string> = new Set([
  "TABLE_EMPTY",
  "TABLE_TRUNCATED",
  "TABLE_RAGGED",
  "TABLE_SYNTAX",
  "TABLE_FORMAT",
  "COLUMN_DUPLICATE",
  "FILE_NOT_FOUND",
  "FILE_UNREADABLE",
]);

async function readOne(file: FileRef, window: ReadWindow, ports: Ports) {
  const { time } = window;
  const path = ports.workspace.path(file.path);
  // Parquet keeps columns apart: the days alone are quick to read, and often say that the rest is not needed.
  if (time !== null && file.path.endsWith(".parquet")) {
    const place = placeOf(
      daysIn(await ports.tables.read(path, file.path, { columns: [time] }), time, file.path),
      window,
    );
    if (place !== "inside") return place;
  }
  const { columns } = window;
  const table = await ports.tables.read(path, file.path, columns === undefined ? {} : { columns });
  const days = time === null ? null : daysIn(table, time, file.path);
  const place = placeOf(days, window);
  if (place !== "inside") return place;
  if (days === null) return { table, days };
  const rows = rowsWithin(days, window);
  return rows.length === table.rows
    ? { table, days }
    : { table: selectRows(table, rows), days: rows.map((row) => days[row] as number) };
}

function daysIn(table: Table, time: string, path: string): Int32Array | null {
  const column = table.columns.get(time);
  return column === undefined ? null : daysOf(column, time, path);
}

function placeOf(days: Int32Array | null, { from, to }: ReadWindow): "inside" | "outside" | "future" {
  const range = days === null ? null : dayRange(days);
  if (range === null) return "inside";
  if (to !== null && range[0] > to) return "future";
  return from !== null && range[1] < from ? "outside" : "inside";
}

/** Rows within the window; those whose time is null stay, so that a burst of nulls is seen. */
export function rowsWithin(days: Int32Array, { from, to }: Pick<ReadWindow, "from" | "to">): Int32Array {
  const rows = new Int32Array(days.length);
  let kept = 0;
  for (let row = 0; row < days.length; row++) {
    const day = days[row] as number;
    if (day === NO_DAY || ((from === null || day >= from) && (to === null || day <= to))) rows[kept++] = row;
  }
  return rows.subarray(0, kept);
}

function concat(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.length;
  }
  return whole;
}

/** The id column of a table that rows are joined by. @throws COLUMN_MISSING */
export function idColumn(table: Table, path: string) {
  const column = table.columns.get("id");
  if (column !== undefined) return column;
  throw new TrainyardError("COLUMN_MISSING", { path, column: "id", nearest: null, known: [...table.columns.keys()] });
}
