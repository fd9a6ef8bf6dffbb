import { describe, expect, test } from "vitest";
import type { Column, Table } from "../../data/table.ts";
import { isRefusal } from "../../errors.ts";
import { type PredictionSettings, readPredictions } from "./predictions.ts";

const numbers = (...values: number[]): Column => ({ type: "number", values: Float64Array.from(values), nulls: null });
const texts = (...values: (string | null)[]): Column => {
  const dictionary = [...new Set(values.filter((value) => value !== null))];
  return {
    type: "text",
    codes: Int32Array.from(values, (value) => (value === null ? -1 : dictionary.indexOf(value))),
    dictionary,
  };
};
const withNull = (...values: (number | null)[]): Column => ({
  type: "number",
  values: Float64Array.from(values, (value) => value ?? Number.NaN),
  nulls: Uint8Array.from(values, (value) => (value === null ? 1 : 0)),
});
const rowsOf = (column: Column) => (column.type === "text" ? column.codes.length : column.values.length);
const table = (columns: Record<string, Column>): Table => ({
  rows: rowsOf(Object.values(columns)[0] as Column),
  columns: new Map(Object.entries(columns)),
});

const settings: PredictionSettings = { task: "binary", groups: null, slices: [], labels: "required" };
const good = { id: numbers(1, 2, 3, 4), y_true: numbers(0, 1, 0, 1), y_score: numbers(0.2, 0.7, 0.4, 0.5) };
const read = (columns: Record<string, Column>, change: Partial<PredictionSettings> = {}) =>
  readPredictions(table(columns), "p.csv", { ...settings, ...change });
const refusal = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });

test("what to do about an empty value depends on whose value it is", () => {
  const hint = (columns: Record<string, Column>, change: Partial<PredictionSettings> = {}) => {
    try {
      read({ ...good, ...columns }, change);
    } catch (error) {
      return isRefusal(error) ? error.hint : "";
    }
    return "read";
  };
  expect(hint({ y_score: withNull(0.2, null, 0.1, 0.5) })).toContain("repair the scoring");
  expect(hint({ y_true: withNull(0, null, 1, 1) })).toContain("without a true value");
  expect(hint({ day: texts("a", null, "b", "c") }, { groups: "day" })).toContain("Give every row a value there");
});

