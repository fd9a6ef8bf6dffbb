import { describe, expect, test } from "vitest";
import { type Generator, generator } from "../../statistics/generator.ts";
import { knownMetric } from "../metrics/metrics.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { type Estimators, estimators } from "./estimators.ts";
import { judgedSide } from "./judged-side.ts";

const normal = (source: Generator) =>
  Math.sqrt(-2 * Math.log(1 - source.fraction())) * Math.cos(2 * Math.PI * source.fraction());

/** Errors of two models on the same rows: the baseline's spread by `spread`. */
function errors(rows: number, spread: number, seed: number): [JudgedRows, JudgedRows] {
  const source = generator(seed);
  const labels = new Float64Array(rows);
  const scores = [1, spread].map((size) => labels.map(() => size * normal(source)));
  return scores.map((given) => ({
    task: "regression",
    rows,
    classes: [],
    labels,
    scores: given,
    decisions: null,
    weights: null,
    extra: {},
    groups: null,
  })) as unknown as [JudgedRows, JudgedRows];
}

function median(rows: number, spread: number, seed: number, paired = true): Estimators {
  const metric = knownMetric("median_absolute_error", "regression");
  if (metric === null) throw new Error("no such metric");
  const side = (given: JudgedRows) => judgedSide(given, [metric], { of: new Int32Array(rows), count: 1 });
  const [ours, theirs] = errors(rows, spread, seed).map(side);
  const method = { interval: "analytic", replicates: 400, seed } as const;
  return estimators(ours as never, theirs as never, paired, method)[0] as Estimators;
}

describe("a metric that moves in steps, on single rows", () => {
  test("is drawn anew: BCa under 200 rows, percentiles from there on", () => {
    expect(median(199, 1, 1).difference?.by).toBe("bca");
    expect(median(200, 1, 1).difference?.by).toBe("bootstrap");
    expect(median(2_500, 1, 1).candidate.by).toBe("bootstrap"); // in bundles
  });

  test("gives the same interval for the same seed", () => {
    expect(median(150, 1, 3).difference?.interval(0.05)).toEqual(median(150, 1, 3).difference?.interval(0.05));
  });

  test("is known from the rows it rests on: of ten hits in the first ten, not from all there are", () => {
    const rows = 285;
    const labels = Float64Array.from({ length: rows }, (_, row) => (row < 150 ? 1 : 0));
    const given = {
      ...errors(rows, 1, 1)[0],
      ...{ task: "binary", classes: ["0", "1"], labels, scores: labels.map((label, row) => label / 2 + row / 1_000) },
      decisions: Int32Array.from(labels),
    } as unknown as JudgedRows;
    for (const [name, trials] of [
      ["precision@10", 10],
      ["precision@50", 50],
    ] as const) {
      const metric = knownMetric(name, "binary") ?? expect.fail(name);
      const side = judgedSide(given, [metric], { of: new Int32Array(rows), count: 1 });
      const [own] = estimators(side, null, true, { interval: "analytic", replicates: 200, seed: 1 });
      expect(own?.candidate.interval(0.05)?.[0], name).toBeCloseTo(trials / (trials + 3.8414588), 6); // Wilson, all hits
    }
  });

  test.each([
    [100, true],
    [100, false],
    [400, true],
  ])(
    "covers the true median of |error| and its difference, %d rows, paired %s",
    (rows, paired) => {
      const [truth, repeats] = [0.6744897501960817, 150]; // of |N(0, 1)|: Φ⁻¹(3/4)
      let [own, difference] = [0, 0];
      for (let repeat = 0; repeat < repeats; repeat++) {
        const found = median(rows, 1.5, 100 + repeat, paired);
        const holds = (interval: readonly [number, number] | null, value: number) =>
          interval !== null && interval[0] <= value && value <= interval[1];
        if (holds(found.candidate.interval(0.05), truth)) own++;
        if (holds(found.difference?.interval(0.05) ?? null, truth * (1 - 1.5))) difference++;
      }
      const least = 0.95 - 4 * Math.sqrt((0.95 * 0.05) / repeats);
      expect(own / repeats).toBeGreaterThan(least);
      expect(difference / repeats).toBeGreaterThan(least);
    },
    60_000,
  );
});
