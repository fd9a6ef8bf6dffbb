import type { Task } from "../../config/task.ts";
import { nearestColumn } from "../../data/column-names.ts";
import { type IdHashes, idHashes } from "../../data/id-hash.ts";
import type { Column, Table } from "../../data/table.ts";
import { TrainyardError } from "../../errors.ts";
import { oncePerItem, type Repeats, readNamedScores, scoreColumns } from "./example-scores.ts";
import { distinctUpTo, type Factor, factor, sliceFactor } from "./factor.ts";
import { fromHarness } from "./harness.ts";
import { hasLabelSets, readLabelSets } from "./label-sets.ts";
import { binaryLabels, classLabels, isYes, numericLabels, yesOrNo } from "./labels.ts";
import { likelyLabel, missingColumns } from "./likely-columns.ts";
import { readIds, refuseNotFinite, refuseNulls } from "./row-ids.ts";

/** Rows one model scored, checked: every number finite, every id once, classes known. */
export interface Predictions {
  /** For messages. */
  readonly path: string;
  readonly task: Task;
  readonly rows: number;
  /** Null: the file has no ids, rows are known by their number; or by `idHashes`. */
  readonly ids: Column | null;
  /** Of predictions that were kept with a version, in place of text ids. */
  readonly idHashes?: IdHashes;
  /** Binary: 0 or 1. Multiclass: index into `classes`. Multilabel: 0 or 1, rows × classes, row by row. Else the true value. Null where nobody knows it. Length rows. */
  readonly labels: Float64Array | null;
  /** Binary: [negative, positive]. Multiclass, multilabel: all. Else empty. */
  readonly classes: readonly string[];
  /** Binary: probability of the positive class, rows long. Multiclass, multilabel: rows × classes, row by row. Else the prediction. Null with `y_pred` alone. */
  readonly scores: Float64Array | null;
  /** Class index decided for a row: `y_pred`, or the likeliest class (binary: at 0.5). Multilabel: 1 for a label that is decided for, rows × classes. Null for tasks without classes. */
  readonly decisions: Int32Array | null;
  /** How much each row counts, ≥ 0; null: all the same. */
  readonly weights: Float64Array | null;
  /** A column called like a weight that nobody named as one: rows count all the same. */
  readonly unusedWeight?: string;
  /** Columns beside truth and prediction that some metrics of a regression take. */
  readonly extra: Readonly<Partial<Record<ExtraColumn, Float64Array>>>;
  /** Of task `scores`: every metric's scores by its name, `mean_score` for a column `score`; `scores` are those of the first. */
  readonly named?: ReadonlyMap<string, Float64Array>;
  /** Of task `scores`, where ids repeated: rows are items then, and this many scores of each were averaged. */
  readonly repeats?: Repeats;
  readonly groups: Factor | null;
  /** Of each column that a check slices by: 32 bits of a hash of a row's value, to compare it with what another file says. Absent: there are none. */
  readonly held?: ReadonlyMap<string, Int32Array>;
  /** What it costs to decide class d for a row of class t, at t × classes + d; absent where nobody says. */
  readonly costs?: Float64Array;
  readonly slices: readonly Factor[];
}

/** A naive forecast, and the ends of a prediction interval. */
export type ExtraColumn = "y_naive" | "y_lower" | "y_upper";

/** What a metric is computed from: rows one model scored, of one task. Labels are there unless the task is `scores`. */
export type JudgedRows = Pick<
  Predictions,
  "task" | "rows" | "classes" | "labels" | "scores" | "decisions" | "weights" | "extra" | "named" | "groups" | "costs"
>;

/** What to read a table as. */
export interface PredictionSettings {
  /** Null: told from the columns. */
  readonly task: Task | null;
  readonly groups: string | null;
  readonly slices: readonly string[];
  /** Columns whose values are compared with the baseline's, where they are there: those that a check slices by. Absent: none. */
  readonly held?: readonly string[];
  /** Columns of which the first that is there says how much a row counts. Absent: rows count alike. */
  readonly weights?: readonly string[];
  /** A baseline's scores may come without labels: then the candidate's count. */
  readonly labels: "required" | "optional";
}

const LABELS = ["y_true", "label", "target"] as const;
const SCORES = ["y_score", "proba", "probability", "score"] as const;
const DECISIONS = ["y_pred", "prediction"] as const;
/** What a column of weights is called where nobody says. */
export const WEIGHTS = ["sample_weight", "weight"] as const;
const EXTRA: readonly ExtraColumn[] = ["y_naive", "y_lower", "y_upper"];
const CLASS_SCORE = "y_score.";