describe("input that cannot be judged is refused", () => {
  test.each([
    ["no rows", { y_true: numbers(), y_score: numbers() }, "TABLE_EMPTY", {}],
    [
      "no score",
      { id: numbers(1, 2), y_true: numbers(0, 1), y_scor: numbers(0, 1) },
      "COLUMNS_MISSING",
      { needs: "y_score", labels: false, names: ["y_score=y_scor"] },
    ],
    ["no labels", { id: numbers(1, 2), y_score: numbers(0, 1) }, "LABELS_MISSING", {}],
    ["an id twice", { ...good, id: numbers(1, 2, 2, 2) }, "ID_DUPLICATE", { id: "2", rows: 2 }],
    ["a text id twice", { ...good, id: texts("a", "b", "c", "a") }, "ID_DUPLICATE", { id: "a", rows: 1 }],
    ["an id twice in two forms", { ...good, id: texts("7.0", "x", "c", " 7") }, "ID_DUPLICATE", { id: "7", rows: 1 }],
    [
      "ids that were whole numbers of more digits before they were floats",
      { ...good, id: numbers(1.7e18, 1, 2, -(2 ** 53)) },
      "ID_INEXACT",
      { id: "1700000000000000000", rows: 2 },
    ],
    ["an empty id", { ...good, id: texts("a", null, "c", "d") }, "VALUE_NOT_FINITE", { column: "id", row: 2 }],
    [
      "NaN scores",
      { ...good, y_score: numbers(0.2, Number.NaN, Number.NaN, 0.5) },
      "VALUE_NOT_FINITE",
      { column: "y_score", row: 2, rows: 2 },
    ],
    [
      "an infinite score",
      { ...good, y_score: numbers(0.2, 0.1, Number.POSITIVE_INFINITY, 0.5) },
      "VALUE_NOT_FINITE",
      { row: 3, rows: 1 },
    ],
    ["a missing score", { ...good, y_score: withNull(0.2, null, 0.1, 0.5) }, "VALUE_NOT_FINITE", { row: 2, rows: 1 }],
    [
      "a missing label",
      { ...good, y_true: withNull(0, null, 1, 1) },
      "VALUE_NOT_FINITE",
      { column: "y_true", row: 2, rows: 1 },
    ],
    ["one class only", { ...good, y_true: numbers(1, 1, 1, 1) }, "ONE_CLASS", { value: "1" }],
    ["logits", { ...good, y_score: numbers(0.2, 3.1, -2, 0.5) }, "SCORE_RANGE", { value: 3.1, like: "logits" }],
    ["percentages", { ...good, y_score: numbers(20, 70, 40, 50) }, "SCORE_RANGE", { value: 20, like: "percentages" }],
    [
      "probabilities out by rounding",
      { ...good, y_score: numbers(0.2, 1.0001, 1, -1e-9) },
      "SCORE_RANGE",
      { value: 1.0001, like: "rounding" },
    ],
    ["neither of the two", { ...good, y_score: numbers(0.2, 1.7, 1, 0) }, "SCORE_RANGE", { value: 1.7, like: null }],
    [
      "labels under a misspelt name",
      { id: numbers(1, 2), y_ture: numbers(0, 1), y_score: numbers(0, 1) },
      "LABELS_MISSING",
      { nearest: "y_ture" },
    ],
    [
      "scores where only truth is near",
      { id: numbers(1, 2), y_true: numbers(0, 1) },
      "COLUMNS_MISSING",
      { names: ["y_score=NAME"] },
    ],
    ["scores as text", { ...good, y_score: texts("high", "low", "low", "low") }, "COLUMN_TYPE", { column: "y_score" }],
    ["three classes", { ...good, y_true: numbers(0, 1, 2, 1) }, "TASK_MISMATCH", { task: "binary" }],
    [
      "three class scores",
      { y_true: numbers(0, 1), "y_score.a": numbers(0, 1), "y_score.b": numbers(0, 1), "y_score.c": numbers(0, 1) },
      "TASK_MISMATCH",
      {},
    ],
  ])("%s", (_what, columns, code, details) => {
    expect(() => read(columns as Record<string, Column>)).toThrow(refusal(code, details));
  });

  test("a group column that is not there, or has holes", () => {
    expect(() => read(good, { groups: "day" })).toThrow(refusal("GROUPS_MISSING", { column: "day" }));
    const known = { ...good, hospital: numbers(1, 2, 3, 4) };
    expect(() => read(known, { groups: "hospitals" })).toThrow(
      'no column "hospitals" to group by. Did you mean "hospital"?',
    );
    expect(() => read({ ...good, day: texts("a", null, "b", "b") }, { groups: "day" })).toThrow(
      refusal("VALUE_NOT_FINITE", { column: "day", row: 2 }),
    );
  });

  test("a slice column that is not there, naming the nearest", () => {
    expect(() => read({ ...good, origin: texts("a", "a", "b", "b") }, { slices: ["orign"] })).toThrow(
      refusal("COLUMN_MISSING", { nearest: "origin" }),
    );
  });

  test("text as the truth of a regression", () => {
    expect(() => read({ y_true: texts("a", "b"), y_pred: numbers(1, 2) }, { task: "regression" })).toThrow(
      refusal("TASK_MISMATCH"),
    );
  });

  test("class probabilities that do not add up to one", () => {
    const columns = { y_true: texts("a", "b"), "y_score.a": numbers(0.5, 0.2), "y_score.b": numbers(0.5, 0.2) };
    expect(() => read(columns, { task: "multiclass" })).toThrow(
      refusal("TASK_MISMATCH", { problem: "the probabilities of row 2 add up to 0.4" }),
    );
    const adding = (sum: number) =>
      read(
        { ...columns, "y_score.a": numbers(0.5, sum - 0.5), "y_score.b": numbers(0.5, 0.5) },
        { task: "multiclass" },
      );
    for (const sum of [0.94, 1.06, 1.5]) expect(() => adding(sum)).toThrow(`row 2 add up to ${sum}`);
    for (const sum of [0.96, 1.04]) expect(adding(sum).rows).toBe(2);
  });

  test("a true class nobody scored", () => {
    const columns = { y_true: texts("a", "c"), "y_score.a": numbers(0.5, 0.2), "y_score.b": numbers(0.5, 0.8) };
    expect(() => read(columns, { task: "multiclass" })).toThrow(refusal("TASK_MISMATCH"));
  });
});

