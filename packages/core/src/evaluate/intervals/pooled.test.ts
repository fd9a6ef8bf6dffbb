import { describe, expect, test } from "vitest";
import { Gate } from "../../config/config.ts";
import type { Column } from "../../data/table.ts";
import { studentTQuantile } from "../../statistics/distributions.ts";
import { generator } from "../../statistics/generator.ts";
import { judge } from "../judge/judge.ts";
import type { Pool } from "../judge/pool.ts";
import { metricsFor } from "../metrics/metrics.ts";
import { type Predictions, readPredictions } from "../rows/predictions.ts";
import { estimators } from "./estimators.ts";
import { methodOf, unitsOf } from "./grounds.ts";
import { type JudgedSide, judgedSide } from "./judged-side.ts";
import { pooledEstimators } from "./pooled.ts";

const numbers = (values: readonly number[]): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});
const ids = (rows: number) => Array.from({ length: rows }, (_, row) => row);
function scored(values: readonly number[], groups: readonly number[] | null = null): Predictions {
  const columns = new Map([
    ["id", numbers(ids(values.length))],
    ["score", numbers(values)],
    ...(groups === null ? [] : [["day", numbers(groups)] as const]),
  ]);
  const settings = { task: "scores", groups: groups === null ? null : "day", slices: [], labels: "required" } as const;
  return readPredictions({ rows: values.length, columns }, "s.csv", settings);
}
const pooled = (others: readonly Predictions[]): Pool => ({
  named: { run: "r0", seed: 0 },
  others: others.map((predictions, i) => ({ run: `r${i + 1}`, seed: i + 1, predictions })),
});
const judged = (candidate: Predictions, others: readonly Predictions[], stored: Predictions | null) =>
  judge(
    {
      candidate,
      pool: others.length === 0 ? null : pooled(others),
      baseline: stored === null ? null : { stored, fromJob: null },
      metrics: [],
      baselineMetrics: null,
    },
    {
      task: "scores",
      gates: [
        Gate.parse(stored === null ? { metric: "mean_score", min: 0 } : { metric: "mean_score", "improve-by": 0 }),
      ],
      alpha: 0.05,
      seed: 1,
      against: "v1",
      noBaseline: stored === null ? "not-asked" : null,
      unchanged: false,
    },
  );

describe("several seeds of one recipe", () => {
  test("have the mean for their value, and the variance of rows plus that between seeds over their number", () => {
    const [a, b, c] = [
      [1, 2, 3, 6],
      [2, 2, 4, 6],
      [3, 3, 5, 7],
    ].map((values) => scored(values)) as [Predictions, Predictions, Predictions];
    const found = judged(a, [b, c], null);
    const { value, interval } = found.metrics[0]?.candidate ?? { value: 0, interval: null };
    // Means 3, 3.5, 4.5; means of rows 2, 7/3, 4, 19/3. scipy.stats.t.ppf(0.975, [3, 2]): 3.182446305, 4.302652730.
    const rows = (4 / 3) * [2, 7 / 3, 4, 19 / 3].reduce((sum, one) => sum + ((one - 11 / 3) / 4) ** 2, 0);
    const seeds = 7 / 12 / 3;
    expect(value).toBeCloseTo(11 / 3, 12);
    expect((interval?.[1] ?? 0) - value).toBeCloseTo(
      Math.hypot(3.182446305 * Math.sqrt(rows), 4.30265273 * Math.sqrt(seeds)),
      7,
    );
    expect(found.seeds).toEqual({
      metric: "mean_score",
      runs: [
        { run: "r0", seed: 0, value: 3 },
        { run: "r1", seed: 1, value: 3.5 },
        { run: "r2", seed: 2, value: 4.5 },
      ],
      betweenSd: expect.closeTo(Math.sqrt(7 / 12), 12),
    });
    expect(found.metrics[0]?.test?.name).toBe("pooled-t");
    expect(found.notes[0]).toContain("mean over 3 seeds");
    expect(found.checks[0]?.required).toBeUndefined();
  });

  test("a run that was not scored on the same rows is refused", () => {
    const [a, b] = [scored([1, 2, 3, 4]), scored([1, 2, 3])];
    expect(() => judged(a, [b], null)).toThrow(expect.objectContaining({ code: "POOL_ROWS" }));
  });

  test("rows that the baseline has no score for are left out for every seed", () => {
    const values = ids(100).map((i) => i % 7);
    const [a, b] = [scored(values), scored(values.map((one) => one + 1))];
    const found = judged(a, [b], scored(values.slice(0, 97)));
    expect(found.pairing).toMatchObject({ mode: "paired", rows: 97 });
    expect(found.seeds?.runs.map(({ value }) => value)).toEqual([
      expect.closeTo(288 / 97, 9),
      expect.closeTo(288 / 97 + 1, 9),
    ]);
    expect(found.metrics[0]?.difference?.value).toBeCloseTo(0.5, 9);
  });
});

