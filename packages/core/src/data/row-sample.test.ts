import { describe, expect, test } from "vitest";
import { generator } from "../statistics/generator.ts";
import { canonicalHashes } from "./row-hash.ts";
import { RowSample } from "./row-sample.ts";
import type { Column, Table } from "./table.ts";

const numbers = (values: readonly number[], type: "number" | "boolean" | "time" = "number"): Column => ({
  type,
  values: Float64Array.from(values),
  nulls: null,
});
const text = (values: readonly string[]): Column => {
  const dictionary = [...new Set(values)];
  return { type: "text", codes: Int32Array.from(values, (value) => dictionary.indexOf(value)), dictionary };
};
const table = (columns: Record<string, Column>): Table => {
  const first = Object.values(columns)[0] as Column;
  const rows = first.type === "text" ? first.codes.length : first.values.length;
  return { rows, columns: new Map(Object.entries(columns)) };
};
const hashesOf = (column: Column) => {
  const { low, high } = canonicalHashes(table({ x: column }), ["x"]);
  return Array.from(low, (word, row) => `${high[row]} ${word}`);
};

describe("a row's hash", () => {
  test("is the same whether a number, a truth value or a day came as such or as text", () => {
    expect(hashesOf(text(["1", "-2.5", "1e+21"]))).toEqual(hashesOf(numbers([1, -2.5, 1e21])));
    expect(hashesOf(text(["true", "false"]))).toEqual(hashesOf(numbers([1, 0], "boolean")));
    expect(hashesOf(text(["2001-01-05", "2001-01-05T06:30:00Z"]))).toEqual(
      hashesOf(numbers([Date.UTC(2001, 0, 5), Date.UTC(2001, 0, 5, 6, 30)], "time")),
    );
    expect(hashesOf(numbers([0]))).toEqual(hashesOf(numbers([-0])));
  });
  test("is another for text that only looks like a number", () => {
    const hashes = hashesOf(text(["7", "07", "7.0", " 7", "", "NaN", "Infinity", "constructor", "__proto__"]));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
  test("depends on every column, and on their order", () => {
    const given = table({ a: numbers([1, 2, 1]), b: numbers([2, 1, 3]) });
    const { low } = canonicalHashes(given, ["a", "b"]);
    expect(new Set(low).size).toBe(3);
    expect(canonicalHashes(given, ["b", "a"]).low).not.toEqual(low);
  });
  test("has evenly spread bits in both words, so that rows can be sampled by them", () => {
    const { low, high } = canonicalHashes(table({ x: numbers(Array.from({ length: 100_000 }, (_, i) => i)) }), ["x"]);
    for (const words of [low, high])
      for (let bit = 0; bit < 32; bit++) {
        const ones = words.reduce((sum, word) => sum + ((word >>> bit) & 1), 0);
        expect(Math.abs(ones - 50_000)).toBeLessThan(5 * Math.sqrt(25_000));
      }
  });
});

describe("a sample of rows", () => {
  const sampled = (values: readonly number[], most?: number) => {
    const sample = new RowSample(most);
    sample.addAll(canonicalHashes(table({ x: numbers(values) }), ["x"]));
    return sample;
  };
  test("holds every row while it has room, and how often each occurred", () => {
    const sample = sampled([1, 2, 2, 3, 3, 3]);
    expect([sample.distinct, sample.halvings]).toEqual([3, 0]);
    const times: number[] = [];
    sample.each((_low, _high, count) => times.push(count));
    expect(times.sort()).toEqual([1, 2, 3]);
    expect(sample.chanceOfRepeat()).toBe(1); // 1 − N₁/n + 3/n, N₁ = 1 and n = 6
    expect(sampled([...Array(90).keys(), ...Array(10).keys()]).chanceOfRepeat()).toBeCloseTo(0.23, 12);
  });
  test("halves what it takes when it is full, and is the same whatever the order of the rows", () => {
    const values = Array.from({ length: 20_000 }, (_, i) => i);
    const sample = sampled(values, 1000);
    expect(sample.halvings).toBeGreaterThanOrEqual(4);
    expect(sample.distinct).toBeLessThanOrEqual(1000);
    const kept = (of: RowSample) => {
      const rows: string[] = [];
      of.each((low, high, times) => rows.push(`${high} ${low} ${times}`));
      return rows.sort();
    };
    expect(kept(sampled(values.toReversed(), 1000))).toEqual(kept(sample));
    expect(kept(sampled(values).thinned(1000))).toEqual(kept(sample));
    const { low, high } = canonicalHashes(table({ x: numbers(values) }), ["x"]);
    for (let row = 0; row < values.length; row++)
      expect(sample.has(low[row] as number, high[row] as number)).toBe(sample.covers(high[row] as number));
  });
  test("tells the chance that one more row repeats one: on draws from 5,000 values, within four standard errors", () => {
    const source = generator(3);
    const draw = () => Math.floor(5000 * source.fraction() ** 2);
    const sample = sampled(Array.from({ length: 4000 }, draw));
    const seen = new Set<string>();
    sample.each((low, high) => seen.add(`${low} ${high}`));
    const { low, high } = canonicalHashes(table({ x: numbers(Array.from({ length: 40_000 }, draw)) }), ["x"]);
    const share = low.reduce((sum, word, row) => sum + (seen.has(`${word} ${high[row]}`) ? 1 : 0), 0) / 40_000;
    expect(Math.abs(sample.chanceOfRepeat() - share)).toBeLessThan(4 * Math.sqrt(0.25 / 4000));
  });
});