/**
 * Reads a table of predictions. Columns: `id`; `y_true`, `label` or `target`; `y_score`, `proba`, `probability` or `score`, or one
 * `y_score.<class>` each; `y_pred` or `prediction`; scores of examples as `score` and `score.<metric>`, or as a harness writes them.
 * @throws TABLE_EMPTY, COLUMNS_MISSING, COLUMN_MISSING, LABELS_MISSING, GROUPS_MISSING, ID_INEXACT, ID_DUPLICATE, VALUE_NOT_FINITE, ONE_CLASS, POSITIVE_UNKNOWN, SCORE_RANGE, TASK_MISMATCH, COLUMN_TYPE
 */
export function readPredictions(given: Table, path: string, settings: PredictionSettings): Predictions {
  if (given.rows === 0) throw new TrainyardError("TABLE_EMPTY", { path });
  const table = settings.task === null || settings.task === "scores" ? fromHarness(given, path) : given;
  if (settings.task === "multilabel" || (settings.task === null && hasLabelSets(table)))
    return { task: "multilabel", ...readLabelled(table, path, settings), ...rest(table, path, settings, {}) };
  const find = (names: readonly string[]) => names.find((name) => table.columns.has(name)) ?? null;
  const labelName = find(LABELS);
  const scoreName = find(SCORES);
  const decisionName = find(DECISIONS);
  const classNames = [...table.columns.keys()].filter(
    (name) => name.startsWith(CLASS_SCORE) && name.length > CLASS_SCORE.length,
  );
  const scored = scoreColumns(table).length > 0;
  if (scoreName === null && decisionName === null && classNames.length === 0 && !scored)
    throw scoresMissing(table, path, settings, labelName);

  const at = (name: string) => table.columns.get(name) as Column;
  const task =
    settings.task ??
    inferTask({
      label: labelName === null ? null : at(labelName),
      score: scoreName,
      decision: decisionName === null ? null : at(decisionName),
      classes: classNames.length,
      scored: scored && (scoreName === null || scoreName === "score"),
    });
  if (labelName === null && settings.labels === "required" && task !== "scores")
    throw new TrainyardError("LABELS_MISSING", { path, nearest: likelyLabel(table) });
  const columns: Columns = {
    path,
    label: labelName === null || task === "scores" ? null : { name: labelName, column: at(labelName) },
    score: scoreName === null ? null : { name: scoreName, column: at(scoreName) },
    decision: decisionName === null ? null : { name: decisionName, column: at(decisionName) },
    classes: classNames.map((name) => ({ name, column: at(name), class: name.slice(CLASS_SCORE.length) })),
  };
  const read =
    task === "binary"
      ? readBinary(columns)
      : task === "multiclass"
        ? readMulticlass(columns)
        : task === "scores"
          ? readScores(table, columns)
          : readNumeric(columns, task);
  const extra = Object.fromEntries(
    EXTRA.flatMap((name) => {
      const column = table.columns.get(name);
      return task !== "regression" || column === undefined ? [] : [[name, finite({ name, column }, path)]];
    }),
  );
  const predictions: Predictions = {
    task,
    ...read,
    extra,
    ...rest(table, path, settings, { mayRepeat: task === "scores" }),
  };
  return task === "scores" ? oncePerItem(predictions) : predictions;
}

/** What a file of any task may hold. */
function rest(
  table: Table,
  path: string,
  settings: PredictionSettings,
  ids: { readonly mayRepeat?: boolean },
): Pick<Predictions, "path" | "rows" | "ids" | "weights" | "unusedWeight" | "groups" | "held" | "slices"> {
  return {
    path,
    rows: table.rows,
    ids: readIds(table.columns.get("id") ?? null, path, ids),
    ...readWeights(table, path, settings),
    groups: settings.groups === null ? null : groupFactor(table, path, settings.groups),
    ...readHeld(table, settings),
    slices: settings.slices.map((name) => {
      const column = table.columns.get(name);
      if (column === undefined) throw missing(table, path, name);
      return sliceFactor(name, column);
    }),
  };
}

function readLabelled(table: Table, path: string, { labels }: PredictionSettings): Read & Pick<Predictions, "extra"> {
  const scores = (name: string) => probabilities({ name, column: table.columns.get(name) as Column }, path);
  return { ...readLabelSets(table, path, labels === "required", scores), extra: {} };
}

