import { hasTwins, type IdHashes, idHashes } from "../../data/id-hash.ts";
import type { Column, Table } from "../../data/table.ts";
import type { ExtraColumn, JudgedRows, PredictionSettings, Predictions } from "./predictions.ts";
import { readPredictions } from "./predictions.ts";

/**
 * The predictions a version was judged on, as a table of what later candidates are held against: ids or their hashes, true values, scores, decisions,
 * weights, groups and what checks slice by, under their standard names. Every number is the file's own; what only describes a row (other columns) stays behind.
 */

const [HASH_LOW, HASH_HIGH, GROUPS, SLICES] = ["id_hash.low", "id_hash.high", "groups.", "slices."] as const;
const EXTRA: readonly ExtraColumn[] = ["y_naive", "y_lower", "y_upper"];

/**
 * Writes checked rows as such a table. Text ids become 64-bit hashes, unless two of the file share one: then the texts themselves stay.
 * @returns Null where a table cannot say it: names of classes or metrics, or ids that had to stay, are empty or no Unicode.
 */
export function keptTable(rows: Predictions): Table | null {
  const names = [...rows.classes, ...(rows.named?.keys() ?? []), ...(rows.held?.keys() ?? [])];
  if (!names.every((name) => name !== "" && name.isWellFormed())) return null;
  const ids = idColumns(rows.ids);
  if (ids === null) return null;
  const columns = new Map<string, Column>([...ids, ...judgedColumns(rows)]);
  if (rows.weights !== null) columns.set("sample_weight", numbers(rows.weights));
  // Which group a row is in counts, not what it is called.
  if (rows.groups !== null) columns.set(GROUPS + rows.groups.column, numbers(rows.groups.codes));
  for (const [name, values] of rows.held ?? []) columns.set(SLICES + name, numbers(values));
  return { rows: rows.rows, columns };
}

/**
 * Reads such a table. A group column that was not the project's then is not there now, and neither are weights.
 * @throws what `readPredictions` refuses
 */
export function readKept(table: Table, path: string, settings: PredictionSettings): Predictions {
  const { groups } = settings;
  const grouped = groups !== null && table.columns.has(GROUPS + groups);
  const as = {
    ...settings,
    groups: grouped ? GROUPS + groups : null,
    slices: [],
    held: [],
    labels: "optional",
  } as const;
  const rows = readPredictions(table, path, as);
  const hashes = hashesOf(table);
  const held = heldIn(table, settings);
  return {
    ...rows,
    groups: rows.groups && { ...rows.groups, column: groups as string },
    ...(held !== null && { held }),
    ...(hashes !== null && { idHashes: hashes }),
  };
}

/** Whether rows that were read again are the ones that were written, number by number. */
export function sameRows(read: Predictions, written: Predictions): boolean {
  const { ids } = written;
  const sameIds =
    read.idHashes !== undefined && ids !== null ? sameHashes(read.idHashes, idHashes(ids)) : sameColumn(read.ids, ids);
  return (
    sameIds &&
    read.task === written.task &&
    read.rows === written.rows &&
    read.classes.length === written.classes.length &&
    read.classes.every((name, k) => name === written.classes[k]) &&
    [
      [read.labels, written.labels],
      [read.scores, written.scores],
      [read.decisions, written.decisions],
      [read.weights, written.weights],
      [read.groups?.codes, written.groups?.codes],
      ...EXTRA.map((name) => [read.extra[name], written.extra[name]] as const),
    ].every(([a, b]) => sameNumbers(a, b)) &&
    sameNamed(read.named, written.named) &&
    sameNamed(read.held, written.held)
  );
}

/** Null for texts that no file holds. */
function idColumns(ids: Column | null): [string, Column][] | null {
  if (ids === null) return [];
  if (ids.type !== "text") return [["id", numbers(ids.values)]];
  const hashes = idHashes(ids);
  if (hasTwins(hashes)) return ids.dictionary.every((text) => text.isWellFormed()) ? [["id", ids]] : null;
  return [
    [HASH_LOW, numbers(Int32Array.from(hashes.low))], // with a sign: the largest whole number of four bytes
    [HASH_HIGH, numbers(Int32Array.from(hashes.high))],
  ];
}

function hashesOf({ columns }: Table): IdHashes | null {
  const [low, high] = [columns.get(HASH_LOW), columns.get(HASH_HIGH)];
  if (low === undefined || high === undefined || low.type === "text" || high.type === "text") return null;
  return { low: Uint32Array.from(low.values), high: Uint32Array.from(high.values) };
}

