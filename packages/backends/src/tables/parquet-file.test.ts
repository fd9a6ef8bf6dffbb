import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Column, Table } from "@trainyard/core";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTables } from "./open-tables.ts";
import { storedNumbers } from "./stored-numbers.ts";

const tables = openTables();
let folder: string;
let file: string;
let written = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parquet-"));
  file = join(folder, "table.parquet");
});
afterEach(() => rmSync(folder, { recursive: true }));

const numbers = (values: Iterable<number>): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});
const text = (words: readonly string[]): Column => {
  const dictionary = [...new Set(words)];
  return { type: "text", codes: Int32Array.from(words, (word) => dictionary.indexOf(word)), dictionary };
};
const table = (columns: Record<string, Column>): Table => {
  const [first] = Object.values(columns) as [Column];
  return {
    rows: first.type === "text" ? first.codes.length : first.values.length,
    columns: new Map(Object.entries(columns)),
  };
};
const back = async (given: Table) => {
  const path = join(folder, `${written++}.parquet`);
  await tables.write(path, "table.parquet", given);
  return { table: await tables.read(path, "table.parquet"), bytes: readFileSync(path) };
};
const words = (column: Column | undefined) =>
  column?.type === "text" ? Array.from(column.codes, (code) => column.dictionary[code]) : null;
const values = (column: Column | undefined) => (column?.type === "number" ? [...column.values] : null);

describe("numbers are stored in the smallest type that gives each of them back", () => {
  test.each([
    ["whole numbers", [3, -7, 2_147_483_647, -2_147_483_648], "INT32"],
    ["large whole numbers", [1, 9_007_199_254_740_991], "INT64"],
    ["single floats", [0.25, Math.fround(0.1), Math.fround(1e-30)], "FLOAT"],
    ["a CSV's decimals", [0.123457, 0.5, 12], "INT32 / 10^6"],
    ["decimals of more digits", [0.1234567891, -1.5], "INT64 / 10^10"],
    ["what a division gives", [1 / 3, 0.5], "DOUBLE"],
    ["whole numbers too large to be exact", [2 ** 60, 1], "FLOAT"],
    ["minus zero", [-0, 1], "FLOAT"],
    ["a decimal beside one too small for its scale", [0.1, 1e-300], "DOUBLE"],
  ])("%s", async (_what, given, type) => {
    const { element } = storedNumbers(Float64Array.from(given));
    expect(element.scale === undefined ? element.type : `${element.type} / 10^${element.scale}`).toBe(type);
    expect(values((await back(table({ x: numbers(given) }))).table.columns.get("x"))).toEqual(given);
  });

  test("whatever they are", async () => {
    const decimal = fc
      .tuple(fc.integer(), fc.integer({ min: 0, max: 12 }))
      .map(([whole, places]) => whole / 10 ** places);
    const one = fc.oneof(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
      fc.array(fc.integer(), { minLength: 1 }),
      fc.array(fc.maxSafeInteger(), { minLength: 1 }),
      fc.array(decimal, { minLength: 1 }),
      fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 2_000 }),
    );
    await fc.assert(
      fc.asyncProperty(one, async (given) => {
        expect(values((await back(table({ x: numbers(given) }))).table.columns.get("x"))).toEqual(given);
      }),
      { numRuns: 300 },
    );
  });
});

test("text and names of columns come back as they were, hostile ones too", async () => {
  const hostile = [
    "constructor",
    "__proto__",
    "",
    "a\0b",
    "\u202Eevil",
    "@team <b>",
    "y".repeat(5_000),
    "naïve ✈ 𝄞",
    " 7",
  ];
  const columns = Object.fromEntries(
    hostile.filter((name) => name !== "").map((name) => [`y_score.${name}`, text(hostile)]),
  );
  const { table: read } = await back(table(columns));
  expect([...read.columns.keys()]).toEqual(Object.keys(columns));
  for (const column of read.columns.values()) expect(words(column)).toEqual(hostile);
});

test("what cannot be stored as it is is refused, and nothing is written", async () => {
  const write = (column: Column) => tables.write(file, "kept.parquet", table({ x: column }));
  const refused = expect.objectContaining({ code: "NOT_SUPPORTED" });
  await expect(write(numbers([Number.NaN]))).rejects.toEqual(refused);
  await expect(write(text(["\ud800"]))).rejects.toEqual(refused);
  await expect(write({ type: "text", codes: Int32Array.of(-1), dictionary: [] })).rejects.toEqual(refused);
  await expect(write({ type: "time", values: Float64Array.of(0), nulls: null })).rejects.toEqual(refused);
  expect(() => statSync(file)).toThrow();
  writeFileSync(file, "someone's");
  await expect(write(numbers([1]))).rejects.toEqual(expect.objectContaining({ code: "FILE_EXISTS" }));
  expect(readFileSync(file, "utf8")).toBe("someone's");
});

test("equal tables give equal bytes, on every machine", async () => {
  const rows = 5_000;
  const column = (of: (row: number) => number) => numbers(Array.from({ length: rows }, (_, row) => of(row)));
  const given = () =>
    table({
      id: column((row) => 3 * row + (row % 7)),
      "id_hash.high": column((row) => Math.imul(row, 0x9e3779b1) >>> 0),
      y_true: column((row) => (row % 3 === 0 ? 1 : 0)),
      y_score: column((row) => Math.sqrt(row) / 71),
      "y_score.b": column((row) => Math.fround(row / 5_000)),
      "y_score.c": column((row) => Math.round((row * 1e6) / 7_001) / 1e6),
      class: text(Array.from({ length: rows }, (_, row) => ["cat", "dog", "naïve ✈"][row % 3] as string)),
    });
  const [once, again] = [await back(given()), await back(given())];
  expect(again.bytes.equals(once.bytes)).toBe(true);
  expect(once.table).toEqual(given());
  // Another digest here is another release of zstd or of the writer: harmless for what is stored, and worth a line in the changelog.
  expect(createHash("sha256").update(once.bytes).digest("hex")).toMatchInlineSnapshot(
    `"e6ddc3cc959211e354fef1e232c3ecac7d4c300833fbe6160a66490601ae4494"`,
  );
});

test("more rows than one group holds come back in order", async () => {
  const rows = 1_000_003;
  const given = table({
    id: numbers(Array.from({ length: rows }, (_, row) => row)),
    x: numbers(new Float64Array(rows).fill(0.25)),
  });
  const { table: read, bytes } = await back(given);
  expect(read.rows).toBe(rows);
  expect((read.columns.get("id") as { values: Float64Array }).values.every((value, row) => value === row)).toBe(true);
  expect(bytes.length).toBeLessThan(10_000);
});
