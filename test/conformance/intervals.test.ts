import { describe, expect, test } from "vitest";
import { signFlip, wilcoxon } from "../../packages/core/src/statistics/paired-tests.ts";
import { clopperPearson } from "../../packages/core/src/statistics/proportion.ts";
import { bcaInterval } from "../../packages/core/src/statistics/resampling.ts";

/** Values of scipy 1.17.1. */
test.each([
  [8, 10, 0.4439045376923585, 0.9747892736731665],
  [3, 7, 0.09898827844243689, 0.81594843235993],
  [0, 20, 0, 0.16843347098308548],
  [29, 29, 0.8805551309302788, 1],
])("Clopper & Pearson's interval of %d in %d (binomtest, method exact)", (successes, trials, low, high) => {
  const found = clopperPearson(successes, trials, 0.05);
  expect(found[0]).toBeCloseTo(low, 11);
  expect(found[1]).toBeCloseTo(high, 11);
});

describe("BCa, from replicates that scipy.stats.bootstrap was given as well", () => {
  const x = [2.13, 0.417, 3.329, 5.951, 1.243, 0.827, 7.471, 2.619, 1.937, 4.403, 0.359, 2.2871];
  const y = [1.1013, 0.9079, 2.8331, 3.1457, 6.2411, 0.2917, 1.7233];
  const root = (values: readonly number[]) => Math.sqrt(values.reduce((sum, one) => sum + one, 0) / values.length);
  let state = 7; // Park & Miller's generator, in Python and here
  const drawn = (values: readonly number[]) =>
    values.map(() => {
      state = (48_271 * state) % (2 ** 31 - 1);
      return values[Math.floor((state / (2 ** 31 - 1)) * values.length)] as number;
    });
  const without = (values: readonly number[]) => values.map((_, i) => root(values.filter((_, k) => k !== i)));
  const one = Float64Array.from({ length: 999 }, () => root(drawn(x))).sort();
  const two = Float64Array.from({ length: 999 }, () => root(drawn(x)) - root(drawn(y))).sort();

  test("of one sample, at 95 %", () => {
    const [low, high] = bcaInterval(one, root(x), [without(x)], 0.05);
    expect(low).toBeCloseTo(1.3058482437478267, 10);
    expect(high).toBeCloseTo(2.047183074648722, 10);
  });

  test("of the difference of two, at 90 %", () => {
    const [own, other] = [without(x).map((value) => value - root(y)), without(y).map((value) => root(x) - value)];
    const [low, high] = bcaInterval(two, root(x) - root(y), [own, other], 0.1);
    expect(low).toBeCloseTo(-0.39884396863692156, 10);
    expect(high).toBeCloseTo(0.5765941040984112, 10);
  });
});

test("the sign-flip test, all ways, is permutation_test's, and Wilcoxon's is wilcoxon's", () => {
  const few = Float64Array.of(0.5, -0.2, 0.9, 1.3, -0.1, 0.4, 0, 0.8);
  const more = Float64Array.of(0.7, -0.3, 1.1, 0.25, -0.6, 0.9, 0.05, 1.4, -0.15, 0.33, 0.8);
  expect(signFlip(few, 1)).toBeCloseTo(0.0625, 12);
  expect(signFlip(more, 1)).toBeCloseTo(0.0595703125, 12);
  expect(wilcoxon(more).p).toBeCloseTo(0.0673828125, 12);
});
