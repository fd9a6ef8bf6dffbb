import { describe, expect, test } from "vitest";
import type { Task } from "../../config/task.ts";
import { studentTQuantile } from "../../statistics/distributions.ts";
import { generator } from "../../statistics/generator.ts";
import { knownMetric } from "../metrics/metrics.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import type { Estimator } from "./estimator.ts";
import { type Estimators, estimators } from "./estimators.ts";
import { methodOf, unitsOf } from "./grounds.ts";
import { judgedSide } from "./judged-side.ts";

interface Rows {
  readonly labels: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
  readonly weights?: ArrayLike<number>;
  /** Group of each row. */
  readonly groups?: ArrayLike<number>;
}

function side(task: Task, { labels, scores, weights, groups }: Rows): JudgedRows {
  const codes = groups === undefined ? null : Int32Array.from(groups);
  return {
    task,
    rows: labels.length,
    classes: task === "binary" ? ["0", "1"] : [],
    labels: Float64Array.from(labels),
    scores: Float64Array.from(scores),
    decisions: task === "binary" ? Int32Array.from(scores, (score) => (score >= 0.5 ? 1 : 0)) : null,
    weights: weights === undefined ? null : Float64Array.from(weights),
    extra: {},
    groups:
      codes === null
        ? null
        : { column: "g", codes, values: Array.from({ length: Math.max(...codes) + 1 }, (_, g) => `${g}`) },
  };
}

function estimated(name: string, task: Task, ours: Rows, theirs: Rows | null = null): Estimators {
  const metrics = [knownMetric(name, task) ?? expect.fail(name)];
  const of = (rows: Rows) => judgedSide(side(task, rows), metrics, unitsOf(side(task, rows), 7));
  const groups = ours.groups === undefined ? null : new Set(Array.from(ours.groups)).size;
  const method = methodOf(groups, 7, metrics);
  return estimators(of(ours), theirs === null ? null : of(theirs), true, method)[0] ?? expect.fail(name);
}

const ends = (one: Estimator | null | undefined) => one?.interval(0.05) ?? expect.fail("no interval");
const half = (one: Estimator | null | undefined) => (ends(one)[1] - ends(one)[0]) / 2;
const noise = (rows: number, seed: number) => {
  const source = generator(seed);
  return Array.from({ length: rows }, () => source.fraction());
};
const t = (degrees: number) => studentTQuantile(0.975, degrees);

describe("as many degrees of freedom as what an interval is known from", () => {
  test("of weighted rows (Σw)²/Σw² less one, and no test that takes them for alike", () => {
    const labels = noise(60, 1);
    const weights = labels.map((_, row) => (row < 20 ? 3 : 1));
    const { difference } = estimated(
      "mae",
      "regression",
      { labels, scores: noise(60, 2), weights },
      { labels, scores: noise(60, 3), weights },
    );
    expect(half(difference) / (difference?.error as number)).toBeCloseTo(t(100 ** 2 / 220 - 1), 6);
    const classes = labels.map((_, row) => row % 2);
    const [ours, theirs] = [4, 5].map((seed) => ({ labels: classes, scores: noise(60, seed), weights }));
    expect(estimated("accuracy", "binary", ours as Rows, theirs).difference?.by).toBe("t");
  });

  test("of a ranking the rows of the rarer class", () => {
    const labels = Array.from({ length: 300 }, (_, row) => (row < 12 ? 1 : 0));
    const { candidate } = estimated("roc_auc", "binary", {
      labels,
      scores: noise(300, 6).map((one, row) => one + (row < 12 ? 0.4 : 0)),
    });
    const odds = ends(candidate).map((end) => Math.log(end / (1 - end)));
    const error = (candidate.error as number) / (candidate.value * (1 - candidate.value));
    expect(((odds[1] as number) - (odds[0] as number)) / 2 / error).toBeCloseTo(t(11), 6);
  });

  const sizes = [200, 100, ...Array.from({ length: 10 }, () => 20)]; // (Σw)²/Σw² = 250,000 / 54,000
  const groups = sizes.flatMap((size, group) => Array.from({ length: size }, () => group));
  test("of groups of unequal size, those of equal size that tell as much", () => {
    const labels = noise(500, 1);
    const { difference, candidate } = estimated(
      "mae",
      "regression",
      { labels, scores: noise(500, 2), groups },
      { labels, scores: noise(500, 3), groups },
    );
    for (const one of [difference, candidate])
      expect(half(one) / (one?.error as number)).toBeCloseTo(t(250_000 / 54_000 - 1), 6);
  });

  test("two uneven groups have one degree of freedom at least", () => {
    const labels = noise(40, 1);
    const groups = labels.map((_, row) => (row < 38 ? 0 : 1));
    const [ours, theirs] = [2, 3].map((seed) => ({ labels, scores: noise(40, seed), groups }));
    const { difference } = estimated("mae", "regression", ours as Rows, theirs);
    expect(half(difference) / (difference?.error as number)).toBeCloseTo(t(1), 6);
  });
});

