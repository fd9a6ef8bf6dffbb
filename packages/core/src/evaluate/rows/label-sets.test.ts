import { describe, expect, test } from "vitest";
import type { Column } from "../../data/table.ts";
import { generator } from "../../statistics/generator.ts";
import { estimators } from "../intervals/estimators.ts";
import { methodOf, unitsOf } from "../intervals/grounds.ts";
import { type JudgedSide, judgedSide } from "../intervals/judged-side.ts";
import { metricsFor } from "../metrics/metrics.ts";
import { pair } from "./pairing.ts";
import { type Predictions, readPredictions } from "./predictions.ts";

type Values = readonly (string | number | boolean)[];
function column(values: Values): Column {
  if (values.some((value) => typeof value === "string")) {
    const texts = values.map(String);
    const dictionary = [...new Set(texts)];
    return { type: "text", codes: Int32Array.from(texts, (text) => dictionary.indexOf(text)), dictionary };
  }
  return {
    type: typeof values[0] === "boolean" ? "boolean" : "number",
    values: Float64Array.from(values, Number),
    nulls: null,
  };
}
const read = (columns: Readonly<Record<string, Values>>, task: "multilabel" | null = "multilabel"): Predictions => {
  const entries = Object.entries(columns);
  const table = { rows: entries[0]?.[1].length ?? 0, columns: new Map(entries.map(([name, v]) => [name, column(v)])) };
  return readPredictions(table, "p.csv", { task, groups: null, slices: [], labels: "required" });
};

describe("rows with several labels", () => {
  test("are read from a column for each label, whatever says yes and no; probabilities decide at one half", () => {
    const found = read(
      {
        "y_true.a": [1, 0],
        "y_true.b": ["yes", "no"],
        "y_score.b": [0.5, 0.4],
        "y_score.a": [0.2, 0.9],
      },
      null,
    );
    expect(found).toMatchObject({ task: "multilabel", classes: ["a", "b"], rows: 2 });
    expect([found.labels, found.scores, found.decisions].map((one) => [...(one ?? [])])).toEqual([
      [1, 1, 0, 0],
      [0.2, 0.5, 0.9, 0.4],
      [0, 1, 1, 0],
    ]);
  });

  test("are read from lists, JSON or with bars between them", () => {
    const listed = read({ y_true: ['["a","b"]', "[]"], y_pred: ['["b"]', '["c"]'] }, null);
    expect(listed).toMatchObject({ task: "multilabel", classes: ["a", "b", "c"], scores: null });
    expect([...(listed.labels ?? [])]).toEqual([1, 1, 0, 0, 0, 0]);
    const barred = read({ y_true: ["a | b", "c"], y_pred: ["b", "c|a"] });
    expect([...(barred.decisions ?? [])]).toEqual([0, 1, 0, 1, 0, 1]);
  });

  test("labels called constructor and __proto__ are labels; labels of lists have one order, whichever comes first", () => {
    expect(read({ y_true: ["constructor|__proto__"], y_pred: ["__proto__"] }).classes).toEqual([
      "__proto__",
      "constructor",
    ]);
    expect(read({ y_true: ["b", "a"], y_pred: ["c", "a"] }).classes).toEqual(["a", "b", "c"]);
  });

  test.each([
    [
      "a score without its truth",
      { "y_true.a": [1], "y_score.a": [0.5], "y_score.b": [0.5] },
      "TASK_MISMATCH",
      "y_true.b",
    ],
    [
      "a truth without its score",
      { "y_true.a": [1], "y_true.b": [1], "y_score.a": [0.5] },
      "TASK_MISMATCH",
      "y_score.b",
    ],
    ["no decision at all", { "y_true.a": [1, 0] }, "TASK_MISMATCH", "neither"],
    ["no truth", { "y_score.a": [0.5] }, "LABELS_MISSING", "y_true"],
    ["a truth of two", { "y_true.a": [2], "y_score.a": [0.5] }, "COLUMN_TYPE", "yes and no"],
    ["a logit", { "y_true.a": [1], "y_score.a": [3.2] }, "SCORE_RANGE", "3.2"],
  ])("%s is refused", (_, columns, code, says) => {
    expect(() => read(columns)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(says) }));
  });

  test("pair by id, whatever the order of their labels; another set of true labels is a changed label", () => {
    const candidate = read({
      id: [1, 2],
      "y_true.a": [1, 0],
      "y_true.b": [0, 1],
      "y_score.a": [0.9, 0.1],
      "y_score.b": [0.2, 0.8],
    });
    const other = (b: Values) =>
      read({ id: [2, 1], "y_true.b": b, "y_true.a": [0, 1], "y_score.b": [0.7, 0.3], "y_score.a": [0.4, 0.6] });
    const found = pair(candidate, { stored: other([1, 0]), fromJob: null });
    expect(found).toMatchObject({ paired: true, labelsChanged: 0 });
    expect([...(found.baseline.scores ?? [])]).toEqual([0.6, 0.3, 0.4, 0.7]);
    expect([...(found.baseline.decisions ?? [])]).toEqual([1, 0, 0, 1]);
    expect(pair(candidate, { stored: other([0, 0]), fromJob: null }).labelsChanged).toBe(1);
  });

  test("a label that only the baseline's list holds is one the candidate did not decide for", () => {
    const candidate = read({ id: [1, 2], y_true: ["a", "b"], y_pred: ["a", "b"] });
    const found = pair(candidate, {
      stored: read({ id: [1, 2], y_true: ["a", "b"], y_pred: ["z", "b"] }),
      fromJob: null,
    });
    expect(found.candidate.classes).toEqual(["a", "b", "z"]);
    expect([...(found.baseline.decisions ?? [])]).toEqual([0, 0, 1, 0, 1, 0]);
    expect([...(found.candidate.decisions ?? [])]).toEqual([1, 0, 0, 0, 1, 0]);
  });
});

test("two equal models of task multilabel are told apart in one of twenty comparisons", () => {
  const source = generator(11);
  const ids = Array.from({ length: 150 }, (_, i) => i);
  const labels = ["a", "b", "c"];
  const claims = new Map<string, number>();
  const draws = 400;
  for (let draw = 0; draw < draws; draw++) {
    const hard = labels.map(() => ids.map(() => source.fraction()));
    const truth = hard.map((column) => column.map((p) => (source.fraction() < p ? 1 : 0)));
    const scored = () =>
      read(
        Object.fromEntries([
          ["id", ids],
          ...labels.flatMap((label, k) => [
            [`y_true.${label}`, truth[k] as number[]],
            [
              `y_score.${label}`,
              (hard[k] as number[]).map((p) => Math.min(0.99, Math.max(0.01, p + (source.fraction() - 0.5) / 2))),
            ],
          ]),
        ]) as Record<string, Values>,
      );
    const [ours, theirs] = [scored(), scored()].map((rows) =>
      judgedSide(rows, metricsFor(rows, null, ["label_ranking_average_precision"]), unitsOf(rows, 1)),
    ) as [JudgedSide, JudgedSide];
    for (const { metric, difference } of estimators(ours, theirs, true, methodOf(null, 1, ours.statistics.metrics))) {
      const [low, high] = difference?.interval(0.05) ?? [Number.NaN, Number.NaN];
      expect(low, metric.name).toBeLessThanOrEqual(high);
      if (low > 0 || high < 0) claims.set(metric.name, (claims.get(metric.name) ?? 0) + 1);
    }
  }
  expect([...claims.keys()].toSorted()).toContain("f1_macro");
  for (const [name, count] of claims) expect(count / draws, name).toBeLessThan(0.05 + 4 * 0.011); // 4 standard errors
});
