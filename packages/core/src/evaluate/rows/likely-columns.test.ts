import { expect, test } from "vitest";
import type { Task } from "../../config/task.ts";
import type { Column, Table } from "../../data/table.ts";
import { isRefusal } from "../../errors.ts";
import { readPredictions } from "./predictions.ts";

const numbers = (...values: number[]): Column => ({ type: "number", values: Float64Array.from(values), nulls: null });
const texts = (...values: string[]): Column => {
  const dictionary = [...new Set(values)];
  return { type: "text", codes: Int32Array.from(values, (value) => dictionary.indexOf(value)), dictionary };
};

/** What a person reads when a file with these columns is refused. */
function told(
  columns: Readonly<Record<string, Column>>,
  task: Task | null,
  labels: "required" | "optional" = "required",
) {
  const table: Table = { rows: 3, columns: new Map(Object.entries(columns)) };
  try {
    readPredictions(table, "p.csv", { task, groups: null, slices: [], labels });
  } catch (error) {
    if (isRefusal(error)) return `${error.code} ${error.message} ${error.hint}`;
    throw error;
  }
  return "read";
}
const id = numbers(1, 2, 3);

test("both columns that are missing are named at once, with what they most likely are", () => {
  const said = told({ id, label_x: numbers(0, 1, 1), p: numbers(0.1, 0.7, 1), age: numbers(29, 69, 31) }, null);
  expect(said).toBe(
    "COLUMNS_MISSING p.csv has no y_score, and no y_true. Columns there: id, label_x, p, age. Say which they are: --column y_true=label_x --column y_score=p; in a project evaluate.columns says so.",
  );
});

test("of a baseline's file, by the flag that is its own, and without labels it may do without", () => {
  const said = told({ id, prob_old: numbers(0.1, 0.7, 1) }, "binary", "optional");
  expect(said).toContain("has no y_score. Columns");
  expect(said).toContain("--baseline-column y_score=prob_old;");
});

test("a name nothing looks like, or two things do, is left to the reader", () => {
  expect(told({ id, y_true: numbers(0, 1, 1), age: numbers(29, 69, 31) }, null)).toContain("--column y_score=NAME;");
  const two = { id, y_true: numbers(0, 1, 1), p_a: numbers(0.1, 0.2, 0.3), p_b: numbers(0.1, 0.2, 0.3) };
  expect(told(two, "binary")).toContain("--column y_score=NAME;");
  expect(told({ id, "fits really": numbers(1.5, 2, 9), y: numbers(1, 2, 3) }, "regression")).toContain(
    "has no y_pred, and no y_true. Columns there: id, fits really, y. Say which they are: --column y_true=y --column y_pred=NAME;",
  );
});

test("probabilities of several classes are told by what the classes are called", () => {
  const [a, b, c] = [numbers(0.2, 0.2, 0.2), numbers(0.3, 0.3, 0.3), numbers(0.5, 0.5, 0.5)];
  const columns = { id, y_true: texts("cat", "dog", "emu"), p_cat: a, p_dog: b, p_emu: c };
  expect(told(columns, null)).toContain(
    "has no y_score.<class> for each class, and no y_pred. Columns there: id, y_true, p_cat, p_dog, p_emu. Say which they are: --column y_score.cat=p_cat --column y_score.dog=p_dog --column y_score.emu=p_emu;",
  );
  expect(told({ id, y_true: numbers(0, 1, 2), age: numbers(3, 4, 5) }, "multiclass")).toContain("y_score.CLASS=NAME");
});

test("scores of examples are columns of numbers, each a metric", () => {
  const columns = { id: texts("a", "b", "c"), faithfulness: numbers(0.7, 0.8, 0.7), "very relevant": numbers(1, 1, 0) };
  expect(told(columns, "scores")).toContain(
    "p.csv has no score, and no score.<metric>. Columns there: id, faithfulness, very relevant. Say which they are: --column score.faithfulness=faithfulness --column 'score.very relevant=very relevant';",
  );
});

test("labels alone that are missing are looked for too", () => {
  expect(told({ id, y_score: numbers(0.1, 0.7, 1), delayed: numbers(0, 1, 0) }, "binary")).toContain(
    'LABELS_MISSING p.csv has no y_true column. Did you mean "delayed"? Add the true outcome as y_true (or label, target), or name its column: evaluate.columns, or --column y_true=delayed with',
  );
  expect(told({ id, y_score: numbers(0.1, 0.7, 1) }, "binary")).toContain("--column y_true=NAME");
});
