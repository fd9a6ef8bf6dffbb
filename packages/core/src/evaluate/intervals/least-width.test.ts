import { describe, expect, test } from "vitest";
import type { Task } from "../../config/task.ts";
import { generator } from "../../statistics/generator.ts";
import { twoSidedP } from "../../statistics/interval-inversion.ts";
import { knownMetric } from "../metrics/metrics.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { estimators } from "./estimators.ts";
import { methodOf, unitsOf } from "./grounds.ts";
import { judgedSide } from "./judged-side.ts";
import { noNarrower } from "./least-width.ts";

function side(labels: Float64Array, scores: Float64Array, groups: number | null, task: Task = "binary"): JudgedRows {
  const codes = labels.map((_, row) => row % (groups ?? 1));
  return {
    task,
    rows: labels.length,
    classes: task === "binary" ? ["0", "1"] : [],
    labels,
    scores,
    decisions: task === "binary" ? Int32Array.from(scores, (score) => (score >= 0.5 ? 1 : 0)) : null,
    weights: null,
    extra: {},
    groups:
      groups === null
        ? null
        : { column: "g", codes: Int32Array.from(codes), values: Array.from({ length: groups }, (_, g) => `${g}`) },
  };
}

function difference(name: string, ours: JudgedRows, theirs: JudgedRows) {
  const metrics = [knownMetric(name, ours.task) ?? expect.fail(name)];
  const of = (rows: JudgedRows) => judgedSide(rows, metrics, unitsOf(rows, 7));
  const method = methodOf(ours.groups?.values.length ?? null, 7, metrics);
  return estimators(of(ours), of(theirs), true, method)[0]?.difference ?? expect.fail(name);
}

/** Rows of both classes in turn that the baseline gets right, and the candidate but for a share: alike in the sample, and yet worse. */
function nearly(rows: number, wrong: number, groups: number | null, seed: number) {
  const source = generator(seed);
  const labels = Float64Array.from({ length: rows }, (_, row) => Math.floor(row / (groups ?? 1)) % 2);
  const right = labels.map((label) => (label === 1 ? 0.6 : 0.1) + 0.3 * source.fraction());
  const off = labels.map((label) => (label === 1 ? 0.01 : 0.99));
  const seen = right.map((score, row) => (source.fraction() < wrong ? (off[row] as number) : score));
  return { ours: side(labels, seen, groups), theirs: side(labels, right, groups) };
}

describe("a difference that no row shows is not for that none", () => {
  test.each([
    ["roc_auc", 24, 0.03, null],
    ["f1", 40, 0.02, null],
    ["balanced_accuracy", 100, 0.01, null],
    ["mcc", 300, 0.008, null],
    ["accuracy", 200, 0.01, 20],
    ["recall", 200, 0.01, 20],
    ["recall", 320, 0.01, 32],
    ["ks", 60, 0.03, null],
    ["precision@10", 200, 0.02, null],
  ] as const)(
    "%s on %d rows passes a model worse by the margin %d at most once in forty times, groups: %s",
    (name, rows, margin, groups) => {
      let passed = 0;
      const isDrawn = (groups ?? 0) > 30 || name === "ks" || name === "precision@10"; // dear
      const repetitions = isDrawn ? 8 : 200;
      for (let seed = 1; seed <= repetitions; seed++) {
        const { ours, theirs } = nearly(rows, name === "mcc" ? margin / 2 : margin, groups, seed);
        if ((difference(name, ours, theirs).interval(0.05)?.[0] ?? -1) > -margin) passed++;
      }
      expect(passed / repetitions).toBeLessThanOrEqual(0.025 + 3 * Math.sqrt(0.0244 / repetitions));
    },
  );

  const same = (rows: number, groups: number | null) => {
    const source = generator(3);
    const hidden = Float64Array.from({ length: rows }, () => source.fraction());
    const one = side(
      hidden.map((chance) => (source.fraction() < chance ? 1 : 0)),
      hidden,
      groups,
    );
    return (name: string) => difference(name, one, one).interval(0.05) ?? expect.fail(name);
  };
  test.each(["log_loss", "brier", "accuracy", "roc_auc", "f1", "mcc"])(
    "equal predictions keep to a margin of 0.001 in %s on 50,000 rows, not on 20",
    (name) => {
      for (const groups of [null, 28, 100]) expect(same(50_000, groups)(name)[1]).toBeLessThan(0.001);
      expect(same(20, null)(name)[1]).toBeGreaterThan(0.001);
    },
  );

  test("equal errors on all rows, of a metric that knows no bounds, tell nothing", () => {
    const truth = Float64Array.from({ length: 400 }, (_, row) => row);
    const shifted = (by: number) =>
      side(
        truth,
        truth.map((value) => value + by),
        null,
        "regression",
      );
    expect(difference("mae", shifted(1), shifted(1)).interval(0.05)).toBeNull();
  });

  test("its width is Wilson's of none in n trials, and its p-value the level at which it ends at zero", () => {
    const none = { value: 0, by: "t", error: 0, interval: () => [0, 0] as [number, number] } as const;
    const unmoved = { scale: 1, units: () => 100, unmoved: () => ({ trials: 100, reach: 2 }) };
    const [low, high] = noNarrower(none, unmoved).interval(0.05) ?? [0, 0];
    expect(high).toBeCloseTo(2 * 0.036994, 5); // 3.8415 / 103.8415
    expect(low).toBe(-high);
    expect(
      twoSidedP((alpha) => noNarrower({ ...none, value: high, interval: () => [high, high] }, unmoved).interval(alpha)),
    ).toBeCloseTo(0.05, 6);
  });

  test("a few that move are counted: the ends are those at which so few, or so many, would be seen", () => {
    const carried = (count: number, lead: number) => {
      const [value, error] = [lead / 100, Math.sqrt(count) / 100];
      const ends = [value - 1.96 * error, value + 1.96 * error] as [number, number];
      const one = { value, by: "t", error, carriers: count, interval: () => ends } as const;
      return noNarrower(one, { scale: 1, units: () => 100, unmoved: () => ({ trials: 100, reach: 1 }) })
        .interval(0.05)
        ?.map((end) => 100 * end);
    };
    // The score interval of a count of 4: 4 + z²/2 ± z·√(4 + z²/4) (Rao 1948); Clopper & Pearson's analogue, Garwood 1936, ends at 10.24.
    expect(carried(4, -4)?.[0]).toBeCloseTo(-10.2859, 3);
    expect(carried(4, 4)?.[1]).toBeCloseTo(10.2859, 3);
    expect(carried(4, -4)?.[1]).toBeCloseTo(-4 + 3.92, 2);
    // Two each way: x² = z²·(4 + √(16 + 4x²)) / 2, so x² = z²·(4 + z²).
    expect(carried(4, 0)?.[1]).toBeCloseTo(1.959964 * Math.sqrt(4 + 3.841459), 4);
    expect(carried(12, -12)?.[0]).toBeCloseTo(-12 - 1.96 * Math.sqrt(12), 6);
  });
});
