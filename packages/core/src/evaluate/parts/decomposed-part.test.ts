import { describe, expect, test } from "vitest";
import { generator } from "../../statistics/generator.ts";
import { knownMetric } from "../metrics/metrics.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { sideStatistics } from "./side-statistics.ts";

/** Scores at the middles of ten tenths, right on average; with `day`, rows of one group share whether they are positive more often. */
function rows(count: number, seed: number, perGroup = 1): JudgedRows {
  const source = generator(seed);
  const scores = Float64Array.from({ length: count }, () => (source.below(10) + 0.5) / 10);
  let lucky = 0;
  const labels = scores.map((score, row) => {
    if (row % perGroup === 0) lucky = source.fraction();
    const drawn = perGroup > 1 ? (lucky + source.fraction() / 3) % 1 : source.fraction(); // uniform by itself, alike within a group
    return drawn < score ? 1 : 0;
  });
  const codes = Int32Array.from({ length: count }, (_, row) => Math.floor(row / perGroup));
  return {
    ...{ task: "binary", rows: count, classes: ["0", "1"], labels, scores, weights: null, extra: {} },
    decisions: Int32Array.from(scores, (score) => (score >= 0.5 ? 1 : 0)),
    groups: perGroup === 1 ? null : { column: "day", codes, values: Array.from({ length: count / perGroup }, String) },
  };
}

function parts(given: JudgedRows): [reliability: number, resolution: number, brier: number] {
  const names = ["brier_reliability", "brier_resolution", "brier"];
  const metrics = names.map((name) => knownMetric(name, "binary") ?? expect.fail(name));
  const units =
    given.groups === null
      ? { of: new Int32Array(given.rows), count: 1 }
      : { of: given.groups.codes, count: given.groups.values.length };
  return [...sideStatistics(given, metrics, units).values] as [number, number, number];
}

const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one / values.length, 0);

describe("the parts of the Brier score", () => {
  /** Of scores .05, .15, …, .95 that are right on average: reliability 0, resolution their variance, .0825. */
  test.each([
    ["100 rows", 100, 1],
    ["1,000 rows", 1_000, 1],
    ["40 groups of 25 rows that go together", 1_000, 25],
  ])("are right on average: %s", (_what, count, perGroup) => {
    const found = Array.from({ length: 1_000 }, (_, seed) => parts(rows(count, seed, perGroup)));
    const [reliability, resolution] = [found.map(([one]) => one), found.map(([, one]) => one)];
    for (const [values, truth] of [
      [reliability, 0],
      [resolution, 0.0825],
    ] as const) {
      const error = Math.sqrt(mean(values.map((one) => (one - mean(values)) ** 2)) / values.length);
      expect(Math.abs(mean(values) - truth)).toBeLessThan(4 * error + 0.03 * 0.0825);
    }
  });

  test("make it up together with the uncertainty", () => {
    const given = rows(50_000, 3);
    const [reliability, resolution, brier] = parts(given);
    const rate = mean([...(given.labels as Float64Array)]);
    expect(reliability - resolution + rate * (1 - rate)).toBeCloseTo(brier, 4);
  });
});
