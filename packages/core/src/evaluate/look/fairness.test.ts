import { describe, expect, test } from "vitest";
import { studentTQuantile } from "../../statistics/distributions.ts";
import { generator } from "../../statistics/generator.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { knownMetric } from "../metrics/metrics.ts";
import type { Factor } from "../rows/factor.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { fairness } from "./fairness.ts";

const metric = (name: string) => knownMetric(name, "binary") as MetricDefinition;
const how = { alpha: 0.05, seed: 7 };

/** Half of the rows positive, found with the recall of their group; `sizes` rows a group. */
function made(sizes: readonly number[], recall: readonly number[], seed = 1, days: number | null = null) {
  const source = generator(seed);
  const rows = sizes.reduce((sum, size) => sum + size, 0);
  const codes = new Int32Array(rows);
  const [labels, scores] = [new Float64Array(rows), new Float64Array(rows)];
  const day = new Int32Array(rows);
  let row = 0;
  sizes.forEach((size, group) => {
    for (let i = 0; i < size; i++, row++) {
      codes[row] = group;
      labels[row] = i & 1;
      const found = source.fraction() < (recall[group] as number);
      scores[row] = labels[row] === 1 ? (found ? 0.9 : 0.1) : 0.2;
      day[row] = days === null ? 0 : source.below(days);
    }
  });
  const factor: Factor = { column: "sex", codes, values: sizes.map((_, group) => `g${group}`) };
  const candidate: JudgedRows = {
    task: "binary",
    rows,
    classes: ["0", "1"],
    labels,
    scores,
    decisions: Int32Array.from(scores, (score) => (score >= 0.5 ? 1 : 0)),
    weights: null,
    extra: {},
    groups:
      days === null ? null : { column: "day", codes: day, values: Array.from({ length: days }, (_, d) => String(d)) },
  };
  return { factor, candidate, baseline: null };
}
const of = (name: string, { factor, ...rows }: ReturnType<typeof made>) =>
  fairness(factor, metric(name), { ...rows, ...how });

