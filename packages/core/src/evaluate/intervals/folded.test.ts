import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Generator, generator } from "../../statistics/generator.ts";
import { sums } from "../metrics/define.ts";
import type { Estimator } from "./estimator.ts";
import { between, folded } from "./folded.ts";

const signed = { ...sums("bias", () => 0), signed: { kind: "sums" as const, of: () => 0 } };
const fixed = (low: number, high: number): Estimator => ({
  value: (low + high) / 2,
  by: "t",
  interval: () => [low, high],
});
const own = (low: number, high: number) =>
  folded({ metric: signed, candidate: fixed(low, high), baseline: null, difference: null, sum: null }).candidate;

describe("the interval of an absolute value", () => {
  test("is that of the number without its sign, where the sign is sure", () => {
    expect(own(1, 3).interval(0.05)).toEqual([1, 3]);
    expect(own(-3, -1).interval(0.05)).toEqual([1, 3]);
    expect(own(-3, -1).value).toBe(2);
  });

  test("begins at zero where the number may be zero", () => {
    expect(own(-1, 3).interval(0.05)).toEqual([0, 3]);
    expect(own(-4, 3).interval(0.05)).toEqual([0, 4]);
  });
});

describe("the interval of a difference of absolute values", () => {
  test("is that of the difference of the numbers, where both are surely above zero", () => {
    expect(between([-1, 0.5], [8, 10])).toEqual([-1, 0.5]);
  });

  test("is that of their sum, where the signs are surely opposite", () => {
    expect(between([8, 10], [-1, 0.5])).toEqual([-1, 0.5]);
  });

  test("changes its sign, and nothing else, when the sides are swapped", () => {
    const interval = fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: 0, max: 50 }));
    fc.assert(
      fc.property(interval, interval, ([l, wide], [low, long]) => {
        const [from, to] = between([l, l + wide], [low, low + long]) as [number, number];
        expect(between([0 - l - wide, 0 - l], [low, low + long])).toEqual([0 - to, 0 - from]);
        expect(from).toBeLessThanOrEqual(to);
      }),
    );
  });

  /** Share of 95 % intervals that hold |a| − |b|, of normal estimates with standard error 1 and sd of b's `spread`, correlated. */
  function coverage(a: number, b: number, spread: number, correlation: number, source: Generator): number {
    const repeats = 20_000;
    const normal = () => Math.sqrt(-2 * Math.log(1 - source.fraction())) * Math.cos(2 * Math.PI * source.fraction());
    let held = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const shared = normal();
      const ours = a + shared;
      const theirs = b + spread * (correlation * shared + Math.sqrt(1 - correlation ** 2) * normal());
      const half = (sign: number) => 1.959964 * Math.sqrt(1 + spread ** 2 + 2 * sign * correlation * spread);
      const [d, s] = [ours - theirs, ours + theirs];
      const [low, high] = between([d - half(-1), d + half(-1)], [s - half(1), s + half(1)]) as [number, number];
      if (low <= Math.abs(a) - Math.abs(b) && Math.abs(a) - Math.abs(b) <= high) held++;
    }
    return held / repeats;
  }

  test("holds it at least 95 times in 100 wherever the two numbers lie", () => {
    const source = generator(20261130);
    for (const a of [0, 0.5, 1, 2, 6])
      for (const b of [0, -0.5, 1, 3])
        for (const [spread, correlation] of [
          [1, 0],
          [1, 0.8],
          [0.3, 0],
          [3, 0.5],
        ] as const)
          expect(coverage(a, b, spread, correlation, source), `${a}, ${b}, ${spread}, ${correlation}`).toBeGreaterThan(
            0.95 - 4 * Math.sqrt((0.95 * 0.05) / 20_000),
          );
  });
});
