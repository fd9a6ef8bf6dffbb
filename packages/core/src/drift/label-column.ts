import type { ColumnProfile, Profile } from "../data/profile.ts";
import type { Table } from "../data/table.ts";
import { TrainyardError } from "../errors.ts";

/** Names under which the truth usually stands. */
const TRUTH: readonly string[] = ["y_true", "label", "target"];
/** Names of what a model answered, best first. */
export const ANSWERS: readonly string[] = ["y_score", "proba", "probability", "score", "y_pred", "prediction"];

/**
 * The column of a labels table that holds the truth: y_true, label or target, else the only one besides id, time and groups.
 * @throws COLUMN_MISSING when several could be meant, or none
 */
export function labelColumn(table: Table, others: readonly (string | null)[], path: string): string {
  const usual = TRUTH.find((name) => table.columns.has(name));
  if (usual !== undefined) return usual;
  const known = [...table.columns.keys()];
  const [only, another] = known.filter((name) => name !== "id" && !others.includes(name));
  if (only !== undefined && another === undefined) return only;
  throw new TrainyardError("COLUMN_MISSING", { path, column: "y_true", nearest: null, known });
}

/**
 * Columns of the evaluation rows that are the truth under another name: production's rows cannot have them yet, so they are no
 * missing input. A column is the truth when it looks exactly as `y_true` does in the profile of the predictions on the same rows.
 */
export function truthColumns(evaluation: Profile, predictions: Profile | null): string[] {
  const truth = predictions?.columns.find((column) => TRUTH.includes(column.name));
  const same = evaluation.columns.filter((column) => truth !== undefined && sameValues(column, truth));
  return [...TRUTH, ...same.map((column) => column.name)];
}

function sameValues(a: ColumnProfile, b: ColumnProfile): boolean {
  if (a.rows !== b.rows || a.rows === 0) return false;
  if (a.type === "text" || b.type === "text") {
    if (a.type !== "text" || b.type !== "text") return false;
    const counts = new Map(b.values);
    return a.values.length === b.values.length && a.values.every(([value, count]) => counts.get(value) === count);
  }
  return (
    a.min === b.min &&
    a.max === b.max &&
    a.nulls === b.nulls &&
    a.mean !== null &&
    b.mean !== null &&
    Math.abs(a.mean - b.mean) < 1e-12
  );
}