test("few large groups among many small ones do not promise too much", () => {
  let held = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const source = generator(seed);
    const normal = () => Math.sqrt(-2 * Math.log(1 - source.fraction())) * Math.cos(2 * Math.PI * source.fraction()); // Box & Muller
    const made = { labels: [] as number[], groups: [] as number[], ours: [] as number[], theirs: [] as number[] };
    for (let group = 0; group < 12; group++) {
      const [size, shift] = [Math.max(2, Math.round(7 * Math.exp(1.5 * normal()))), 0.3 * normal()];
      for (let row = 0; row < Math.min(size, 300); row++) {
        made.labels.push(0);
        made.groups.push(group);
        made.ours.push(5 + shift + 0.3 * normal());
        made.theirs.push(5 + 0.3 * normal());
      }
    }
    const { labels, groups, ours, theirs } = made;
    const { difference } = estimated(
      "mae",
      "regression",
      { labels, scores: ours, groups },
      { labels, scores: theirs, groups },
    );
    const [low, high] = ends(difference);
    if (low <= 0 && high >= 0) held++;
  }
  // By groups alone, 88 in 100.
  expect(held / 200).toBeGreaterThan(0.95 - 2 * Math.sqrt(0.0475 / 200));
});

test("a weighted share is as sure as its heavy rows are, not as all rows are many", () => {
  let held = 0;
  const truth = (0.02 * 20 * 0.5 + 0.98 * 0.99) / (0.02 * 20 + 0.98);
  for (let seed = 1; seed <= 200; seed++) {
    const source = generator(seed);
    const labels = noise(2_000, seed).map((one) => (one < 0.5 ? 1 : 0));
    const weights = labels.map(() => (source.fraction() < 0.02 ? 20 : 1));
    const scores = labels.map((label, row) =>
      source.fraction() < (weights[row] === 20 ? 0.5 : 0.99) ? label * 0.8 + 0.1 : 0.9 - label * 0.8,
    );
    const { candidate } = estimated("accuracy", "binary", { labels, scores, weights });
    const [low, high] = ends(candidate);
    if (low <= truth && truth <= high) held++;
  }
  // By (Σw)²/Σw² rows, 79 in 100.
  expect(held / 200).toBeGreaterThan(0.95 - 3 * Math.sqrt(0.0475 / 200));
});

test("a weighted share of one that was always right is Wilson's, of rows that count alike", () => {
  const labels = Array.from({ length: 40 }, (_, row) => row % 2);
  const weights = labels.map((_, row) => (row < 2 ? 10 : 1));
  const { candidate } = estimated("accuracy", "binary", {
    labels,
    scores: labels.map((one) => 0.1 + 0.8 * one),
    weights,
  });
  const alike = 58 ** 2 / 238;
  expect(ends(candidate)[0]).toBeCloseTo(alike / (alike + 3.8415), 4);
});

test("groups are worth no more rows than there are", () => {
  const labels = Array.from({ length: 80 }, () => 0);
  const groups = labels.map((_, row) => Math.floor(row / 4)); // two up, two down: their means hardly differ
  const scores = labels.map((_, row) => 5 + (row % 2 === 0 ? 1 : -1) + 0.01 * (row % 7));
  const { effectiveRows } = estimated(
    "mae",
    "regression",
    { labels, scores, groups },
    { labels, scores: labels.map(() => 5), groups },
  );
  expect(effectiveRows).toBe(80);
});

test("a metric that more than one draw in twenty leaves without a value has no interval", () => {
  const rows = 40 * 5;
  const groups = Array.from({ length: rows }, (_, row) => Math.floor(row / 5));
  const labels = groups.map((group, row) => (group === 0 && row < 2 ? 1 : 0)); // one group in forty has positives
  const { candidate, difference } = estimated(
    "roc_auc",
    "binary",
    { labels, scores: noise(rows, 1), groups },
    { labels, scores: noise(rows, 2), groups },
  );
  expect(Number.isFinite(candidate.value)).toBe(true);
  expect([candidate.interval(0.05), difference?.interval(0.05)]).toEqual([null, null]);
});

test("a calibration error that draws make greater lies in its own interval, by rows and by groups", () => {
  for (const groups of [null, 40])
    for (let seed = 1; seed <= 4; seed++) {
      const scores = noise(400, seed);
      const source = generator(100 + seed);
      const labels = scores.map((score) => (source.fraction() < score ? 1 : 0));
      const rows = { labels, scores, ...(groups !== null && { groups: labels.map((_, row) => row % groups) }) };
      const { candidate } = estimated("ece", "binary", rows);
      const [low, high] = ends(candidate);
      expect(low, `seed ${seed}`).toBeLessThan(candidate.value);
      expect(high).toBeGreaterThan(candidate.value);
      expect(low).toBeGreaterThanOrEqual(0);
    }
});