function sideOf(rows: Predictions): JudgedSide {
  return judgedSide(rows, metricsFor(rows, null, []), unitsOf(rows, 1));
}

describe("the same recipe with other seeds", () => {
  /** How often a difference is claimed between k seeds of a recipe and one more of it, where a seed moves every row a little. */
  function claimed(seeds: number, days: number | null, draws = 600): number {
    const source = generator(20261130 + seeds);
    const normal = () => Math.sqrt(-2 * Math.log(1 - source.fraction())) * Math.cos(2 * Math.PI * source.fraction());
    const rows = 120;
    const day = days === null ? null : ids(rows).map((row) => row % days);
    let claims = 0;
    for (let draw = 0; draw < draws; draw++) {
      const weather = ids(days ?? 1).map(() => (days === null ? 0 : normal()));
      const hard = ids(rows).map((row) => normal() + (weather[day?.[row] ?? 0] as number));
      const run = () => {
        const luck = 0.1 * normal();
        const moved = weather.map(() => 0.05 * normal());
        return scored(
          hard.map((one, row) => one + luck + (moved[day?.[row] ?? 0] as number) + 0.2 * normal()),
          day,
        );
      };
      const sides = Array.from({ length: seeds + 1 }, run).map((rows) => sideOf(rows));
      const [baseline, ...runs] = sides as [JudgedSide, ...JudgedSide[]];
      const method = methodOf(days, 1, baseline.statistics.metrics);
      const [one] =
        seeds === 1
          ? estimators(runs[0] as JudgedSide, baseline, true, method)
          : pooledEstimators(runs, baseline, true, days);
      const [low, high] = one?.difference?.interval(0.05) ?? [0, 0];
      if (low > 0 || high < 0) claims++;
    }
    return claims / draws;
  }

  test.each([2, 3, 8])("%d seeds are no better and no worse than one more", (seeds) => {
    expect(claimed(seeds, null)).toBeLessThanOrEqual(0.05 + 3 * 0.009); // 3 standard errors
  });

  test("by day as well", () => expect(claimed(4, 20)).toBeLessThanOrEqual(0.05 + 3 * 0.009));

  test("which a single run, whose interval knows nothing of seeds, is most of the time", () => {
    expect(claimed(1, null)).toBeGreaterThan(0.5);
  });
});

test("by day, seeds that change nothing leave the error of the days' means", () => {
  const source = generator(9);
  const values = Array.from({ length: 360 }, () => source.fraction());
  const one = scored(
    values,
    values.map((_, row) => row % 12),
  );
  const means = Array.from({ length: 12 }, (_, day) =>
    values.filter((_, row) => row % 12 === day).reduce((sum, value) => sum + value / 30, 0),
  );
  const mean = means.reduce((sum, value) => sum + value / 12, 0);
  const error = Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 11 / 12);
  const [low, high] = judged(one, [one], null).metrics[0]?.candidate.interval ?? expect.fail("no interval");
  expect((high - low) / 2 / (studentTQuantile(0.975, 11) * error)).toBeCloseTo(1, 2);
});
