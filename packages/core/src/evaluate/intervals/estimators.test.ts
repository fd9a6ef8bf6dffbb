import { describe, expect, test } from "vitest";
import { type Generator, generator } from "../../statistics/generator.ts";
import { metricsFor } from "../metrics/metrics.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { estimators } from "./estimators.ts";
import type { Method } from "./grounds.ts";
import { judgedSide } from "./judged-side.ts";

/** Rows of days that move together: both a day's base rate and how far one model is ahead on it vary from day to day. */
function draw(
  source: Generator,
  days: number,
  perDay: number,
  dayEffect: number,
): { ours: JudgedRows; theirs: JudgedRows; of: Int32Array } {
  const rows = days * perDay;
  const labels = new Float64Array(rows);
  const [ours, theirs] = [new Float64Array(rows), new Float64Array(rows)];
  const of = new Int32Array(rows);
  const normal = () => Math.sqrt(-2 * Math.log(1 - source.fraction())) * Math.cos(2 * Math.PI * source.fraction()); // Box & Muller
  const logistic = (x: number) => 1 / (1 + Math.exp(-x));
  for (let day = 0, row = 0; day < days; day++) {
    const [shift, lead] = [dayEffect * normal(), dayEffect * normal()];
    for (let k = 0; k < perDay; k++, row++) {
      const signal = normal();
      of[row] = day;
      labels[row] = source.fraction() < logistic(signal - 0.5 + shift) ? 1 : 0;
      ours[row] = logistic(signal - 0.5 + 0.5 * lead + 0.4 * normal());
      theirs[row] = logistic(signal - 0.5 - 0.5 * lead + 0.4 * normal());
    }
  }
  const side = (scores: Float64Array): JudgedRows => ({
    task: "binary",
    rows,
    classes: ["0", "1"],
    labels,
    scores,
    decisions: Int32Array.from(scores, (score) => (score >= 0.5 ? 1 : 0)),
    weights: null,
    extra: {},
    groups: null,
  });
  return { ours: side(ours), theirs: side(theirs), of };
}

/** Share of intervals of a difference that is truly zero which hold zero, by metric. */
function coverage(
  repeats: number,
  seed: number,
  days: number,
  perDay: number,
  dayEffect: number,
  method: Omit<Method, "seed">,
): Map<string, number> {
  const source = generator(seed);
  const held = new Map<string, number>();
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { ours, theirs, of } = draw(source, days, perDay, dayEffect);
    const metrics = metricsFor(ours, null, ["f1", "mcc", "recall"]);
    const units = method.interval === "analytic" ? { of: new Int32Array(of.length), count: 1 } : { of, count: days };
    const judged = (rows: JudgedRows) => judgedSide(rows, metrics, units);
    for (const { metric, difference } of estimators(judged(ours), judged(theirs), true, { ...method, seed: repeat })) {
      const interval = difference?.interval(0.05);
      if (!interval) throw new Error(`${metric.name} has no interval`);
      held.set(metric.name, (held.get(metric.name) ?? 0) + (interval[0] <= 0 && 0 <= interval[1] ? 1 / repeats : 0));
    }
  }
  return held;
}

/** 95 % of so many repeats, give or take four standard errors: a seeded test that fails only if the intervals change for the worse. */
const least = (repeats: number) => 0.95 - 4 * Math.sqrt((0.95 * 0.05) / repeats);
const most = (repeats: number) => Math.min(1, 0.95 + 4 * Math.sqrt((0.95 * 0.05) / repeats));

describe("between two equally good models, 95 % intervals of the difference hold zero about 95 times in 100", () => {
  test.each([
    ["200 independent rows", 1, 200, 0, { interval: "analytic", replicates: 0 }],
    ["2,000 independent rows", 1, 2_000, 0, { interval: "analytic", replicates: 0 }],
    ["10 days", 10, 60, 0.5, { interval: "cluster-t", replicates: 0 }],
    ["28 days", 28, 60, 0.5, { interval: "cluster-t", replicates: 0 }],
    ["30 days", 30, 60, 0.5, { interval: "cluster-bootstrap", replicates: 250 }],
    ["100 days", 100, 20, 0.5, { interval: "cluster-bootstrap", replicates: 250 }],
  ] as const)(
    "%s",
    (_what, days, perDay, dayEffect, method) => {
      const repeats = method.interval === "cluster-bootstrap" ? 120 : 300;
      for (const [metric, share] of coverage(repeats, 11, days, perDay, dayEffect, method)) {
        expect(share, metric).toBeGreaterThan(least(repeats));
        expect(share, metric).toBeLessThanOrEqual(most(repeats));
      }
    },
    120_000,
  );

  test("taking rows of one day for independent claims far too much", () => {
    const held = coverage(100, 12, 30, 60, 1, { interval: "analytic", replicates: 0 });
    expect(held.get("log_loss")).toBeLessThan(0.8);
  }, 120_000);
});

test("beyond 400 units the AUC's and the average precision's intervals come from each unit's share, and agree with the exact ones", () => {
  const { ours, theirs, of } = draw(generator(3), 400, 10, 0.5);
  const spread = (units: { of: Int32Array; count: number }) => {
    const metrics = metricsFor(ours, null, []);
    const side = (rows: JudgedRows) => judgedSide(rows, metrics, units);
    const all = estimators(side(ours), side(theirs), true, {
      interval: "cluster-bootstrap",
      replicates: 1_000,
      seed: 1,
    });
    return new Map(all.map(({ metric, difference }) => [metric.name, difference?.interval(0.05) as [number, number]]));
  };
  const exact = spread({ of, count: 400 });
  const shares = spread({ of, count: 401 }); // one empty unit more: the same data on the other side of the limit
  for (const name of ["roc_auc", "average_precision"]) {
    const [low, high] = exact.get(name) as [number, number];
    const other = shares.get(name) as [number, number];
    expect(Math.abs(other[0] - low), name).toBeLessThan(0.12 * (high - low));
    expect(Math.abs(other[1] - high), name).toBeLessThan(0.12 * (high - low));
  }
});
