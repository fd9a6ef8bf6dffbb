import { describe, expect, test } from "vitest";
import { type IdHashes, idHashes, matchHashes } from "./id-hash.ts";
import { canonicalIds, matchRows } from "./match-rows.ts";
import type { Column } from "./table.ts";

const texts = (words: readonly string[]): Column => ({
  type: "text",
  codes: Int32Array.from(words, (_, code) => code),
  dictionary: words,
});
const text = (...words: string[]) => texts(words);
const numbers = (...values: number[]): Column => ({ type: "number", values: Float64Array.from(values), nulls: null });
const rows = (ids: Column) => (ids.type === "text" ? ids.codes.length : ids.values.length);

/** Both ways of finding a row, which must agree. */
const match = (ids: Column, keys: Column) => {
  const found = [...matchRows(ids, rows(ids), keys)];
  expect([...matchHashes(ids, idHashes(keys))]).toEqual(found);
  return found;
};

describe("rows are found by their id", () => {
  test("wherever they stand, and are −1 where they are not", () => {
    expect(match(text("a", "b", "c"), text("c", "x", "a"))).toEqual([2, -1, 0]);
    expect(match(numbers(3, 1, 2), numbers(1, 3))).toEqual([1, 0, -1]);
  });

  test("a number is found by its text in any form, and the other way round", () => {
    expect(match(numbers(7, 8.5, -3), text("8.50", " 7", "-3.0"))).toEqual([1, 0, 2]);
    expect(match(text("7.0", "8.5", "1e3"), numbers(8.5, 7, 1000))).toEqual([1, 0, -1]);
    expect(match(text("007", "7"), numbers(7))).toEqual([-1, 0]);
  });

  test("ids of more digits than a number holds stay apart, one from the next", () => {
    const ids = text("9007199254740992", "9007199254740993", "12345678901234567890", "12345678901234567891");
    expect(match(ids, ids)).toEqual([0, 1, 2, 3]);
    expect(match(text("0.1234567890123456781"), text("0.1234567890123456789"))).toEqual([-1]);
    expect(match(text("9007199254740991.0"), numbers(9007199254740991))).toEqual([0]);
  });

  test("long whole numbers are one id in any form too", () => {
    expect(match(text("12345678901234567890.0"), text(" 12345678901234567890"))).toEqual([0]);
    expect(match(text("-12345678901234567890"), text("12345678901234567890"))).toEqual([-1]);
  });

  test("a column in canonical form has each id once in its dictionary, and is the same column where it had", () => {
    const ids = text("7", "7.0", "x", " 7", "-0");
    expect(canonicalIds({ ...ids, codes: Int32Array.of(3, -1, 2, 1, 0, 4) } as Column)).toEqual({
      type: "text",
      codes: Int32Array.of(0, -1, 1, 0, 0, 2),
      dictionary: ["7", "x", "0"],
    });
    const names = text("a", "7");
    expect(canonicalIds(names)).toBe(names);
  });

  test("hostile ids are ids like others", () => {
    const ids = [
      "constructor",
      "__proto__",
      "",
      "\u202Eevil",
      "@team",
      "<b>",
      "x".repeat(5_000),
      "\ud800",
      "\ud801",
      "a\0",
    ];
    expect(match(text(...ids), text(...ids.toReversed()))).toEqual(ids.map((_, row) => ids.length - 1 - row));
  });
});

describe("ids known by their hashes", () => {
  test("hash to the same words on every machine, for ever: files keep them", () => {
    const { low, high } = idHashes(text("", "a", "flight-00000017", "naïve ✈"));
    expect(
      Array.from(low, (word, row) => [high[row], word].map((one) => one?.toString(16).padStart(8, "0")).join("")),
    ).toMatchInlineSnapshot(`
      [
        "a3c512d374f018ba",
        "2202d17700dd09bc",
        "1d5766f5125adcba",
        "11cc43cc79689379",
      ]
    `);
  });

  test("of a million alike ones no two share a hash, and each word collides as often as chance would have it", () => {
    const count = 1_000_000;
    const ids = Array.from({ length: count }, (_, row) => `user-${String(row).padStart(8, "0")}`);
    const { low, high } = idHashes(texts(ids));
    const collisions = (of: Iterable<number>) => count - new Set(of).size;
    expect(collisions(Float64Array.from(low, (word, row) => (word >>> 11) * 2 ** 32 + (high[row] as number)))).toBe(0);
    const chance = count ** 2 / 2 / 2 ** 32; // 116 ± 11
    for (const word of [low, high]) expect(Math.abs(collisions(word) - chance)).toBeLessThan(4 * Math.sqrt(chance));
  });

  test("of different ids with one hash none is matched, and the others are", () => {
    const short = (ids: Column): IdHashes => {
      const { low, high } = idHashes(ids);
      return { low: low.map((_, row) => (row < 2 || rows(ids) < 3 ? 1 : 2)), high: high.fill(0) };
    };
    const keys = { low: Uint32Array.of(2, 1), high: Uint32Array.of(0, 0) };
    expect([...matchHashes(text("a", "b", "c"), keys, short)]).toEqual([-1, -1, 0]);
    expect([...matchHashes(text("7", "7.0", "c"), keys, short)]).toEqual([1, 1, 0]); // one id, written twice
  });
});
