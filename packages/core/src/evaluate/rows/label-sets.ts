import { type Column, type Table, textAt } from "../../data/table.ts";
import { TrainyardError } from "../../errors.ts";
import { yesOrNo } from "./labels.ts";
import { refuseNulls } from "./row-ids.ts";

/** Rows that may have several labels: a column each (`y_true.<label>`, `y_pred.<label>`, `y_score.<label>`), or lists of them in `y_true` and `y_pred`. */
export interface LabelSets {
  /** The labels, in the order of their columns, or of lists by code point. */
  readonly classes: readonly string[];
  /** 1 where a row has a label, 0 where not; rows × classes, row by row. Null where nobody knows. */
  readonly labels: Float64Array | null;
  /** Probabilities in the same form; null where only decisions are there. */
  readonly scores: Float64Array | null;
  /** `y_pred`, else 1 from a probability of one half on; in the same form. */
  readonly decisions: Int32Array;
}

const [TRUE, SCORE, PREDICTED] = ["y_true.", "y_score.", "y_pred."] as const;
/** More labels than this are no labels: a file was read wrongly. */
const MOST_LABELS = 10_000;

/** True where the columns, or every value of `y_true`, can only mean sets of labels. */
export function hasLabelSets(table: Table): boolean {
  if (named(table, TRUE).length > 0) return true;
  const truth = table.columns.get("y_true");
  return (
    truth?.type === "text" && truth.dictionary.length > 0 && truth.dictionary.every((text) => listOf(text) !== null)
  );
}

/**
 * Reads them. Lists are JSON (`["a", "b"]`) or labels separated by `|`; no label at all is `[]`.
 * @param probabilities Reads a column of scores. @throws TASK_MISMATCH, LABELS_MISSING, VALUE_NOT_FINITE, COLUMN_TYPE
 */
export function readLabelSets(
  table: Table,
  path: string,
  required: boolean,
  probabilities: (name: string) => Float64Array,
): LabelSets {
  const listed = (name: string) =>
    table.columns.has(name) ? lists(table.columns.get(name) as Column, name, path) : null;
  const columns = { truth: named(table, TRUE), scores: named(table, SCORE), decisions: named(table, PREDICTED) };
  const truth = columns.truth.length > 0 ? null : listed("y_true");
  const decided = columns.decisions.length > 0 ? null : listed("y_pred");
  if (required && columns.truth.length === 0 && truth === null) throw new TrainyardError("LABELS_MISSING", { path });
  const classes = classesOf(
    [columns.truth, columns.scores, columns.decisions, truth?.words ?? [], decided?.words ?? []],
    path,
  );
  for (const [prefix, own] of [
    [TRUE, columns.truth],
    [SCORE, columns.scores],
    [PREDICTED, columns.decisions],
  ] as const) {
    const absent = own.length === 0 ? undefined : classes.find((label) => !own.includes(label));
    if (absent !== undefined)
      throw mismatch(path, `it has no column ${JSON.stringify(prefix + absent)}, and others of that kind`);
  }
  const scores =
    columns.scores.length === 0 ? null : interleaved(table.rows, classes, (label) => probabilities(SCORE + label));
  const flags = (prefix: string) =>
    interleaved(table.rows, classes, (label) =>
      zeroOrOne(table.columns.get(prefix + label) as Column, prefix + label, path),
    );
  const given = columns.decisions.length > 0 ? flags(PREDICTED) : decided && spread(decided, classes);
  if (given === null && scores === null)
    throw mismatch(path, "it has neither y_score.<label> nor y_pred.<label> columns, nor lists in y_pred");
  return {
    classes,
    labels: columns.truth.length > 0 ? flags(TRUE) : truth && spread(truth, classes),
    scores,
    decisions: Int32Array.from((given ?? scores) as Float64Array, (value) => (value >= 0.5 ? 1 : 0)),
  };
}

function named(table: Table, prefix: string): string[] {
  return [...table.columns.keys()].flatMap((name) =>
    name.startsWith(prefix) && name.length > prefix.length ? [name.slice(prefix.length)] : [],
  );
}

function classesOf(found: readonly (readonly string[])[], path: string): string[] {
  const classes = [...new Set(found.flat())];
  if (classes.length > MOST_LABELS) throw mismatch(path, `it has ${classes.length} labels; ${MOST_LABELS} is the most`);
  if (classes.length === 0) throw mismatch(path, "no row has a label");
  return classes;
}

/** Columns of one kind as rows × classes. */
function interleaved(rows: number, classes: readonly string[], of: (label: string) => Float64Array): Float64Array {
  const all = new Float64Array(rows * classes.length);
  classes.forEach((label, k) => {
    const values = of(label);
    for (let row = 0; row < rows; row++) all[row * classes.length + k] = values[row] as number;
  });
  return all;
}

function zeroOrOne(column: Column, name: string, path: string): Float64Array {
  refuseNulls(column, name, path);
  const wrong = (value: string) =>
    new TrainyardError("COLUMN_TYPE", {
      path,
      column: name,
      expected: "0 and 1, true and false, yes and no",
      got: value,
    });
  if (column.type !== "text") {
    const other = column.values.find((value) => value !== 0 && value !== 1);
    if (other !== undefined) throw wrong(String(other));
    return column.values;
  }
  const values = column.dictionary.map(yesOrNo);
  const other = values.indexOf(null);
  if (other >= 0) throw wrong(JSON.stringify(column.dictionary[other]));
  return Float64Array.from(column.codes, (code) => values[code] as number);
}

/** A column of lists: of each distinct list its labels, and of each row its list. */
interface Lists {
  readonly words: readonly string[];
  readonly sets: readonly (readonly string[])[];
  readonly codes: Int32Array;
}

function lists(column: Column, name: string, path: string): Lists {
  refuseNulls(column, name, path);
  const texts = column.type === "text" ? column.dictionary : [...new Set(Array.from(column.values, String))];
  const codes =
    column.type === "text"
      ? column.codes
      : Int32Array.from(column.values, (_, row) => texts.indexOf(textAt(column, row) as string));
  const sets = texts.map(
    (text) =>
      listOf(text) ??
      text
        .split("|")
        .map((word) => word.trim())
        .filter((word) => word !== ""),
  );
  return { words: [...new Set(sets.flat())].sort(), sets, codes };
}

/** The labels of a JSON list; null for what is none. */
function listOf(text: string): string[] | null {
  if (!text.startsWith("[")) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.map(String) : null;
  } catch {
    return null;
  }
}

function spread({ sets, codes }: Lists, classes: readonly string[]): Float64Array {
  const place = new Map(classes.map((label, k) => [label, k]));
  const places = sets.map((set) => set.map((label) => place.get(label) as number));
  const all = new Float64Array(codes.length * classes.length);
  for (let row = 0; row < codes.length; row++)
    for (const k of places[codes[row] as number] as number[]) all[row * classes.length + k] = 1;
  return all;
}

function mismatch(path: string, problem: string): TrainyardError {
  return new TrainyardError("TASK_MISMATCH", { path, task: "multilabel", problem });
}
