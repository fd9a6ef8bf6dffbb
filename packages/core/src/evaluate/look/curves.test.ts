import { expect, test } from "vitest";
import { normalQuantile } from "../../statistics/distributions.ts";
import { generator } from "../../statistics/generator.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { curves } from "./curves.ts";

function rows(task: "binary" | "regression", count: number): JudgedRows {
  const source = generator(3);
  const scores = Float64Array.from({ length: count }, () => source.fraction());
  const labels =
    task === "binary"
      ? scores.map((score) => (source.fraction() < score ? 1 : 0))
      : scores.map((score) => score + 2 * normalQuantile(Math.max(1e-9, source.fraction())));
  const decisions = task === "binary" ? Int32Array.from(scores, (score) => (score >= 0.5 ? 1 : 0)) : null;
  return {
    task,
    rows: count,
    classes: task === "binary" ? ["0", "1"] : [],
    labels,
    scores,
    decisions,
    weights: null,
    extra: {},
    groups: null,
  };
}

test.each(["binary", "regression"] as const)(
  "no curve of a %s task has more than 200 points, and all are finite",
  (task) => {
    for (const { candidate, baseline } of curves(rows(task, 20_000), rows(task, 20_000))) {
      expect(candidate.length).toBeGreaterThan(1);
      expect(candidate.length).toBeLessThanOrEqual(200);
      expect(baseline?.length).toBeLessThanOrEqual(200);
      expect(candidate.flat().every(Number.isFinite)).toBe(true);
    }
  },
);

test("normal residuals lie on a straight line against normal quantiles, as steep as their standard deviation", () => {
  const found = curves(rows("regression", 50_000), null).find(({ id }) => id === "residual-quantiles");
  for (const [quantile, residual] of found?.candidate ?? [])
    expect(Math.abs(residual - 2 * quantile)).toBeLessThan(0.15);
  expect(found?.candidate).toHaveLength(100);
});
