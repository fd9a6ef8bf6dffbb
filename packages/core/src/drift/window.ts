import type { Backend } from "../backend.ts";
import { matchRows } from "../data/match-rows.ts";
import type { Table } from "../data/table.ts";
import type { FileRef } from "../document.ts";
import { readRows } from "./current-rows.ts";
import { NO_DAY } from "./days.ts";
import type { DriftConfig } from "./drift-config.ts";

/** The days a check looks at, both ends included; null: no bound. */
export interface DriftWindow {
  readonly from: number | null;
  readonly to: number | null;
  /** Newest day any row is of, where it was looked up; null where not. */
  readonly newest: number | null;
}

/** Days after which labels still to come are not waited for, three windows added. */
const LATEST_LABELS = 30;

/**
 * The trailing days that end yesterday, or, with labels, on the last day most of whose rows have their label: a few labels that come
 * early do not move the window. Days are whole and UTC, and never the day of now. Without `window` all rows up to now count.
 */
export async function chooseWindow(
  config: DriftConfig,
  today: number,
  files: readonly FileRef[],
  labels: Table | null,
  ports: Pick<Backend, "tables" | "workspace" | "progress">,
): Promise<DriftWindow> {
  const time = config.time ?? null;
  if (time === null) return { from: null, to: null, newest: null };
  if (config.window === undefined) return { from: null, to: today, newest: null };
  const length = Number.parseInt(config.window, 10);
  const yesterday = today - 1;
  const plain = { from: yesterday - length + 1, to: yesterday, newest: null };
  const ids = labels?.columns.get("id");
  if (ids === undefined) return plain;
  const from = yesterday - 3 * length - LATEST_LABELS;
  const all = await readRows(files, { time, from, to: yesterday, columns: ["id", time] }, ports);
  const own = all.table.columns.get("id");
  if (own === undefined || all.days === null) return plain;
  const matches = matchRows(own, all.table.rows, ids);
  const rows = new Map<number, [labelled: number, all: number]>();
  let newest: number | null = null;
  all.days.forEach((day, row) => {
    if (day === NO_DAY) return;
    const count = rows.get(day) ?? [0, 0];
    if ((matches[row] as number) >= 0) count[0]++;
    count[1]++;
    rows.set(day, count);
    newest = newest === null ? day : Math.max(newest, day);
  });
  const labelled = [...rows].filter(([, [with_, of]]) => with_ * 2 >= of).map(([day]) => day);
  if (labelled.length === 0) return { ...plain, newest };
  const to = labelled.reduce((last, day) => Math.max(last, day));
  return { from: to - length + 1, to, newest };
}
