import { expect, test } from "vitest";
import { chiSquareSf } from "./distributions.ts";
import { generator, seedOf } from "./generator.ts";
import { holm } from "./holm.ts";

test("one seed gives one stream, another seed another", () => {
  const first = generator(7);
  const again = generator(7);
  const other = generator(8);
  const stream = Array.from({ length: 20 }, () => first.bits());
  expect(Array.from({ length: 20 }, () => again.bits())).toEqual(stream);
  expect(Array.from({ length: 20 }, () => other.bits())).not.toEqual(stream);
});

test("below(n) is uniform: χ² over 7 cells of 70,000 draws is not extreme", () => {
  const source = generator(1);
  const counts = new Array<number>(7).fill(0);
  for (let i = 0; i < 70_000; i++) {
    const cell = source.below(7);
    counts[cell] = (counts[cell] as number) + 1;
  }
  const statistic = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  expect(chiSquareSf(statistic, 6)).toBeGreaterThan(0.001);
});

test("fractions lie in [0, 1) with mean one half", () => {
  const source = generator(3);
  let sum = 0;
  for (let i = 0; i < 50_000; i++) {
    const fraction = source.fraction();
    expect(fraction >= 0 && fraction < 1).toBe(true);
    sum += fraction;
  }
  expect(Math.abs(sum / 50_000 - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / 50_000));
});

test("a seed is the first 32 bits of a digest", () => {
  expect(seedOf(`sha256:deadbeef${"0".repeat(56)}`)).toBe(0xdeadbeef);
});

test("Holm's adjustment of statsmodels' example values", () => {
  const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
  for (const [i, expected] of [0.03, 0.06, 0.06, 0.02].entries()) expect(adjusted[i]).toBeCloseTo(expected, 12);
  expect(holm([])).toEqual([]);
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
});