describe("a metric in the groups of a sensitive column", () => {
  test("is the group's own, with difference and ratio as Fairlearn defines them", () => {
    const { factor, ...rows } = made([400, 400, 400], [0.9, 0.6, 0.8]);
    const found = fairness(factor, metric("recall"), { ...rows, baseline: rows.candidate, ...how });
    const own = found.groups.map(({ candidate }) => candidate?.value ?? 0);
    for (const [group, value] of own.entries()) {
      const positives = [...factor.codes.keys()].filter(
        (row) => factor.codes[row] === group && rows.candidate.labels?.[row] === 1,
      );
      const hits = positives.filter((row) => rows.candidate.decisions?.[row] === 1).length;
      expect(value).toBeCloseTo(hits / positives.length, 12);
    }
    expect(found.candidate).toMatchObject({ lowest: "g1", highest: "g0" });
    expect(found.candidate?.difference.value).toBeCloseTo(Math.max(...own) - Math.min(...own), 12);
    expect(found.candidate?.ratio?.value).toBeCloseTo(Math.min(...own) / Math.max(...own), 12);
    expect(found.groups[0]).toMatchObject({ rows: 400, support: 200, judged: true });
    expect(found.baseline).toEqual(found.candidate);
  });

  test("of a small group, or of one without trials, is shown and in no difference", () => {
    const found = of("recall", made([400, 400, 20], [0.8, 0.8, 0]));
    expect(found.groups[2]).toMatchObject({ value: "g2", judged: false, candidate: { value: 0, interval: null } });
    expect(found.candidate?.difference.value).toBeLessThan(0.1);
    expect(of("recall", made([400, 18], [0.8, 0.8])).candidate).toBeNull();
  });

  test("a group with rows enough and under ten trials is set apart as well", () => {
    const { factor, candidate, baseline } = made([400, 100], [0.8, 0.8]);
    const positives = (least: number) =>
      candidate.labels?.map((label, row) => (row >= 400 + least ? 0 : label)) ?? null;
    const judged = (rows: number) => {
      const found = of("recall", { factor, candidate: { ...candidate, labels: positives(rows) }, baseline });
      return found.groups.map(({ support, judged }) => [support, judged]);
    };
    expect(judged(18)).toEqual([
      [200, true],
      [9, false],
    ]);
    expect(judged(20)).toEqual([
      [200, true],
      [10, true],
    ]);
  });

  test("thirty days say of a mean what their means do: the draws' variance times n / (n − 1)", () => {
    const { factor, candidate, baseline } = made([300, 300], [0.8, 0.8]);
    const codes = Int32Array.from({ length: 600 }, (_, row) => row % 30);
    const groups = { column: "day", codes, values: Array.from({ length: 30 }, (_, day) => `${day}`) };
    const source = generator(3);
    const rows = { ...candidate, groups, scores: candidate.labels?.map(() => source.fraction()) ?? null };
    const means = Array.from({ length: 30 }, (_, day) => {
      let sum = 0;
      for (let row = day; row < 300; row += 30)
        sum += ((rows.scores?.[row] as number) - (rows.labels?.[row] as number)) ** 2 / 10;
      return sum;
    });
    const mean = means.reduce((sum, one) => sum + one / 30, 0);
    const error = Math.sqrt(means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 29 / 30);
    let ratio = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const found = fairness(factor, metric("brier"), { candidate: rows, baseline, alpha: 0.05, seed });
      const [low, high] = found.groups[0]?.candidate?.interval ?? expect.fail("no interval");
      ratio += (high - low) / 2 / (studentTQuantile(0.975, 29) * error) / 40;
    }
    // Without n / (n − 1) it is 0.983; forty times 2,000 draws tell it within 0.003.
    expect(ratio).toBeGreaterThan(0.994);
    expect(ratio).toBeLessThan(1.006);
  });

  test("selection rate and false positive rate are there for it", () => {
    const rows = made([400, 400], [0.9, 0.5]);
    expect(of("selection_rate", rows).candidate?.difference.value).toBeCloseTo(0.2, 1);
    expect(of("false_positive_rate", rows).candidate).toMatchObject({ difference: { value: 0 }, ratio: null });
  });

  test("a recall of one everywhere is not known to be the same everywhere", () => {
    const found = of("recall", made([60, 60], [1, 1]));
    expect(found.candidate?.difference.value).toBe(0);
    expect(found.candidate?.difference.interval?.[1]).toBeGreaterThan(0.05);
  });

  test("more than fifty groups are no groups that people belong to", () => {
    const found = of(
      "accuracy",
      made(
        Array.from({ length: 70 }, () => 40),
        Array.from({ length: 70 }, () => 0.7),
      ),
    );
    expect(found).toMatchObject({ big: 70, more: 10, candidate: null });
    expect(found.groups).toHaveLength(60);
  });

  test("columns of any name and values of any length are text", () => {
    const { factor, ...rows } = made([100, 100], [0.8, 0.6]);
    const found = fairness(
      { ...factor, column: "__proto__", values: ["constructor", `<b>${"x".repeat(5_000)}`] },
      metric("recall"),
      { ...rows, ...how },
    );
    expect(found.column).toBe("__proto__");
    expect(found.groups[1]?.value).toHaveLength(300);
  });
});

describe("its intervals hold the true difference and ratio 95 times in 100 at least", () => {
  const truth = [0.8, 0.8, 0.6];
  test.each([
    ["rows", null],
    ["45 days", 45],
    ["20 days", 20],
  ] as const)("%s", (_, days) => {
    const repetitions = days === null ? 40 : 120;
    let [held, ratios] = [0, 0];
    for (let seed = 1; seed <= repetitions; seed++) {
      const { candidate } = of("recall", made([240, 160, 120], truth, seed, days));
      const [low, high] = candidate?.difference.interval ?? [1, 0];
      if (low <= 0.2 && 0.2 <= high) held++;
      const [least, most] = candidate?.ratio?.interval ?? [1, 0];
      if (least <= 0.75 && 0.75 <= most) ratios++;
    }
    // Three standard errors of the repetitions under 95 %.
    expect(held / repetitions).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.05 * 0.95) / repetitions));
    expect(ratios / repetitions).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.05 * 0.95) / repetitions));
  });

  test("equal groups seldom look unequal", () => {
    let wrong = 0;
    for (let seed = 1; seed <= 50; seed++)
      if ((of("recall", made([200, 120, 80], [0.7, 0.7, 0.7], seed)).candidate?.difference.interval?.[0] ?? 0) > 0)
        wrong++;
    expect(wrong).toBeLessThanOrEqual(5); // 2.5 % and three standard errors
  });
});
