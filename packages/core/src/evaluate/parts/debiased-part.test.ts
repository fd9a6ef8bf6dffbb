import { describe, expect, test } from "vitest";
import { generator } from "../../statistics/generator.ts";
import { knownMetric } from "../metrics/metrics.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { sideStatistics } from "./side-statistics.ts";

/** Rows whose chance of being positive is `chance` of their score. */
function rows(
  count: number,
  seed: number,
  chance: (score: number) => number,
  spread = (one: number) => one,
): JudgedRows {
  const source = generator(seed);
  const scores = Float64Array.from({ length: count }, () => spread(source.fraction()));
  return {
    ...{ task: "binary", rows: count, classes: ["0", "1"], weights: null, extra: {}, groups: null },
    labels: scores.map((score) => (source.fraction() < chance(score) ? 1 : 0)),
    scores,
    decisions: Int32Array.from(scores, (score) => (score >= 0.5 ? 1 : 0)),
  };
}

function errors(given: JudgedRows): { ece: number; debiased: number } {
  const metrics = ["ece", "ece_debiased"].map((name) => knownMetric(name, "binary") ?? expect.fail(name));
  const one = { of: new Int32Array(given.rows), count: 1 };
  const [ece = Number.NaN, debiased = Number.NaN] = sideStatistics(given, metrics, one).values;
  return { ece, debiased };
}

const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one / values.length, 0);

describe("the calibration error beyond chance", () => {
  test.each([
    [200, "even scores", (one: number) => one],
    [200, "rare outcomes", (one: number) => 0.03 * one],
    [2_000, "even scores", (one: number) => one],
    [2_000, "rare outcomes", (one: number) => 0.03 * one],
  ])(
    "takes off what a parametric bootstrap of the labels finds, within a tenth: %d rows, %s",
    (count, _what, spread) => {
      const drawn = Array.from({ length: count < 1_000 ? 400 : 100 }, (_, seed) =>
        rows(count, seed, (score) => score, spread),
      );
      const chance = mean(drawn.map((one) => errors(one).ece));
      const far = errors(rows(count, 1, () => 1, spread)); // far off, so that nothing is cut at zero
      expect(Math.abs((far.ece - far.debiased) / chance - 1)).toBeLessThan(1 / 10);
    },
  );

  test("of calibrated scores is nearly nothing where the plain error is not, and never below 0", () => {
    const found = Array.from({ length: 200 }, (_, seed) => errors(rows(300, seed, (score) => score)));
    expect(mean(found.map(({ ece }) => ece))).toBeGreaterThan(0.06);
    expect(mean(found.map(({ debiased }) => debiased))).toBeLessThan(0.012);
    expect(Math.min(...found.map(({ debiased }) => debiased))).toBe(0);
  });

  test("of scores that are far off keeps all but what chance might have made", () => {
    const found = Array.from({ length: 20 }, (_, seed) => errors(rows(20_000, seed, (score) => 0.8 * score)));
    expect(mean(found.map(({ ece }) => ece))).toBeCloseTo(0.1, 2); // E|0.8 s − s| of s uniform on [0, 1]
    expect(mean(found.map(({ debiased }) => debiased))).toBeCloseTo(0.091, 2); // √(2/π) · the mean over bins of √(s(1 − s) / 1,333) less
  });

  test("weighs a row of weight 2 as one row that counts twice, not as two", () => {
    const given = rows(300, 5, (score) => score);
    const heavy = { ...given, weights: new Float64Array(300).fill(2) };
    expect(errors(heavy).debiased).toBeCloseTo(errors(given).debiased, 12);
  });
});
