import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { student } from "../evaluate/intervals/estimator.ts";
import { normalCdf, normalQuantile, studentTCdf, studentTQuantile } from "./distributions.ts";
import { twoSidedP } from "./interval-inversion.ts";

const normal = (value: number, error: number) => (alpha: number) => {
  const half = normalQuantile(1 - alpha / 2) * error;
  return [value - half, value + half] as const;
};

describe("the p-value that intervals stand for", () => {
  test.each([
    ["1.96 standard errors", 1.959963984540054, 0.05],
    ["one", 1, 2 * normalCdf(-1)],
    ["three, below zero", -3, 2 * normalCdf(-3)],
    ["none at all", 0, 1],
    ["too many to tell apart", 40, 1e-9],
  ])("of a normal estimate, %s from zero", (_, z, p) => expect(twoSidedP(normal(z, 1))).toBeCloseTo(p, 9));

  test("is Student's own with few degrees of freedom", () => {
    const interval = (alpha: number) => {
      const half = studentTQuantile(1 - alpha / 2, 4);
      return [2.5 - half, 2.5 + half] as const;
    };
    expect(twoSidedP(interval)).toBeCloseTo(2 * studentTCdf(-2.5, 4), 9);
  });

  test("never says otherwise than the interval", () => {
    const numbers = fc.record({
      value: fc.double({ min: -5, max: 5, noNaN: true }),
      error: fc.double({ min: 0.01, max: 3, noNaN: true }),
      alpha: fc.double({ min: 0.001, max: 0.5, noNaN: true }),
    });
    fc.assert(
      fc.property(numbers, ({ value, error, alpha }) => {
        const interval = normal(value, error);
        const [low, high] = interval(alpha);
        fc.pre(Math.min(Math.abs(low), Math.abs(high)) > 1e-6);
        expect((twoSidedP(interval) as number) < alpha).toBe(low > 0 || high < 0);
      }),
    );
  });

  test("is none where there is no interval", () => expect(twoSidedP(() => null)).toBeNull());
});

test("the closed form of a t interval's p-value is what inverting its intervals finds", () => {
  for (const [value, error, degrees] of [
    [0.3, 0.1, 7],
    [-0.02, 0.011, 29],
    [1, 3, 1],
    [0, 1, 12],
    [5, 0.1, 2],
    [0.004, 0.001, 480_000],
  ] as const) {
    const { p, interval } = student(value, error, degrees, "t");
    expect(p).toBeCloseTo(twoSidedP(interval) as number, 9);
  }
});
