import { describe, expect, test } from "vitest";
import { Config, Gate } from "../../config/config.ts";
import type { Column } from "../../data/table.ts";
import { costMatrix, parseCosts } from "../rows/cost-matrix.ts";
import { type Predictions, readPredictions } from "../rows/predictions.ts";
import { judge } from "./judge.ts";
import type { JudgeSettings } from "./judgement.ts";

const numbers = (values: readonly number[]): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});
const texts = (values: readonly string[]): Column => {
  const dictionary = [...new Set(values)];
  return { type: "text", codes: Int32Array.from(values, (value) => dictionary.indexOf(value)), dictionary };
};
const read = (
  columns: Record<string, Column>,
  task: "binary" | "multiclass" | "regression",
  rows: number,
): Predictions =>
  readPredictions({ rows, columns: new Map(Object.entries(columns)) }, "p.csv", {
    ...{ task, groups: null, slices: [], labels: "required", weights: ["weight"] },
  });

/** Rows 1, 1, 0, 0, 0 scored .9, .2, .7, .1, .3, five times over: one miss and one false alarm in five. */
const TRUTH = [1, 1, 0, 0, 0];
const SCORE = [0.9, 0.2, 0.7, 0.1, 0.3];
const five = <T>(values: readonly T[]) => Array.from({ length: 5 }, () => values).flat();
const binary = (weight?: readonly number[]) =>
  read(
    {
      y_true: numbers(five(TRUTH)),
      y_score: numbers(five(SCORE)),
      ...(weight && { weight: numbers(five(weight)) }),
    },
    "binary",
    25,
  );
const settings: JudgeSettings = {
  ...{ task: "binary", gates: null, alpha: 0.05, seed: 7, against: "none", noBaseline: "not-asked", unchanged: false },
  costs: { false_positive: 1, false_negative: 5 },
};
const judged = (candidate: Predictions, change: Partial<JudgeSettings> = {}) =>
  judge({ candidate, baseline: null, metrics: [], baselineMetrics: null }, { ...settings, ...change });
const costIn = (found: ReturnType<typeof judged>) => found.metrics.find(({ name }) => name === "expected_cost");

describe("the expected cost", () => {
  test("is the mean cost of a row's decision, and is shown where costs are given", () => {
    expect(costIn(judged(binary()))).toMatchObject({ goal: "minimize", candidate: { value: (5 + 1) / 5 } });
    expect(costIn(judged(binary(), { costs: null }))).toBeUndefined();
  });

  test("of nothing but right decisions has no interval: the first mistake may cost anything", () => {
    const right = read({ y_true: numbers(five(TRUTH)), y_score: numbers(five(TRUTH)) }, "binary", 25);
    const found = judged(right, { gates: [Gate.parse({ metric: "expected_cost", max: 0.1 })] });
    expect(costIn(found)?.candidate).toEqual({ value: 0, interval: null });
    expect(found.verdict).toBe("inconclusive");
  });

  test("counts weights", () => {
    expect(costIn(judged(binary([1, 3, 2, 1, 1])))?.candidate.value).toBeCloseTo((3 * 5 + 2 * 1) / 8, 12);
  });

  test("is judged by gates like any other", () => {
    const gate = Gate.parse({ metric: "expected_cost", max: 2.5 });
    expect(judged(binary(), { gates: [gate] })).toMatchObject({ checks: [{ id: "expected_cost-too-high" }] });
  });

  test("of many classes takes a cost for each true and each decided class; others cost 1", () => {
    const rows = read(
      { y_true: texts(["cat", "dog", "fox", "fox"]), y_pred: texts(["dog", "dog", "cat", "dog"]) },
      "multiclass",
      4,
    );
    const found = judged(rows, { task: "multiclass", costs: { fox: { dog: 7 }, cat: { dog: 0.5 } } });
    expect(costIn(found)?.candidate.value).toBe((0.5 + 0 + 1 + 7) / 4);
  });

  test("asked for without costs is refused, saying where they are set", () => {
    const gate = Gate.parse({ metric: "expected_cost", max: 1 });
    expect(() => judged(binary(), { costs: null, gates: [gate] })).toThrow(
      expect.objectContaining({ code: "COSTS_MISSING" }),
    );
  });
});

describe("costs that do not fit are refused", () => {
  const many = read(
    {
      y_true: texts(["cat", "dog", "fox"]),
      "y_score.cat": numbers([0.2, 0.3, 0.5]),
      "y_score.dog": numbers([0.2, 0.4, 0.4]),
      "y_score.fox": numbers([0.6, 0.3, 0.1]),
    },
    "multiclass",
    3,
  );
  const refused = (problem: string) =>
    expect.objectContaining({ code: "COSTS_UNFIT", details: { problem: expect.stringContaining(problem) } });

  test("a class that nothing is scored for, with the nearest", () => {
    expect(() => costMatrix({ fix: { dog: 1 } }, many)).toThrow(refused('did you mean "fox"'));
    expect(() => costMatrix({ constructor: { dog: 1 } }, many)).toThrow(refused("constructor"));
  });

  test("false positives of three classes, and costs of a regression", () => {
    expect(() => costMatrix({ false_positive: 1, false_negative: 1 }, many)).toThrow(refused("3 classes"));
    const regression = read({ y_true: numbers([1, 2]), y_pred: numbers([1, 2]) }, "regression", 2);
    expect(() => costMatrix({ a: { b: 1 } }, regression)).toThrow(refused("no classes"));
  });

  test("in a config: a negative cost, half of a pair", () => {
    const config = (costs: unknown) =>
      Config.safeParse({ models: { m: { train: { run: "x", outputs: ["m"] }, evaluate: { costs } } } }).success;
    expect(config({ false_positive: 1, false_negative: 5 })).toBe(true);
    expect(config({ cat: { dog: 2 } })).toBe(true);
    expect(config({ false_positive: -1, false_negative: 5 })).toBe(false);
    expect(config({ false_positive: 1 })).toBe(false);
  });

  test("on a command line: other kinds, no number", () => {
    expect(parseCosts(["false_negative=5"])).toEqual({ false_positive: 1, false_negative: 5 });
    expect(parseCosts([])).toBeNull();
    for (const text of ["true_negative=1", "false_negative", "false_positive=-2"])
      expect(() => parseCosts([text])).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  });
});

describe("the best thresholds of binary scores", () => {
  const at = (by: string, found: ReturnType<typeof judged>) => found.thresholds?.find((one) => one.by === by);

  test("are those of F1, Youden's J and, with costs, the least cost, beside their values at 0.5", () => {
    const found = judged(binary());
    // Sorted: .9 + · .7 − · .3 − · .2 + · .1 −
    expect(at("f1", found)).toEqual({ by: "f1", threshold: 0.9, value: 2 / 3, atHalf: 0.5 });
    expect(at("youden", found)).toEqual({ by: "youden", threshold: 0.9, value: 0.5, atHalf: 0.5 - 1 / 3 });
    expect(at("expected_cost", found)).toEqual({ by: "expected_cost", threshold: 0.2, value: 2 / 5, atHalf: 6 / 5 });
    expect(at("expected_cost", judged(binary(), { costs: null }))).toBeUndefined();
  });

  test("are above every score where each positive decision costs too much", () => {
    const found = judged(binary(), { costs: { false_positive: 50, false_negative: 0 } });
    expect(at("expected_cost", found)).toMatchObject({ threshold: null, value: 0 });
  });
});
