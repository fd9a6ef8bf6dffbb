import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isRefusal, type NumericColumn, type Table, type TextColumn, textAt } from "@trainyard/core";
import { expect, test } from "vitest";
import { openTables } from "./open-tables.ts";

const FIXTURES = fileURLToPath(new URL("../../../../test/fixtures/tables/", import.meta.url));
const read = (name: string, columns?: string[]) =>
  openTables().read(join(FIXTURES, name), name, columns === undefined ? {} : { columns });

function shown({ rows, columns }: Table) {
  return Object.fromEntries(
    [...columns].map(([name, column]) => [
      name,
      [column.type, ...Array.from({ length: rows }, (_, row) => textAt(column, row))],
    ]),
  );
}

/** What make.py writes; the second row of every column is null. */
const KINDS = {
  int32: ["number", "1", null, "-3"],
  int64: ["number", "10", null, "-9007199254740991"],
  beyond: ["text", "1", null, "9007199254740993"],
  unsigned: ["text", "1", null, "18446744073709551615"],
  float: ["number", "0.5", null, "-2.25"],
  double: ["number", "0.1", null, "NaN"],
  infinite: ["number", "Infinity", null, "-Infinity"],
  half: ["number", "0.5", null, "2"],
  decimal: ["number", "19.99", null, "-0.07"],
  flag: ["boolean", "1", null, "0"],
  text: ["text", "a", null, 'é, "b"\n'],
  category: ["text", "x", null, "x"],
  day: ["time", "985219200000", null, "-86400000"],
  seconds: ["time", "985242600000", null, "0"],
  micros: ["time", "985242600001.5", null, "0"],
  nanos: ["time", "1.5", null, "-1"],
  list: ["text", "[1,2]", null, "[]"],
  struct: ["text", '{"a":1,"b":"x"}', null, '{"a":null,"b":"y"}'],
  bytes: ["text", "00ff", null, ""],
  nothing: ["number", null, null, null],
  constructor: ["text", "own", null, "property"],
  ["__proto__"]: ["number", "1", null, "2"],
};

test.each(["kinds.parquet", "kinds-v2.parquet"])(
  "%s: every kind of column comes as one of the four types",
  async (name) => {
    expect(shown(await read(name))).toEqual(KINDS);
  },
);

test("old timestamps of 96 bits are times", async () => {
  expect(shown(await read("int96.parquet"))).toEqual({ micros: KINDS.micros });
});

test.each(["none", "snappy", "gzip", "brotli", "zstd", "lz4"])(
  "row groups compressed with %s are one table",
  async (codec) => {
    const { rows, columns } = await read(`rows-${codec}.parquet`);
    expect(rows).toBe(1000);
    const id = columns.get("id") as TextColumn;
    const n = columns.get("n") as NumericColumn;
    const c = columns.get("c") as TextColumn;
    for (let row = 0; row < rows; row++) {
      expect(textAt(id, row)).toBe(`r${row}`);
      expect(n.values[row]).toBe(row);
      expect(textAt(c, row)).toBe(row % 7 === 0 ? null : ["red", "green", "blue"][row % 3]);
    }
    expect(n.nulls).toBeNull();
    expect([c.codes.filter((code) => code < 0).length, c.dictionary.length]).toEqual([143, 3]);
  },
);

test("only the columns asked for are read", async () => {
  expect([...(await read("rows-zstd.parquet", ["c", "z"])).columns.keys()]).toEqual(["c"]);
  expect(await read("rows-zstd.parquet", [])).toEqual({ rows: 1000, columns: new Map() });
});

test("a file without rows is refused", async () => {
  await expect(read("no-rows.parquet")).rejects.toMatchObject({ code: "TABLE_EMPTY" });
});

test("two columns of one name are refused", async () => {
  await expect(read("same-name.parquet")).rejects.toMatchObject({ code: "COLUMN_DUPLICATE", details: { column: "a" } });
});

test.each(["kinds.parquet", "rows-snappy.parquet"])("%s is refused wherever it is cut", async (name) => {
  const folder = mkdtempSync(join(tmpdir(), "trainyard-parquet-"));
  const whole = readFileSync(join(FIXTURES, name));
  const file = join(folder, name);
  for (let length = 0; length < whole.length; length += 97) {
    writeFileSync(file, whole.subarray(0, length));
    await expect(openTables().read(file, name), `${length} bytes`).rejects.toMatchObject({ code: "TABLE_TRUNCATED" });
  }
  rmSync(folder, { recursive: true });
});

test("a byte changed anywhere gives a refusal or a table of the same shape, never a crash", async () => {
  const folder = mkdtempSync(join(tmpdir(), "trainyard-parquet-"));
  const whole = readFileSync(join(FIXTURES, "rows-zstd.parquet"));
  const file = join(folder, "changed.parquet");
  for (let at = 0; at < whole.length; at += 41) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] as number) ^ 0x55;
    writeFileSync(file, changed);
    try {
      const { rows, columns } = await openTables().read(file, "changed.parquet");
      for (const column of columns.values()) {
        expect(column.type === "text" ? column.codes.length : column.values.length).toBe(rows);
      }
    } catch (error) {
      expect(isRefusal(error), String(error)).toBe(true);
    }
  }
  rmSync(folder, { recursive: true });
});

test("three million real flights are read as columns", async () => {
  const file = fileURLToPath(
    new URL("../../../../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url),
  );
  const { rows, columns } = await openTables().read(file, "flights-3m.parquet", {
    columns: ["date", "delay", "origin"],
  });
  expect(rows).toBe(3_000_000);
  expect([...columns].map(([name, { type }]) => [name, type])).toEqual([
    ["date", "time"],
    ["delay", "number"],
    ["origin", "text"],
  ]);
  const date = columns.get("date") as NumericColumn;
  expect(new Date(date.values[0] as number).toISOString()).toMatch(/^2001-01-01T/);
  expect((columns.get("origin") as TextColumn).dictionary.every((code) => /^[A-Z0-9]{3}$/.test(code))).toBe(true);
});