/** What the rows say in columns that checks slice by today, of those that checks sliced by then. */
function heldIn({ columns }: Table, { held = [] }: PredictionSettings): ReadonlyMap<string, Int32Array> | null {
  const found = held.flatMap((name) => {
    const column = columns.get(SLICES + name);
    return column === undefined || column.type === "text" ? [] : [[name, Int32Array.from(column.values)] as const];
  });
  return found.length === 0 ? null : new Map(found);
}

/** Truth, scores and decisions. Decisions that follow from the scores are not written. */
export function judgedColumns(rows: JudgedRows): [string, Column][] {
  const { task, labels, scores, classes } = rows;
  if (task === "scores") return [...(rows.named ?? [])].map(([name, values]) => [`score.${name}`, numbers(values)]);
  if (task === "binary" || task === "multiclass") return classColumns(rows);
  if (task === "multilabel")
    return [
      ...apart("y_true.", labels, classes),
      ...apart("y_score.", scores, classes),
      ...(followFromScores(rows) ? [] : apart("y_pred.", rows.decisions, classes)),
    ];
  const columns: [string, Column][] = [];
  if (labels !== null) columns.push(["y_true", numbers(labels)]);
  if (scores !== null) columns.push([task === "regression" ? "y_pred" : "y_score", numbers(scores)]);
  for (const name of EXTRA) if (rows.extra[name] !== undefined) columns.push([name, numbers(rows.extra[name])]);
  return columns;
}

/** Of classes other than 0 and 1 the names are written: they say which is the positive one, and how those of a candidate lie beside them. */
function classColumns(rows: JudgedRows): [string, Column][] {
  const { task, labels, scores, decisions, classes } = rows;
  const plain = task === "binary" && classes[0] === "0" && classes[1] === "1";
  const named = (codes: ArrayLike<number>): Column =>
    plain ? numbers(codes) : { type: "text", codes: Int32Array.from(codes), dictionary: classes };
  const columns: [string, Column][] = [];
  if (labels !== null) columns.push(["y_true", named(labels)]);
  if (scores !== null && task === "multiclass") columns.push(...apart("y_score.", scores, classes));
  if (scores !== null && task === "binary")
    columns.push([plain ? "y_score" : `y_score.${classes[1]}`, numbers(scores)]);
  if (decisions !== null && !followFromScores(rows)) columns.push(["y_pred", named(decisions)]);
  return columns;
}

/** Rows × classes as one column for each class. */
function apart(prefix: string, all: ArrayLike<number> | null, classes: readonly string[]): [string, Column][] {
  if (all === null) return [];
  return classes.map((name, k) => {
    const values = new Float64Array(all.length / classes.length);
    for (let row = 0; row < values.length; row++) values[row] = all[row * classes.length + k] as number;
    return [prefix + name, numbers(values)];
  });
}

/** Whether decisions are those that a reader of the scores would make: at one half, or for the likeliest class, of equal ones the first. */
function followFromScores({ task, scores, decisions, classes }: JudgedRows): boolean {
  if (scores === null || decisions === null) return false;
  if (task !== "multiclass") return decisions.every((code, cell) => code === ((scores[cell] as number) >= 0.5 ? 1 : 0));
  return decisions.every((code, row) => {
    const start = row * classes.length;
    let best = 0;
    for (let k = 1; k < classes.length; k++)
      if ((scores[start + k] as number) > (scores[start + best] as number)) best = k;
    return code === best;
  });
}

function numbers(values: ArrayLike<number>): Column {
  return { type: "number", values: values instanceof Float64Array ? values : Float64Array.from(values), nulls: null };
}

type Numbers = ArrayLike<number> | null | undefined;

function sameNumbers(a: Numbers, b: Numbers): boolean {
  if (a == null || b == null) return a == null && b == null;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (!Object.is(a[at], b[at])) return false;
  return true;
}

function sameHashes(a: IdHashes, b: IdHashes): boolean {
  return sameNumbers(a.low, b.low) && sameNumbers(a.high, b.high);
}

function sameColumn(a: Column | null, b: Column | null): boolean {
  if (a === null || b === null || a.type === "text" || b.type === "text") {
    if (a?.type !== "text" || b?.type !== "text") return a === b;
    return a.codes.every((code, row) => a.dictionary[code] === b.dictionary[b.codes[row] as number]);
  }
  return sameNumbers(a.values, b.values);
}

type NumbersByName = ReadonlyMap<string, Float64Array | Int32Array> | undefined;

function sameNamed(a: NumbersByName, b: NumbersByName): boolean {
  const [ours, theirs] = [[...(a ?? [])], [...(b ?? [])]];
  return (
    ours.length === theirs.length &&
    ours.every(([name, values], k) => name === theirs[k]?.[0] && sameNumbers(values, theirs[k]?.[1]))
  );
}