interface Named {
  readonly name: string;
  readonly column: Column;
}
interface Columns {
  readonly path: string;
  readonly label: Named | null;
  readonly score: Named | null;
  readonly decision: Named | null;
  readonly classes: readonly (Named & { readonly class: string })[];
}
type Read = Pick<Predictions, "labels" | "classes" | "scores" | "decisions" | "named">;

function readBinary({ path, label, score, decision, classes }: Columns): Read {
  if (classes.length > 2) throw mismatch(path, "binary", `it has ${classes.length} y_score.<class> columns`);
  const labels =
    label === null
      ? null
      : binaryLabels(
          label.column,
          label.name,
          path,
          classes.map((one) => one.class),
        );
  const names = labels?.classes ?? ["0", "1"];
  const ofPositive = (one: { class: string }) => one.class === names[1] || (names[1] === "1" && isYes(one.class));
  const chosen = score ?? classes.find(ofPositive) ?? null;
  if (chosen === null && decision === null) throw mismatch(path, "binary", `it has no y_score.${names[1]} column`);
  const scores = chosen === null ? null : probabilities(chosen, path);
  let decisions: Int32Array;
  if (decision !== null)
    decisions = binaryLabels(decision.column, decision.name, path, names, { predicted: true }).codes;
  else decisions = decided(scores as Float64Array);
  return { labels: labels === null ? null : new Float64Array(labels.codes), classes: names, scores, decisions };
}

/** The positive class from a probability of one half on. */
function decided(scores: Float64Array): Int32Array {
  const decisions = new Int32Array(scores.length);
  for (let row = 0; row < scores.length; row++) decisions[row] = (scores[row] as number) >= 0.5 ? 1 : 0;
  return decisions;
}

function readMulticlass({ path, label, decision, classes }: Columns): Read {
  if (classes.length === 0 && decision === null)
    throw mismatch(path, "multiclass", "it has neither y_score.<class> columns nor y_pred");
  if (classes.length === 1) throw mismatch(path, "multiclass", "it has only one y_score.<class> column");
  const { names, labels, predicted } = classLabels(
    label,
    decision,
    classes.map((one) => one.class),
    path,
  );
  if (classes.length === 0) return { labels, classes: names, scores: null, decisions: predicted };
  const columns = classes.map((one) => probabilities(one, path));
  const rows = (columns[0] as Float64Array).length;
  const scores = new Float64Array(rows * classes.length);
  const decisions = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    let best = 0;
    for (let k = 0; k < columns.length; k++) {
      const value = (columns[k] as Float64Array)[row] as number;
      scores[row * columns.length + k] = value;
      sum += value;
      if (value > ((columns[best] as Float64Array)[row] as number)) best = k;
    }
    if (Math.abs(sum - 1) > 0.05)
      throw mismatch(path, "multiclass", `the probabilities of row ${row + 1} add up to ${Number(sum.toPrecision(4))}`);
    decisions[row] = best;
  }
  return { labels, classes: names, scores, decisions: predicted ?? decisions };
}

function readScores(table: Table, { path, score, decision }: Columns): Read {
  const named = readNamedScores(table, path, score ?? decision);
  const [first] = named.values();
  if (first === undefined) throw mismatch(path, "scores", "it has only y_score.<class> columns");
  return { labels: null, classes: [], scores: first, decisions: null, named };
}

function readNumeric({ path, label, score, decision }: Columns, task: Task): Read {
  const chosen = task === "regression" ? (decision ?? score) : (score ?? decision);
  if (chosen === null) throw mismatch(path, task, "it has neither y_score nor y_pred");
  return {
    labels: label === null ? null : numericLabels(label.column, label.name, path, task),
    classes: [],
    scores: finite(chosen, path),
    decisions: null,
  };
}

/** What a file without a config most likely holds. */
function inferTask(found: {
  label: Column | null;
  score: string | null;
  decision: Column | null;
  classes: number;
  /** Columns `score.<metric>`, and none of probabilities. */
  scored: boolean;
}): Task {
  if (found.scored && found.classes === 0 && found.decision === null) return "scores";
  // A `score` alone is a judgement per example; probabilities without labels are a file that lost its labels.
  if (found.label === null) return found.classes > 2 ? "multiclass" : found.score === "score" ? "scores" : "binary";
  const distinct = distinctUpTo(found.label, 21);
  if (found.classes > 0) return found.classes <= 2 && distinct.count <= 2 ? "binary" : "multiclass";
  const isYesOrNo = found.label.type === "text" && found.label.dictionary.every((word) => yesOrNo(word) !== null);
  if (distinct.count <= 2 || isYesOrNo) return "binary";
  if (found.label.type === "text") return "multiclass";
  const discrete =
    distinct.integers &&
    distinct.count <= 20 &&
    found.decision !== null &&
    found.score === null &&
    distinctUpTo(found.decision, 21).integers;
  return discrete ? "multiclass" : "regression";
}

