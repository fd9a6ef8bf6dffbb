import { describe, expect, test } from "vitest";
import { studentTQuantile } from "../../statistics/distributions.ts";
import { generator } from "../../statistics/generator.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { knownMetric } from "../metrics/metrics.ts";
import type { Factor } from "../rows/factor.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { slices, smallSlices } from "./slices.ts";

const metric = (name: string) => knownMetric(name, "binary") as MetricDefinition;

function side(labels: Float64Array, scores: Float64Array, groups: Factor | null = null): JudgedRows {
  return {
    ...{ task: "binary", rows: labels.length, classes: ["0", "1"], labels, scores, weights: null, extra: {}, groups },
    decisions: Int32Array.from(scores, (score) => (score >= 0.5 ? 1 : 0)),
  };
}
const column = (values: readonly string[], of: (row: number) => number, rows: number): Factor => ({
  column: "origin",
  codes: Int32Array.from({ length: rows }, (_, row) => of(row)),
  values,
});

/** Two models that see the outcome with noise; the candidate's is `worse` times the baseline's. */
function two(rows: number, seed: number, worse = 1) {
  const source = generator(seed);
  const hidden = Float64Array.from({ length: rows }, () => source.fraction());
  const labels = hidden.map((chance) => (source.fraction() < chance ? 1 : 0));
  const seen = (noise: number) =>
    hidden.map((chance) => Math.min(0.999, Math.max(0.001, chance + noise * (source.fraction() - 0.5))));
  return { labels, ours: seen(0.4 * worse), theirs: seen(0.4) };
}

describe("a slice of a metric that jumps", () => {
  const one = column(["all"], () => 0, 100);
  test.each(["mce", "recall@fpr=0.1", "precision@10", "lift@10%", "ks"])(
    "is drawn: %s of equal models is seldom worse",
    (name) => {
      let worse = 0;
      for (let seed = 1; seed <= 60; seed++) {
        const { labels, ours, theirs } = two(100, seed);
        const candidate = { ...side(labels, ours), slices: [one] };
        if (slices(candidate, side(labels, theirs), metric(name), { alpha: 0.05, seed })[0]?.worse) worse++;
      }
      expect(worse / 60).toBeLessThanOrEqual(0.025 + 3 * Math.sqrt(0.0244 / 60));
    },
  );

  test("that is far worse is found, by rows and by groups", () => {
    for (const groups of [null, 20]) {
      const { labels, ours, theirs } = two(1_000, 3, 12);
      const days =
        groups === null
          ? null
          : { ...column([], (row) => row % groups, 1_000), values: Array.from({ length: groups }, (_, g) => `${g}`) };
      const candidate = { ...side(labels, ours, days), slices: [column(["all"], () => 0, 1_000)] };
      const [found] = slices(candidate, side(labels, theirs, days), metric("ks"), { alpha: 0.05, seed: 1 });
      expect(found).toMatchObject({ value: "all", worse: true });
      expect(found?.gain?.interval?.[1]).toBeLessThan(0);
    }
  });
});

test("a slice's error by groups is that of their means, with groups − 1 below the line", () => {
  const rows = 360;
  const { labels, ours, theirs } = two(rows, 5);
  const days = { ...column([], (row) => row % 12, rows), values: Array.from({ length: 12 }, (_, day) => `${day}`) };
  const candidate = { ...side(labels, ours, days), slices: [column(["all"], () => 0, rows)] };
  const [found] = slices(candidate, side(labels, theirs, days), metric("brier"), { alpha: 0.05, seed: 1 });
  const means = Array.from({ length: 12 }, (_, day) => {
    let sum = 0;
    for (let row = day; row < rows; row += 12) {
      const label = labels[row] as number;
      sum += ((ours[row] as number) - label) ** 2 - ((theirs[row] as number) - label) ** 2;
    }
    return sum / 30;
  });
  const mean = means.reduce((sum, one) => sum + one, 0) / 12;
  const error = Math.sqrt(means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 11 / 12);
  const [low, high] = found?.gain?.interval ?? expect.fail("no interval");
  expect(found?.gain?.value).toBeCloseTo(-mean, 12);
  expect((high - low) / 2 / (studentTQuantile(0.975, 11) * error)).toBeCloseTo(1, 2);
});

describe("a value with under thirty rows", () => {
  const rows = 100;
  const sizes = [30, 29, 40, 1];
  const of = (row: number) => (row < 30 ? 0 : row < 59 ? 1 : row < 99 ? 2 : 3);
  const factor = column(["a", "minority", "c", "one", "unseen"], of, rows);
  const { labels, ours, theirs } = two(rows, 1);

  test("is not told, but counted and named, the largest first", () => {
    const candidate = { ...side(labels, ours), slices: [factor] };
    const found = slices(candidate, side(labels, theirs), metric("log_loss"), { alpha: 0.05, seed: 1 });
    expect(found.map(({ value }) => value)).toEqual(["a", "c"]);
    expect(smallSlices(candidate)).toEqual({
      least: 30,
      values: 2,
      rows: (sizes[1] as number) + 1,
      first: [
        { column: "origin", value: "minority", rows: 29 },
        { column: "origin", value: "one", rows: 1 },
      ],
    });
  });

  test("is nothing to say of where there is none, or of rankings", () => {
    expect(smallSlices({ ...side(labels, ours), slices: [column(["all"], () => 0, rows)] })).toBeNull();
    expect(smallSlices({ ...side(labels, ours), task: "ranking", slices: [factor] })).toBeNull();
  });
});
