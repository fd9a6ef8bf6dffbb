import { expect, test } from "vitest";
import { profileOf } from "../../packages/core/src/data/build-profile.ts";
import type { NumericProfile } from "../../packages/core/src/data/profile.ts";
import { kolmogorovSf } from "../../packages/core/src/statistics/distributions.ts";
import {
  chiSquareOnCounts,
  fisherGreater,
  ksOnCounts,
  shareGrew,
} from "../../packages/core/src/statistics/two-sample.ts";

/** Values recomputed with scipy 1.10.1, and from the tests of scipy and of Evidently. */
const a = [38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0];
const b = [39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8];
const r = [16, 18, 16, 14, 12, 12];
const c = [16, 16, 16, 16, 16, 8];

/** Both samples counted over the values of both: then binned KS is KS. */
function ks(left: readonly number[], right: readonly number[]) {
  const all = [...new Set([...left, ...right])].sort((x, y) => x - y);
  const counts = (values: readonly number[]) => all.map((value) => values.filter((one) => one === value).length);
  return ksOnCounts(counts(left), counts(right));
}
const steps = (from: number, to: number, n: number) =>
  Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));

test("the KS distance is scipy's", () => {
  expect(ks(a, b).statistic).toBeCloseTo(0.625, 12);
  expect(
    ks(
      steps(1, 100, 100),
      steps(1, 100, 110).map((x) => x + 20.1),
    ).statistic,
  ).toBeCloseTo(232 / 1100, 12);
  expect(ks(a, a)).toEqual({ statistic: 0, pValue: 1, effect: 0 });
});

test("the KS p-value is near scipy's asymptotic one with 8 rows, and within 2 % with 100", () => {
  expect(ks(a, b).pValue).toBeCloseTo(0.04931640625, 2);
  const found = ks(
    steps(1, 100, 100),
    steps(1, 100, 110).map((x) => x + 20.1),
  ).pValue;
  expect(Math.abs(found / 0.015739183865607353 - 1)).toBeLessThan(0.02);
});

test("Kolmogorov's survival function at the usual levels", () => {
  expect(kolmogorovSf(1)).toBeCloseTo(0.2699996717, 9);
  expect(kolmogorovSf(1.3581)).toBeCloseTo(0.0499996304, 9);
  expect(kolmogorovSf(1.6276)).toBeCloseTo(0.0100015373, 9);
});

test("the two-sample χ² is the contingency test, not goodness of fit", () => {
  const found = chiSquareOnCounts(r, c);
  expect(found.statistic).toBeCloseTo(1.6224089635854342, 9);
  expect(found.pValue).toBeCloseTo(0.8985262394026607, 9);
  expect(found.df).toBe(5);
  expect(found.distance).toBeCloseTo(0.06818182, 8);
  expect(found.effect).toBe(0);
});

test("Fisher's exact test, one-sided: the lady tasting tea", () => {
  expect(fisherGreater(1, 4, 3, 4)).toBeCloseTo(0.24285714285714288, 12);
  expect(fisherGreater(0, 4, 4, 4)).toBeCloseTo(1 / 70, 12);
  expect(fisherGreater(0, 100, 0, 100)).toBe(1);
  expect(shareGrew(2, 5000, 5, 100)).toBeCloseTo(fisherGreater(2, 5000, 5, 100), 12);
});

test("a binned distance is never above the exact one, and at most one bin below it", () => {
  const profile = (values: number[], reference: { columns: NumericProfile[] } | null) =>
    profileOf(
      {
        rows: values.length,
        columns: new Map([["x", { type: "number", values: Float64Array.from(values), nulls: null }]]),
      },
      {
        source: "x",
        at: "2001-01-01T00:00:00Z",
        ...(reference === null ? {} : { reference: { ...empty, ...reference } }),
      },
    ).columns[0] as NumericProfile;
  const empty = profileOf({ rows: 0, columns: new Map() }, { source: "x", at: "2001-01-01T00:00:00Z" });
  const left = steps(0, 1, 3000).map((x) => x * x);
  const right = steps(0.01, 1.1, 700).map((x) => x ** 1.7);
  const before = profile(left, null);
  const binned = ksOnCounts(before.counts, profile(right, { columns: [before] }).counts).statistic;
  const exact = ks(left, right).statistic;
  expect(binned).toBeLessThanOrEqual(exact + 1e-12);
  expect(binned).toBeGreaterThan(exact - 1 / 250);
});
