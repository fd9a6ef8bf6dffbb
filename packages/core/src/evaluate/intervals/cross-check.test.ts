import { describe, expect, test } from "vitest";
import { generator } from "../../statistics/generator.ts";
import { wilcoxon } from "../../statistics/paired-tests.ts";
import { knownMetric } from "../metrics/metrics.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { crossCheck } from "./cross-check.ts";
import { judgedSide } from "./judged-side.ts";

const scores = (values: readonly number[], change: Partial<JudgedRows> = {}): JudgedRows => ({
  task: "scores",
  rows: values.length,
  classes: [],
  labels: null,
  scores: Float64Array.from(values),
  decisions: null,
  weights: null,
  extra: {},
  groups: null,
  ...change,
});
const groups = (codes: readonly number[]): JudgedRows["groups"] => ({
  column: "day",
  codes: Int32Array.from(codes),
  values: Array.from(new Set(codes), String),
});

function second(ours: JudgedRows, theirs: JudgedRows, paired = true, name = "mean_score") {
  const metric = knownMetric(name, ours.task);
  if (metric === null) throw new Error(`no metric ${name}`);
  const units =
    ours.groups === null
      ? { of: new Int32Array(ours.rows), count: 1 }
      : { of: ours.groups.codes, count: ours.groups.values.length };
  return crossCheck(metric, judgedSide(ours, [metric], units), judgedSide(theirs, [metric], units), paired, 7);
}

const normals = (count: number, seed: number) => {
  const source = generator(seed);
  const one = () => Math.sqrt(-2 * Math.log(1 - source.fraction())) * Math.cos(2 * Math.PI * source.fraction());
  return Array.from({ length: count }, one);
};

describe("a second opinion on a mean", () => {
  test("flips signs under 50 pairs and ranks from there on", () => {
    const zeros = (count: number) => scores(Array(count).fill(0));
    expect(second(scores(normals(49, 1)), zeros(49))?.name).toBe("sign-flip");
    const many = normals(50, 1);
    expect(second(scores(many), zeros(50))).toEqual({ name: "wilcoxon", p: wilcoxon(Float64Array.from(many)).p });
  });

  test("takes the rows of a group for one pair", () => {
    const rows = 600;
    const days = Array.from({ length: rows }, (_, row) => Math.floor(row / 100));
    const effects = [1, 1, 1, 1, -1, -1];
    const ours = days.map((day) => effects[day] as number);
    const day = { groups: groups(days) };
    const grouped = second(scores(ours, day), scores(Array(rows).fill(0), day));
    expect(grouped?.name).toBe("sign-flip");
    expect(grouped?.p).toBeGreaterThan(0.5);
    expect(second(scores(ours), scores(Array(rows).fill(0)))?.p).toBeLessThan(1e-6);
  });

  test("weighs rows inside their group", () => {
    const day = { groups: groups([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]) };
    const ours = [1, -1, 1, -1, 1, -1, 1, -1, 1, -1];
    const theirs = scores(Array(10).fill(0), day);
    expect(second(scores(ours, day), theirs)?.p).toBe(1);
    const weights = Float64Array.from(ours, (one) => (one > 0 ? 2 : 1));
    expect(second(scores(ours, { ...day, weights }), theirs)?.p).toBe(2 / 32);
  });

  test("is not given for rows that are not paired, or count differently without groups", () => {
    expect(second(scores([1, 2]), scores([1, 3]), false)).toBeNull();
    expect(second(scores([1, 2], { weights: Float64Array.of(1, 2) }), scores([1, 3]))).toBeNull();
  });

  test.each([
    [30, "sign-flip"],
    [120, "wilcoxon"],
  ])("of equal models it is under 0.05 five times in a hundred, %d pairs", (pairs, name) => {
    const repeats = pairs < 50 ? 300 : 2_000; // signs are flipped 9,999 times each
    let under = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const [ours, theirs] = [normals(pairs, 2 * repeat), normals(pairs, 2 * repeat + 1)];
      const found = second(scores(ours), scores(theirs));
      expect(found?.name).toBe(name);
      if ((found?.p ?? 1) < 0.05) under++;
    }
    expect(Math.abs(under / repeats - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / repeats));
  });
});
