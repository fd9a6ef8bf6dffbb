import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Column } from "../../packages/core/src/data/table.ts";
import { taskMetrics } from "../../packages/core/src/evaluate/metrics/metrics.ts";
import { sideStatistics } from "../../packages/core/src/evaluate/parts/side-statistics.ts";
import { readPredictions } from "../../packages/core/src/evaluate/rows/predictions.ts";

/** Random rows with several labels that scikit-learn judged as well; `scikit-learn-multilabel.py` makes the file. */
type Case = { columns: Record<string, number[]>; expected: Record<string, { plain: number; weighted: number }> };
const file = JSON.parse(readFileSync(join(import.meta.dirname, "scikit-learn-multilabel.json"), "utf8"));
const one: Case = file.multilabel;
const column = (values: readonly number[]): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});

function judged(columns: Record<string, number[]>, units: number) {
  const rows = Object.values(columns)[0]?.length as number;
  const table = { rows, columns: new Map(Object.entries(columns).map(([name, values]) => [name, column(values)])) };
  const read = readPredictions(table, "p.csv", {
    task: "multilabel",
    groups: null,
    slices: [],
    weights: ["weight"],
    labels: "required",
  });
  const of = Int32Array.from({ length: rows }, (_, row) => row % units);
  return sideStatistics(read, taskMetrics.multilabel.metrics, { of, count: units });
}
const names = taskMetrics.multilabel.metrics.map(({ name }) => name);

describe("scikit-learn's figures, multilabel", () => {
  test("of every metric there is", () => expect(names.toSorted()).toEqual(Object.keys(one.expected).toSorted()));

  test.each(["plain", "weighted"] as const)("%s", (how) => {
    const { weight, ...rest } = one.columns as Record<string, number[]> & { weight: number[] };
    const { values } = judged(how === "weighted" ? { ...rest, weight } : rest, 1);
    names.forEach((name, i) => {
      const expected = one.expected[name]?.[how] as number;
      expect(Math.abs((values[i] as number) - expected), `${name} ${expected}`).toBeLessThan(
        1e-9 * Math.max(1, expected),
      );
    });
  });

  test("a weight of 2 is the row twice, a weight of 0 is no row", () => {
    const weight = (one.columns["weight"] as number[]).map((_, row) => row % 3);
    const { weight: _, ...rest } = one.columns;
    const twice = Object.fromEntries(
      Object.entries(rest).map(([name, values]) => [name, values.flatMap((v, row) => Array(row % 3).fill(v))]),
    );
    const [ours, theirs] = [judged({ ...rest, weight }, 1).values, judged(twice, 1).values];
    names.forEach((name, i) => {
      expect(Math.abs((ours[i] as number) - (theirs[i] as number)), name).toBeLessThan(
        1e-9 * Math.max(1, theirs[i] as number),
      );
    });
  });

  test.each([50, 250])("weighing %d units alike changes nothing", (units) => {
    const statistics = judged(one.columns, units);
    const again = statistics.at(new Float64Array(units).fill(2));
    names.forEach((name, i) => {
      expect(Math.abs((again[i] as number) - (statistics.values[i] as number)), name).toBeLessThan(
        1e-9 * Math.max(1, again[i] as number),
      );
    });
  });

  test("the deviations of rows are the change that leaving each row out makes", () => {
    const statistics = judged(one.columns, 250);
    const weights = new Float64Array(250).fill(1);
    const widths = names.map((_, i) => Math.sqrt(statistics.deviations(i).reduce((sum, d) => sum + d * d, 0)));
    const jackknife = new Float64Array(names.length);
    for (let unit = 0; unit < 250; unit++) {
      weights[unit] = 0;
      statistics.at(weights).forEach((value, i) => {
        jackknife[i] = (jackknife[i] as number) + (value - (statistics.values[i] as number)) ** 2;
      });
      weights[unit] = 1;
    }
    names.forEach((name, i) => {
      expect((widths[i] as number) / Math.sqrt(jackknife[i] as number), name).toBeCloseTo(1, 1);
    });
  });
});
