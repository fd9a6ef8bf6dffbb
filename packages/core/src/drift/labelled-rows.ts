import type { Task } from "../config/task.ts";
import { selectRows } from "../data/combine-tables.ts";
import { matchRows } from "../data/match-rows.ts";
import type { Column, Table } from "../data/table.ts";
import { isRefusal } from "../errors.ts";
import { type Predictions, readPredictions } from "../evaluate/rows/predictions.ts";
import { ANSWERS } from "./label-column.ts";

/** The current rows with what the model answered: one row of `answers` for each of theirs. */
export interface Answered {
  /** Score columns, aligned with the current rows. */
  readonly answers: Table;
  /** Current rows without an answer. */
  readonly missing: number;
}

/** Joins the logged predictions to the current rows by id; without a predictions file the current rows may carry the scores themselves. */
export function joinAnswers(current: Table, ids: Column | null, predictions: Table | null): Answered | null {
  if (predictions === null) {
    const answers = onlyAnswers(current);
    return answers.columns.size === 0 ? null : { answers, missing: 0 };
  }
  const keys = predictions.columns.get("id");
  if (ids === null || keys === undefined) return { answers: { rows: 0, columns: new Map() }, missing: current.rows };
  const matches = matchRows(ids, current.rows, keys);
  const missing = matches.reduce((count, row) => count + (row < 0 ? 1 : 0), 0);
  if (missing > 0) return { answers: { rows: 0, columns: new Map() }, missing };
  return { answers: selectRows(onlyAnswers(predictions), matches), missing };
}

/** What a model answered, of a table that may say more. */
export function onlyAnswers(table: Table): Table {
  const columns = [...table.columns].filter(([name]) => ANSWERS.includes(name) || name.startsWith("y_score."));
  return { rows: table.rows, columns: new Map(columns) };
}

/**
 * The rows whose label has arrived, as predictions that can be judged. Rows without a label, or with an empty one, do not count.
 * @returns Null when there is none; a note when they cannot be judged (one class only).
 * @throws VALUE_NOT_FINITE, SCORE_RANGE, TASK_MISMATCH, GROUPS_MISSING
 */
export function labelledRows(
  rows: { readonly current: Table; readonly answers: Table; readonly ids: Column },
  labels: { readonly table: Table; readonly column: string },
  settings: { readonly task: Task; readonly groups: string | null },
): { predictions: Predictions | null; note: string | null } {
  const keys = labels.table.columns.get("id");
  const truth = labels.table.columns.get(labels.column);
  if (keys === undefined || truth === undefined) return { predictions: null, note: null };
  const matches = matchRows(rows.ids, rows.current.rows, keys);
  const kept = Int32Array.from(matches.keys()).filter((row) => {
    const match = matches[row] as number;
    return match >= 0 && hasValue(truth, match);
  });
  if (kept.length === 0) return { predictions: null, note: null };
  const columns = new Map(selectRows(rows.answers, kept).columns);
  const truthRows = kept.map((row) => matches[row] as number);
  const one: Table = { rows: labels.table.rows, columns: new Map([["y_true", truth]]) };
  columns.set("y_true", selectRows(one, truthRows).columns.get("y_true") as Column);
  const group = settings.groups === null ? undefined : rows.current.columns.get(settings.groups);
  const grouped = group !== undefined && settings.groups !== null;
  if (grouped) {
    const own: Table = { rows: rows.current.rows, columns: new Map([["group", group]]) };
    columns.set(settings.groups as string, selectRows(own, kept).columns.get("group") as Column);
  }
  const joined = { rows: kept.length, columns };
  try {
    const read = {
      task: settings.task,
      groups: grouped ? settings.groups : null,
      slices: [],
      labels: "required" as const,
    };
    return { predictions: readPredictions(joined, "the labelled rows", read), note: null };
  } catch (error) {
    if (isRefusal(error) && error.code === "ONE_CLASS")
      return { predictions: null, note: `Performance was not judged: ${error.message}` };
    throw error;
  }
}

function hasValue(column: Column, row: number): boolean {
  if (column.type === "text") return (column.codes[row] as number) >= 0;
  return !Number.isNaN(column.values[row] as number) && !(column.nulls !== null && column.nulls[row] === 1);
}