/** Finite numbers of a column. @throws COLUMN_TYPE, VALUE_NOT_FINITE */
function finite({ name, column }: Named, path: string): Float64Array {
  if (column.type === "text")
    throw new TrainyardError("COLUMN_TYPE", {
      path,
      column: name,
      expected: "numbers",
      got: `text like ${JSON.stringify(column.dictionary[0] ?? "")}`,
    });
  refuseNotFinite(column, name, path);
  return column.values;
}

/** A column called so that a user groups or slices by is no weight. @throws WEIGHT_RANGE, COLUMN_TYPE, VALUE_NOT_FINITE */
function readWeights(
  table: Table,
  path: string,
  { weights: names = [], groups, slices }: PredictionSettings,
): Pick<Predictions, "weights" | "unusedWeight"> {
  const name = names.find((one) => table.columns.has(one) && one !== groups && !slices.includes(one));
  if (name === undefined) {
    const unused = table.columns.has("sample_weight") && names.length === 0;
    return { weights: null, ...(unused && { unusedWeight: "sample_weight" }) };
  }
  const weights = finite({ name, column: table.columns.get(name) as Column }, path);
  const negative = weights.find((weight) => weight < 0);
  if (negative !== undefined) throw new TrainyardError("WEIGHT_RANGE", { path, column: name, value: negative });
  if (!weights.some((weight) => weight > 0)) throw new TrainyardError("WEIGHT_RANGE", { path, column: name, value: 0 });
  return { weights };
}

/** What the rows say in columns that checks slice by. Values of one text are one value, as ids are: 7, "7" and 7.0. */
function readHeld({ columns }: Table, { held = [] }: PredictionSettings): Pick<Predictions, "held"> {
  const found = held.flatMap((name) => {
    const column = columns.get(name);
    return column === undefined ? [] : [[name, Int32Array.from(idHashes(column).low)] as const];
  });
  return found.length === 0 ? {} : { held: new Map(found) };
}

function probabilities(named: Named, path: string): Float64Array {
  const values = finite(named, path);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (value < 0 || value > 1)
      throw new TrainyardError("SCORE_RANGE", { path, column: named.name, value, like: scaleOf(values) });
  }
  return values;
}

/** Beyond the ends of [0, 1] by no more than this, they were probabilities before they were rounded. */
const ROUNDING = 0.01;

/** Beyond both ends of [0, 1] they are logits most likely; from 0 to 100 and not all near 1, percentages. */
function scaleOf(values: Float64Array): "logits" | "percentages" | "rounding" | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low >= -ROUNDING && high <= 1 + ROUNDING) return "rounding";
  if (low < 0 && high > 1) return "logits";
  return low >= 0 && high > 2 && high <= 100 ? "percentages" : null;
}

function groupsMissing(table: Table, path: string, column: string): TrainyardError {
  const known = [...table.columns.keys()];
  return new TrainyardError("GROUPS_MISSING", { path, column, nearest: nearestColumn(column, known), known });
}

function groupFactor(table: Table, path: string, name: string): Factor {
  const column = table.columns.get(name);
  if (column === undefined) throw groupsMissing(table, path, name);
  refuseNulls(column, name, path);
  return factor(name, column);
}

function scoresMissing(
  table: Table,
  path: string,
  { task, labels }: PredictionSettings,
  label: string | null,
): TrainyardError {
  const missing = missingColumns(table, { task, label, labelsNeeded: labels === "required" });
  const flag = labels === "required" ? "--column" : "--baseline-column";
  return new TrainyardError("COLUMNS_MISSING", { path, ...missing, flag, known: [...table.columns.keys()] });
}

function missing(table: Table, path: string, column: string): TrainyardError {
  const known = [...table.columns.keys()];
  return new TrainyardError("COLUMN_MISSING", { path, column, nearest: nearestColumn(column, known), known });
}

function mismatch(path: string, task: Task, problem: string): TrainyardError {
  return new TrainyardError("TASK_MISMATCH", { path, task, problem });
}
