import type { Task } from "../../config/task.ts";
import { type Column, textAt } from "../../data/table.ts";
import { TrainyardError } from "../../errors.ts";

const YES: ReadonlySet<string> = new Set(["1", "1.0", "true", "yes", "y", "t", "positive", "pos"]);
const NO: ReadonlySet<string> = new Set(["0", "0.0", "false", "no", "n", "f", "negative", "neg"]);

/** 1 for a word or digit that means yes, 0 for one that means no; null for anything else. */
export function yesOrNo(word: string): 0 | 1 | null {
  const plain = word.toLowerCase().trim();
  return YES.has(plain) ? 1 : NO.has(plain) ? 0 : null;
}

/** True for a word or digit that means the positive outcome. */
export function isYes(word: string): boolean {
  return YES.has(word.toLowerCase().trim());
}

/**
 * Outcomes of two classes as 0 and 1. Yes-and-no words and digits are understood in any mixture, and −1 and 1; of any other two values a single
 * `y_score.<class>` column must name the positive one: a wrong guess would turn the verdict round.
 * @throws VALUE_NOT_FINITE, ONE_CLASS, TASK_MISMATCH, POSITIVE_UNKNOWN
 */
export function binaryLabels(
  column: Column,
  name: string,
  path: string,
  named: readonly string[],
  options: { predicted?: boolean } = {},
): { codes: Int32Array; classes: readonly string[] } {
  const { codes, values } = distinct(column, name, path);
  const words = values.map((value) => value.toLowerCase().trim());
  // Of classes 1 and 2, where 2 is the positive one, a 1 that was decided for is no yes.
  if (options.predicted && values.every((value) => named.includes(value)))
    return { codes: codes.map((code) => named.indexOf(values[code] as string)), classes: named };
  if (words.every((word) => YES.has(word) || NO.has(word))) {
    const asNumber = words.map((word) => (YES.has(word) ? 1 : 0));
    if (!options.predicted && !(asNumber.includes(0) && asNumber.includes(1)))
      throw new TrainyardError("ONE_CLASS", { path, value: values[0] as string });
    return { codes: codes.map((code) => asNumber[code] as number), classes: ["0", "1"] };
  }
  const unknown = options.predicted ? values.find((value) => !named.includes(value)) : undefined;
  if (unknown !== undefined)
    throw new TrainyardError("TASK_MISMATCH", {
      path,
      task: "binary",
      problem: `${name} holds ${JSON.stringify(unknown)}, which is no class of y_true`,
    });
  if (values.length === 1) throw new TrainyardError("ONE_CLASS", { path, value: values[0] as string });
  if (values.length > 2)
    throw new TrainyardError("TASK_MISMATCH", {
      path,
      task: "binary",
      problem: `${name} has ${values.length} classes`,
    });
  const sorted = inOrder(values) as [string, string];
  const positive = named.length === 1 ? named[0] : isMinusAndPlusOne(sorted) ? sorted[1] : undefined;
  if (positive === undefined || !sorted.includes(positive))
    throw new TrainyardError("POSITIVE_UNKNOWN", { path, column: name, labels: sorted });
  const classes = [positive === sorted[0] ? sorted[1] : sorted[0], positive];
  return { codes: codes.map((code) => classes.indexOf(values[code] as string)), classes };
}

/** True where two files write the same two classes as −1 and 1, and as 0 and 1. */
export function sameTwoClasses(ours: readonly string[], theirs: readonly string[]): boolean {
  const numbered = (classes: readonly string[]) =>
    classes.length === 2 && ["-1", "0"].includes(classes[0] as string) && classes[1] === "1";
  return numbered(ours) && numbered(theirs);
}

/** Of two values in order. */
function isMinusAndPlusOne([low, high]: readonly [string, string]): boolean {
  return Number(low) === -1 && Number(high) === 1;
}

/** True and decided classes as indices into one list: the `y_score.<class>` columns, or every value that occurs. @throws ONE_CLASS, TASK_MISMATCH, VALUE_NOT_FINITE */
export function classLabels(
  label: { name: string; column: Column } | null,
  decision: { name: string; column: Column } | null,
  scored: readonly string[],
  path: string,
): { names: readonly string[]; labels: Float64Array | null; predicted: Int32Array | null } {
  const truth = label === null ? null : distinct(label.column, label.name, path);
  const decided = decision === null ? null : distinct(decision.column, decision.name, path);
  if (truth !== null && truth.values.length === 1)
    throw new TrainyardError("ONE_CLASS", { path, value: truth.values[0] as string });
  const names =
    scored.length > 0 ? scored : inOrder([...new Set([...(truth?.values ?? []), ...(decided?.values ?? [])])]);
  const index = new Map(names.map((value, i) => [value, i]));
  const recode = (read: { codes: Int32Array; values: readonly string[] }, column: string) => {
    const places = read.values.map((value) => {
      const place = index.get(value);
      if (place === undefined)
        throw new TrainyardError("TASK_MISMATCH", {
          path,
          task: "multiclass",
          problem: `${column} holds ${JSON.stringify(value)}, which has no y_score.<class> column`,
        });
      return place;
    });
    return read.codes.map((code) => places[code] as number);
  };
  return {
    names,
    labels: truth === null ? null : Float64Array.from(recode(truth, label?.name ?? "")),
    predicted: decided === null ? null : recode(decided, decision?.name ?? ""),
  };
}

/** True values as numbers. @throws TASK_MISMATCH, VALUE_NOT_FINITE */
export function numericLabels(column: Column, name: string, path: string, task: Task): Float64Array {
  if (column.type === "text")
    throw new TrainyardError("TASK_MISMATCH", {
      path,
      task,
      problem: `${name} holds text like ${JSON.stringify(column.dictionary[0] ?? "")}`,
    });
  for (let row = 0; row < column.values.length; row++)
    if (!Number.isFinite(column.values[row] as number)) throw notFinite(column, name, path);
  return column.values;
}

/** The values that occur, as text, in order of appearance. @throws VALUE_NOT_FINITE */
function distinct(column: Column, name: string, path: string): { codes: Int32Array; values: string[] } {
  const values: string[] = [];
  const known = new Map<number, number>();
  const rows = column.type === "text" ? column.codes.length : column.values.length;
  const codes = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const key = column.type === "text" ? (column.codes[row] as number) : (column.values[row] as number);
    if (column.type === "text" ? key < 0 : !Number.isFinite(key)) throw notFinite(column, name, path);
    let code = known.get(key);
    if (code === undefined) {
      code = values.push(textAt(column, row) as string) - 1;
      known.set(key, code);
    }
    codes[row] = code;
  }
  return { codes, values };
}

function notFinite(column: Column, name: string, path: string): TrainyardError {
  let rows = 0;
  let first = 0;
  const length = column.type === "text" ? column.codes.length : column.values.length;
  for (let row = 0; row < length; row++) {
    const bad =
      column.type === "text" ? (column.codes[row] as number) < 0 : !Number.isFinite(column.values[row] as number);
    if (bad && rows++ === 0) first = row + 1;
  }
  return new TrainyardError("VALUE_NOT_FINITE", { path, column: name, row: first, rows });
}

/** Numbers by size, text by code point. */
export function inOrder(values: readonly string[]): string[] {
  const numbers = values.every((value) => value.trim() !== "" && Number.isFinite(Number(value)));
  return [...values].sort((a, b) => (numbers && Number(a) - Number(b)) || (a < b ? -1 : a > b ? 1 : 0));
}
