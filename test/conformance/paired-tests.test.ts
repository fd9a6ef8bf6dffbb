import { expect, test } from "vitest";
import { mcnemar, mcnemarChiSquare, signFlip, wilcoxon } from "../../packages/core/src/statistics/paired-tests.ts";

/** Values of statsmodels' documentation (McNemar, from R) and of scipy 1.17. */
const near = (got: number, expected: number) =>
  expect(Math.abs(got - expected), `${got} for ${expected}`).toBeLessThan(1e-6 * expected);

test("McNemar's χ² of [[101, 121], [59, 33]], corrected and not", () => {
  expect(mcnemarChiSquare(121, 59, true).statistic).toBeCloseTo(20.672222, 6);
  near(mcnemarChiSquare(121, 59, true).p, 5.450095e-6);
  expect(mcnemarChiSquare(121, 59, false).statistic).toBeCloseTo(21.355556, 6);
  near(mcnemarChiSquare(121, 59, false).p, 3.815136e-6);
});

test("McNemar is exact under 25 discordant pairs, and mid-p from there", () => {
  expect(mcnemar(15, 5)).toEqual({ test: "mcnemar-exact", p: expect.closeTo(0.04138946533203125, 12) });
  const many = mcnemar(121, 59);
  expect(many.test).toBe("mcnemar-mid-p");
  near(many.p, 3.2666467957745733e-6);
  expect(mcnemar(0, 0).p).toBe(1);
  expect(mcnemar(7, 7).p).toBe(1);
  expect(mcnemar(0, 6).p).toBeCloseTo(2 / 64, 14);
});

const D = [
  0.30123, 0.598746, 0.025862, -0.590592, -0.154671, -0.691647, 0.360144, 1.640215, -0.192207, -0.320475, 0.789842,
  0.656887, 0.405414, -0.630468, 0.270748, 0.995303, -1.044215, -0.157616, -1.601223, -0.989538,
];

const E = [
  -1.4, 0.2, -0.9, 0.7, 0.6, 0.2, -2.1, -0.1, 0.4, 0.5, -1.1, -0.1, -0.6, -0.4, 1.5, -0.4, 0.4, 1.3, -0.2, 0.3, 0.5,
  0.5, -0.8, 0.5, 1.8, -1.1, 1.3, 0.5, -0.2, 2.4, 0, 0,
];

test.each([
  [0.4, 50, 0.039989471435546875],
  [0.8, 18, 0.0004825592041015625],
])("Wilcoxon's signed ranks, exact, shifted by %d", (shift, statistic, p) => {
  const got = wilcoxon(Float64Array.from(D, (one) => one + shift));
  expect(got.statistic).toBe(statistic);
  near(got.p, p);
});

test("Wilcoxon's signed ranks with ties and zeros", () => {
  const got = wilcoxon(Float64Array.from(E));
  expect(got.statistic).toBe(189.5);
  near(got.p, 0.37590354218448574);
});

test("the sign-flip test tries every way, and draws beyond 16 differences", () => {
  expect(signFlip(Float64Array.of(0.5, -0.2, 0.9, 1.3, -0.1, 0.4, 0, 0.8), 1)).toBe(0.0625);
  const drawn = signFlip(
    Float64Array.from(D, (one) => one + 0.4),
    1,
  );
  expect(
    signFlip(
      Float64Array.from(D, (one) => one + 0.4),
      1,
    ),
  ).toBe(drawn);
  expect(signFlip(new Float64Array(30), 1)).toBe(1);
});
