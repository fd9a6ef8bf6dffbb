import { describe, expect, test } from "vitest";
import { Gate } from "../../config/config.ts";
import type { Column } from "../../data/table.ts";
import { generator } from "../../statistics/generator.ts";
import { estimators } from "../intervals/estimators.ts";
import { methodOf, unitsOf } from "../intervals/grounds.ts";
import { type JudgedSide, judgedSide } from "../intervals/judged-side.ts";
import { metricsFor } from "../metrics/metrics.ts";
import { type Predictions, readPredictions } from "../rows/predictions.ts";
import { judge } from "./judge.ts";

const numbers = (values: readonly number[]): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});
const read = (columns: Readonly<Record<string, readonly number[]>>, groups: string | null = null): Predictions => {
  const entries = Object.entries(columns);
  const table = { rows: entries[0]?.[1].length ?? 0, columns: new Map(entries.map(([name, v]) => [name, numbers(v)])) };
  return readPredictions(table, "scores.jsonl", { task: "scores", groups, slices: [], labels: "required" });
};
const judged = (candidate: Predictions, stored: Predictions, gates: readonly Readonly<Record<string, unknown>>[]) =>
  judge(
    { candidate, baseline: { stored, fromJob: null }, metrics: [], baselineMetrics: null },
    {
      task: "scores",
      gates: gates.map((gate) => Gate.parse(gate)),
      alpha: 0.05,
      seed: 1,
      against: "v1",
      noBaseline: null,
      unchanged: false,
    },
  );
const ids = Array.from({ length: 200 }, (_, i) => i);

describe("scores of examples", () => {
  test("that are all the same number are that number, not a share of it", () => {
    const five = read({ id: ids, score: ids.map(() => 5) });
    const mixed = read({ id: ids, score: ids.map((i) => (i % 2 === 0 ? 5 : 4)) });
    for (const [candidate, stored] of [
      [five, mixed],
      [mixed, five],
    ] as const) {
      const { metrics } = judged(candidate, stored, [{ metric: "mean_score", margin: 1 }]);
      for (const side of [metrics[0]?.candidate, metrics[0]?.baseline, metrics[0]?.difference])
        for (const end of side?.interval ?? []) expect(end).toSatisfy(Number.isFinite);
      expect(metrics[0]?.[candidate === five ? "candidate" : "baseline"]).toEqual({ value: 5, interval: [5, 5] });
    }
  });

  test("each column is a metric, larger is better unless its gate says otherwise", () => {
    const candidate = read({
      id: ids,
      "score.acc": ids.map((i) => i % 2),
      "score.toxicity": ids.map((i) => (i % 10) / 10),
    });
    const found = judged(candidate, candidate, [
      { metric: "acc", margin: 0.1 },
      { metric: "toxicity", margin: 0.1, goal: "minimize" },
    ]);
    expect(found.metrics.map(({ name, goal }) => [name, goal])).toEqual([
      ["acc", "maximize"],
      ["toxicity", "minimize"],
    ]);
    expect(found.verdict).toBe("pass");
    expect(found.checks.map(({ limit }) => limit)).toEqual([-0.1, 0.1]);
  });

  test("scores of 0 and 1 are shares: McNemar for the difference, Wilson for one side", () => {
    const right = (share: number) => ids.map((i) => (i % 100 < share ? 1 : 0));
    const found = judged(read({ id: ids, "score.acc": right(80) }), read({ id: ids, "score.acc": right(70) }), [
      { metric: "acc", "improve-by": 0 },
    ]);
    expect(found.metrics[0]?.test?.name).toBe("mcnemar-exact");
    expect(found.metrics[0]?.candidate.interval).toEqual([expect.closeTo(0.739, 3), expect.closeTo(0.8496, 3)]); // Wilson, 160 of 200
    expect(found.verdict).toBe("pass");
  });

  test("three repeats an item are said, and count as one item", () => {
    const thrice = ids.flatMap((i) => [i, i, i]);
    const candidate = read({ id: thrice, "score.acc": thrice.map((_, row) => row % 2) });
    const found = judged(candidate, read({ id: ids, "score.acc": ids.map(() => 0.5) }), [
      { metric: "acc", margin: 0.2 },
    ]);
    expect(found.notes).toContain("3 repeats an item: they are averaged first, so an item counts once.");
    expect(found.pairing).toMatchObject({ mode: "paired", rows: 200 });
  });

  test("a metric that the baseline was never scored for is not compared, and that is said", () => {
    const candidate = read({ id: ids, "score.acc": ids.map((i) => i % 2), "score.new": ids.map((i) => i % 3) });
    const found = judged(candidate, read({ id: ids, "score.acc": ids.map((i) => i % 2) }), [
      { metric: "new", margin: 0.1 },
    ]);
    expect(found.checks[0]).toMatchObject({ status: "inconclusive", reason: "new has no value on these rows" });
    expect(found.notes).toContain("v1 has no scores for new: not compared.");
    expect(found.metrics.map(({ name }) => name)).toEqual(["acc"]);
  });

  test("an equal model, each item scored five times, is called different in one of twenty comparisons", () => {
    const source = generator(7);
    let claimed = 0;
    const items = ids.slice(0, 40);
    const often = items.flatMap((i) => [i, i, i, i, i]);
    for (let draw = 0; draw < 300; draw++) {
      const hard = items.map(() => source.fraction()); // an item is as hard for both
      const scored = () =>
        read({ id: often, "score.acc": often.map((i) => (source.fraction() < (hard[i] as number) ? 1 : 0)) });
      const [ours, theirs] = [scored(), scored()].map((rows) =>
        judgedSide(rows, metricsFor(rows, null, []), unitsOf(rows, 1)),
      ) as [JudgedSide, JudgedSide];
      const [one] = estimators(ours, theirs, true, methodOf(null, 1, ours.statistics.metrics));
      const [low, high] = one?.difference?.interval(0.05) ?? [0, 0];
      if (low > 0 || high < 0) claimed++;
    }
    expect(Math.abs(claimed / 300 - 0.05)).toBeLessThan(0.045); // 3.6 standard errors; 40 items by Student's t
  });
});
