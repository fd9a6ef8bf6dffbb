import type { Backend } from "../backend.ts";
import { TrainyardError } from "../errors.ts";
import { DAY } from "../time.ts";
import { type ReadRows, readRows } from "./current-rows.ts";
import { dayText } from "./days.ts";
import type { DriftConfig } from "./drift-config.ts";
import { chooseWindow, type DriftWindow } from "./window.ts";

/** The rows that a check looks at, and the labels that have arrived. */
export interface LookedAt {
  readonly current: ReadRows;
  readonly labels: ReadRows | null;
  readonly window: DriftWindow;
}

/**
 * Reads what a check looks at in this moment: the current rows of its window. What scores rows for a check asks the same.
 * @param now Milliseconds since 1970.
 * @throws NO_CURRENT_DATA, COLUMN_TYPE
 */
export async function lookedAt(
  config: DriftConfig,
  now: number,
  ports: Pick<Backend, "tables" | "workspace" | "progress">,
): Promise<LookedAt> {
  const files = await ports.workspace.files(config.current);
  if (files.length === 0) throw noData(config, null, null);
  const today = Math.floor(now / DAY);
  const time = config.time ?? null;
  const labels =
    config.labels === undefined
      ? null
      : await readRows(await ports.workspace.files(config.labels), { time, from: null, to: today - 1 }, ports);
  const window = await chooseWindow(config, today, files, labels?.table ?? null, ports);
  const current = await readRows(files, { time, ...window }, ports);
  if (current.table.rows === 0 && current.unreadable.length === 0) throw noData(config, window.from, window.to);
  return { current, labels, window };
}

function noData(config: DriftConfig, from: number | null, to: number | null): TrainyardError {
  const bounded = from !== null && to !== null;
  const pattern = config.current.join(", ");
  return new TrainyardError("NO_CURRENT_DATA", {
    pattern,
    from: bounded ? dayText(from) : null,
    to: bounded ? dayText(to) : null,
  });
}
