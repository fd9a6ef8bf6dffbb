import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  chiSquareSf,
  kolmogorovSf,
  normalCdf,
  normalQuantile,
  studentTCdf,
  studentTQuantile,
} from "./distributions.ts";
import { logGamma, regularizedBeta } from "./special-functions.ts";

const relative = (actual: number, expected: number) => Math.abs(actual / expected - 1);

describe("known values (scipy.stats 1.10.1, R 4.2)", () => {
  test("normal", () => {
    expect(relative(normalCdf(1.959963984540054), 0.975)).toBeLessThan(1e-14);
    expect(relative(normalCdf(-5), 2.866515718791933e-7)).toBeLessThan(1e-12);
    expect(relative(normalCdf(-10), 7.61985302416052e-24)).toBeLessThan(1e-12);
    expect(relative(normalQuantile(0.975), 1.959963984540054)).toBeLessThan(1e-14);
    expect(relative(normalQuantile(1e-10), -6.361340902404056)).toBeLessThan(1e-12);
  });
  test("Student's t", () => {
    expect(relative(studentTQuantile(0.975, 27), 2.051830516480284)).toBeLessThan(1e-12);
    expect(relative(studentTQuantile(0.975, 1), 12.706204736174694)).toBeLessThan(1e-11);
    expect(relative(studentTQuantile(0.975, 2), 4.302652729749464)).toBeLessThan(1e-11);
    expect(relative(studentTQuantile(0.975, 1e6), 1.9599663) - 0).toBeLessThan(1e-6);
    expect(studentTCdf(0, 5)).toBe(0.5);
  });
  test("χ²", () => {
    expect(relative(chiSquareSf(3.841458820694124, 1), 0.05)).toBeLessThan(1e-12);
    expect(relative(chiSquareSf(1.6224089635854342, 5), 0.8985262394026607)).toBeLessThan(1e-12);
    expect(relative(chiSquareSf(20.672222222222224, 1), 5.450094825e-6)).toBeLessThan(1e-6);
    expect(relative(chiSquareSf(1000, 1000), 0.4940528538292396)).toBeLessThan(1e-11); // e^−500 Σ 500^k / k!, k < 500
  });
  test("Kolmogorov", () => {
    expect(Math.abs(kolmogorovSf(1.0) - 0.2699996717)).toBeLessThan(1e-10);
    expect(Math.abs(kolmogorovSf(1.3581) - 0.0499996304)).toBeLessThan(1e-10);
    expect(Math.abs(kolmogorovSf(1.6276) - 0.0100015373)).toBeLessThan(1e-10);
    expect(Math.abs(kolmogorovSf(1.18 - 1e-9) - kolmogorovSf(1.18))).toBeLessThan(1e-8);
  });
  test("ln Γ and the incomplete beta", () => {
    expect(relative(Math.exp(logGamma(6)), 120)).toBeLessThan(1e-13);
    expect(relative(logGamma(0.5), Math.log(Math.sqrt(Math.PI)))).toBeLessThan(1e-13);
    expect(relative(regularizedBeta(0.3, 2, 3), 0.3483)).toBeLessThan(1e-12); // Σ C(4,k) .3^k .7^(4−k), k = 2…4
  });
});

test("quantiles undo the cumulative distributions", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }),
      fc.double({ min: 0.5, max: 1000, noNaN: true }),
      (p, df) => {
        expect(Math.abs(normalCdf(normalQuantile(p)) - p)).toBeLessThan(1e-13);
        expect(Math.abs(studentTCdf(studentTQuantile(p, df), df) - p)).toBeLessThan(1e-10);
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});
