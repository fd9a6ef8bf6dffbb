import { describe, expect, test } from "vitest";
import { covarianceOf, fieller, largestDeviations, spread } from "./disparity.ts";
import { generator } from "./generator.ts";

const diagonal = (...variances: number[]) =>
  variances.map((v, i) => Float64Array.from(variances, (_, j) => (i === j ? v : 0)));

/** Independent normal estimates of K groups, as sums of twelve uniforms have them to well within these tolerances. */
function estimates(truth: readonly number[], errors: readonly number[], seed: number): number[] {
  const source = generator(seed);
  const normal = () => Array.from({ length: 12 }, () => source.fraction()).reduce((sum, one) => sum + one, -6);
  return truth.map((value, i) => value + (errors[i] as number) * normal());
}

describe("how far groups lie apart", () => {
  test("of two groups is Student's interval upwards, and both directions' downwards", () => {
    const found = spread(
      { values: [0.7, 0.6], covariance: diagonal(0.0004, 0.0005), degrees: 1e9, largestDeviation: () => null },
      0.05,
    );
    expect(found.difference).toBeCloseTo(0.1, 12);
    expect(found.differenceInterval[1]).toBeCloseTo(0.1 + 1.959964 * 0.03, 6); // z of 97.5 %
    expect(found.differenceInterval[0]).toBeCloseTo(0.1 - 2.241403 * 0.03, 6); // z of 98.75 %
  });

  test("never leaves zero out of a difference that is none, nor one out of a ratio", () => {
    const found = spread(
      { values: [0.6, 0.6, 0.6], covariance: diagonal(1e-4, 1e-4, 1e-4), degrees: 50, largestDeviation: () => null },
      0.05,
    );
    expect(found.differenceInterval[0]).toBe(0);
    expect(found.ratioInterval[1]).toBe(1);
    expect(found.ratioInterval[0]).toBeLessThan(1);
  });

  test.each([
    ["equal", [0.6, 0.6, 0.6, 0.6], [0.02, 0.05, 0.02, 0.03]],
    ["unequal", [0.5, 0.6, 0.61, 0.62], [0.02, 0.05, 0.02, 0.03]],
    ["two and small", [0.4, 0.5], [0.05, 0.06]],
  ] as const)("holds the true one 95 times in 100 at least: %s groups", (_, truth, errors) => {
    const [apart, ratio] = [Math.max(...truth) - Math.min(...truth), Math.min(...truth) / Math.max(...truth)];
    let [held, heldRatio, under] = [0, 0, 0];
    const repetitions = 4_000;
    for (let seed = 0; seed < repetitions; seed++) {
      const values = estimates(truth, errors, seed);
      const covariance = diagonal(...errors.map((error) => error * error));
      const found = spread({ values, covariance, degrees: 1e9, largestDeviation: () => null }, 0.05);
      const [low, high] = found.differenceInterval;
      if (low <= apart && apart <= high) held++;
      if (low > apart) under++;
      if (found.ratioInterval[0] <= ratio && ratio <= found.ratioInterval[1]) heldRatio++;
    }
    expect(held / repetitions).toBeGreaterThan(0.94);
    expect(heldRatio / repetitions).toBeGreaterThan(0.94);
    expect(under / repetitions).toBeLessThan(0.035); // the side that makes a limit fail
  });
});

test("Fieller's interval is that of a ratio of means, and knows no end where the lower one may be zero", () => {
  // Roots of (100 − q²·4)ρ² − 2·50ρ + (25 − q²·1) = 0 at q = 2.
  expect(fieller(5, 10, [1, 4, 0], 2)).toEqual([
    expect.closeTo((50 - Math.sqrt(2500 - 84 * 21)) / 84, 12),
    expect.closeTo((50 + Math.sqrt(2500 - 84 * 21)) / 84, 12),
  ]);
  expect(fieller(5, 1, [1, 4, 0], 2)).toEqual([0, Number.POSITIVE_INFINITY]);
  expect(fieller(0, 0.5, [0.0001, 0.0001, 0], 1.96)[0]).toBe(0);
});

test("covariances and largest deviations come from the replicates in which every group has a value", () => {
  const replicates = [Float64Array.of(1, 3, Number.NaN), Float64Array.of(2, 6, 9)];
  const covariance = covarianceOf(replicates, [2, 4], (count) => 1 / (count - 1));
  expect(covariance.map((row) => [...row])).toEqual([
    [2, 4],
    [4, 8],
  ]);
  const deviations = largestDeviations([Float64Array.of(1, 3), Float64Array.of(2, 6)], [2, 4], covariance);
  expect([...deviations]).toEqual([expect.closeTo(1 / Math.SQRT2, 12), expect.closeTo(1 / Math.SQRT2, 12)]);
});