describe("labels", () => {
  test.each([
    ["true and false", { type: "boolean", values: Float64Array.of(0, 1, 0, 1), nulls: null } as Column],
    ["yes, no, 1, 0 and true mixed", texts("no", "YES", "0", "true")],
    ["−1 and 1", numbers(-1, 1, -1, 1)],
    ["−1 and 1 as text", texts("-1", "1", "-1", "1")],
  ])("%s", (_what, y_true) => {
    expect([...(read({ ...good, y_true }).labels as Float64Array)]).toEqual([0, 1, 0, 1]);
  });

  test.each([
    ["churned and stayed", texts("stayed", "churned", "stayed", "churned"), ["churned", "stayed"]],
    ["bad and good", texts("bad", "good", "bad", "good"), ["bad", "good"]],
    ["1 and 2", numbers(1, 2, 1, 2), ["1", "2"]],
    ["0 and 2", numbers(0, 2, 0, 2), ["0", "2"]],
    ["a known word and a name", texts("no", "late", "no", "late"), ["late", "no"]],
  ])("%s do not say which is positive, and are refused", (_what, y_true, labels) => {
    expect(() => read({ ...good, y_true })).toThrow(refusal("POSITIVE_UNKNOWN", { column: "y_true", labels }));
    const both = { "y_score.a": good.y_score, "y_score.b": good.y_score };
    expect(() => read({ ...good, y_true, ...both })).toThrow(refusal("POSITIVE_UNKNOWN"));
    expect(() => read({ ...good, y_true, "y_score.other": good.y_score })).toThrow(refusal("POSITIVE_UNKNOWN"));
    expect(() => read({ y_true, y_pred: y_true })).toThrow(refusal("POSITIVE_UNKNOWN"));
  });

  test("a single y_score.<class> column names the positive class", () => {
    const found = read({ y_true: texts("cat", "dog", "cat", "dog"), "y_score.cat": good.y_score });
    expect(found.classes).toEqual(["dog", "cat"]);
    expect([...(found.labels as Float64Array)]).toEqual([1, 0, 1, 0]);
  });

  test("a class that reads like a yes is decided for by its own name", () => {
    const given = { y_true: numbers(1, 2, 1, 2), "y_score.2": good.y_score, y_pred: numbers(1, 1, 1, 1) };
    expect(read(given)).toMatchObject({ classes: ["1", "2"], decisions: Int32Array.of(0, 0, 0, 0) });
  });

  test("of two y_score.<class> columns the positive one is taken, whatever their order", () => {
    const found = read({
      y_true: texts("no", "yes", "no", "yes"),
      "y_score.yes": good.y_score,
      "y_score.no": numbers(0.8, 0.3, 0.6, 0.5),
    });
    expect([...(found.scores as Float64Array)]).toEqual([0.2, 0.7, 0.4, 0.5]);
  });

  test("decisions alone will do, without scores", () => {
    const found = read({ y_true: numbers(0, 1, 0, 1), y_pred: texts("no", "yes", "yes", "yes") });
    expect(found.scores).toBeNull();
    expect([...(found.decisions as Int32Array)]).toEqual([0, 1, 1, 1]);
  });

  test("a probability of one half decides for the positive class", () => {
    expect([...(read(good).decisions as Int32Array)]).toEqual([0, 1, 0, 1]);
  });
});

test.each([
  ["binary", { label: numbers(0, 1, 1, 0), proba: numbers(0.1, 0.2, 0.3, 0.4) }],
  ["multiclass", { target: texts("a", "b", "c", "a"), prediction: texts("a", "b", "c", "c") }],
  ["regression", { y_true: numbers(1.5, 2, 7.25, 3), y_pred: numbers(1, 2, 7, 3) }],
  ["scores", { id: numbers(1, 2, 3, 4), score: numbers(3, 4, 5, 1) }],
])("%s is told from the columns", (task, columns) => {
  expect(read(columns as Record<string, Column>, { task: null }).task).toBe(task);
});

test("a column named constructor is just a column", () => {
  const found = read(
    { ...good, constructor: texts("a", "a", "__proto__", "a") },
    { groups: "constructor", slices: ["constructor"] },
  );
  expect(found.groups?.values).toEqual(["a", "__proto__"]);
});

test("a slice by a number with many values is cut into quarters; empty is a slice of its own", () => {
  const values = Array.from({ length: 41 }, (_, i) => (i === 40 ? Number.NaN : i));
  const many = {
    y_true: numbers(...values.map((_, i) => i % 2)),
    y_score: numbers(...values.map(() => 0.5)),
    distance: numbers(...values),
  };
  const [slice] = read(many, { slices: ["distance"] }).slices;
  expect(slice?.values).toEqual(["≤ 9", "9 … 19", "19 … 29", "> 29", "(none)"]);
  expect(slice?.codes[40]).toBe(4);
});

test("a slice by a time with many values is cut into quarters too, as text or as a time", () => {
  const days = Array.from({ length: 40 }, (_, i) => `2001-03-${String((i % 31) + 1).padStart(2, "0")}`);
  const many = {
    y_true: numbers(...days.map((_, i) => i % 2)),
    y_score: numbers(...days.map(() => 0.5)),
    day: texts(...days),
    few: texts(...days.map((_, i) => `2001-0${(i % 3) + 1}-01`)),
  };
  const [day, few] = read(many, { slices: ["day", "few"] }).slices;
  expect(day?.values).toEqual([
    "≤ 2001-03-05",
    "2001-03-05 … 2001-03-11",
    "2001-03-11 … 2001-03-21",
    "> 2001-03-21",
    "(none)",
  ]);
  expect(few?.values).toEqual(["2001-01-01", "2001-02-01", "2001-03-01"]);
});
