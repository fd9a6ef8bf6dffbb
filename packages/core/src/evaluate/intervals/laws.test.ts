import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Task } from "../../config/task.ts";
import { knownMetric, taskMetrics } from "../metrics/metrics.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { type Estimators, estimators } from "./estimators.ts";
import { methodOf, unitsOf } from "./grounds.ts";
import { fromJackknife } from "./group-intervals.ts";
import { judgedSide } from "./judged-side.ts";

type Row = readonly [truth: number, ours: number, theirs: number, weight: number];

const share = fc.integer({ min: 1, max: 99 }).map((percent) => percent / 100);
const weight = fc.integer({ min: 1, max: 4 });
const binaryRows = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 1 }), share, share, weight), { minLength: 8, maxLength: 40 })
  .filter((rows) => new Set(rows.map(([truth]) => truth)).size === 2);
const regressionRows = fc
  .array(
    fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), weight),
    {
      minLength: 8,
      maxLength: 40,
    },
  )
  .filter((rows) => new Set(rows.map(([truth]) => truth)).size > 1);
const COSTS = Float64Array.of(0, 1, 5, 0);

function side(task: Task, rows: readonly Row[], which: 1 | 2, change: Partial<JudgedRows> = {}): JudgedRows {
  const scores = Float64Array.from(rows, (row) => row[which]);
  return {
    ...{
      task,
      rows: rows.length,
      classes: task === "binary" ? ["0", "1"] : [],
      scores,
      weights: null,
      extra: {},
      groups: null,
    },
    labels: Float64Array.from(rows, ([truth]) => truth),
    decisions: task === "binary" ? Int32Array.from(scores, (score) => (score >= 0.5 ? 1 : 0)) : null,
    ...(task === "binary" && { costs: COSTS }),
    ...change,
  };
}

/** All metrics of a task that need no column of their own. */
const namesOf = (task: Task) =>
  taskMetrics[task].metrics.filter(({ needs }) => !Array.isArray(needs)).map(({ name }) => name);

function judged(task: Task, ours: JudgedRows, theirs: JudgedRows, jumping: boolean): Estimators[] {
  const metrics = namesOf(task)
    .map((name) => knownMetric(name, task) ?? expect.fail(name))
    .filter(({ jumps }) => jumping || !jumps);
  const groups = ours.groups?.values.length ?? null;
  const made = (rows: JudgedRows) => judgedSide(rows, metrics, unitsOf(rows, 7));
  return estimators(made(ours), made(theirs), true, {
    ...methodOf(groups, 7, metrics),
    ...(jumping && { replicates: 50 }),
  });
}

const close = (a: number | undefined, b: number | undefined) =>
  (Number.isNaN(a) && Number.isNaN(b)) ||
  a === b ||
  Math.abs((a ?? 0) - (b ?? 1)) <= 1e-6 * Math.max(1, Math.abs(a ?? 0));

type Differing = Pick<Estimators, "metric" | "difference">;

function same(found: readonly Differing[], expected: readonly Differing[], sign: 1 | -1 = 1): void {
  found.forEach(({ metric, difference }, i) => {
    const other = expected[i]?.difference;
    expect(close(difference?.value, sign * (other?.value ?? 0)), `${metric.name}: ${difference?.value}`).toBe(true);
    const [ends, against] = [difference?.interval(0.05), other?.interval(0.05)];
    const ordered = sign === 1 ? against : against && [-against[1], -against[0]];
    for (const end of [0, 1])
      expect(close(ends?.[end], ordered?.[end]), `${metric.name}: ${ends} and ${ordered}`).toBe(true);
  });
}

describe.each([
  ["binary", binaryRows],
  ["regression", regressionRows],
] as const)("laws of every metric of a %s task", (task, arbitrary) => {
  const days = (rows: readonly Row[]): JudgedRows["groups"] => {
    const codes = Int32Array.from(rows, (_, row) => row % 4);
    return { column: "day", codes, values: ["0", "1", "2", "3"] };
  };

  test("swapping the sides negates the difference and its interval, by rows and by groups", () => {
    fc.assert(
      fc.property(arbitrary, fc.boolean(), (rows, grouped) => {
        const change = { groups: grouped ? days(rows) : null };
        const [ours, theirs] = [side(task, rows, 1, change), side(task, rows, 2, change)];
        same(judged(task, theirs, ours, false), judged(task, ours, theirs, false), -1);
      }),
      { numRuns: 40, seed: 20261130 },
    );
  });

  test("multiplying all weights by one number changes no difference and no interval", () => {
    fc.assert(
      fc.property(arbitrary, fc.constantFrom(0.5, 3, 1000), fc.boolean(), (rows, by, grouped) => {
        const weighed = (factor: number) => {
          const change = {
            weights: Float64Array.from(rows, (row) => factor * row[3]),
            groups: grouped ? days(rows) : null,
          };
          return judged(task, side(task, rows, 1, change), side(task, rows, 2, change), false);
        };
        same(weighed(by), weighed(1));
      }),
      { numRuns: 40, seed: 20261130 },
    );
  });

  test("two equal rows of one group count as one of twice the weight", () => {
    fc.assert(
      fc.property(arbitrary, (rows) => {
        const twice = [...rows, ...rows.slice(0, 4)];
        const codes = Int32Array.from(twice, (_, row) => (row < rows.length ? row : row - rows.length) % 4);
        const group = (of: Int32Array) => ({ column: "day", codes: of, values: ["0", "1", "2", "3"] });
        const repeated = (which: 1 | 2) => side(task, twice, which, { groups: group(codes) });
        const heavy = (which: 1 | 2) =>
          side(task, rows, which, {
            groups: group(codes.slice(0, rows.length)),
            weights: Float64Array.from(rows, (_, row) => (row < 4 ? 2 : 1)),
          });
        // Without the least width of a difference, which knows more of more rows.
        const jackknifed = (ours: JudgedRows, theirs: JudgedRows) => {
          const metrics = judged(task, ours, theirs, false).map(({ metric }) => metric);
          const made = (rows: JudgedRows) => judgedSide(rows, metrics, unitsOf(rows, 7));
          return fromJackknife(made(ours), made(theirs), true);
        };
        const found = jackknifed(repeated(1), repeated(2));
        const expected = jackknifed(heavy(1), heavy(2));
        const binned = new Set(["brier_reliability", "brier_resolution"]); // their bins are cut by rows
        same(
          found.filter(({ metric }) => !binned.has(metric.name)),
          expected.filter(({ metric }) => !binned.has(metric.name)),
        );
      }),
      { numRuns: 40, seed: 20261130 },
    );
  });

  test("a metric that jumps is drawn alike for both sides: against itself it differs by nothing", () => {
    fc.assert(
      fc.property(arbitrary, (rows) => {
        const ours = side(task, rows, 1);
        for (const { metric, difference } of judged(task, ours, ours, true)) {
          if (!metric.jumps || !Number.isFinite(difference?.value)) continue;
          const [low, high] = difference?.interval(0.05) ?? [0, 0];
          expect([difference?.value, low + high], metric.name).toEqual([0, 0]);
        }
      }),
      { numRuns: 20, seed: 20261130 },
    );
  });
});
