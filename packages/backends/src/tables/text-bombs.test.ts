import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCsv } from "./csv.ts";
import { readJsonl } from "./jsonl.ts";
import { MemoryBudget } from "./memory-budget.ts";
import { openTables } from "./open-tables.ts";

const MIB = 1024 * 1024;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trainyard-bombs-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(name: string, content: string | Uint8Array) {
  const file = join(folder, name);
  writeFileSync(file, content);
  return openTables().read(file, name);
}

/** Reads with 16 MiB for the columns and 4 MiB for the texts. */
function readWithin(name: string, content: string | Uint8Array) {
  const file = join(folder, name);
  writeFileSync(file, content);
  const budget = new MemoryBudget(name, { columns: 16 * MIB, heap: 4 * MIB });
  const source = { file, name, compression: name.endsWith(".gz") ? ("gz" as const) : null, budget };
  return name.includes(".csv") ? readCsv(source, 0x2c, null) : readJsonl(source, null);
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

test.each([
  ["line.csv", `a\n${"x".repeat(17 * MIB)}`],
  ["quote.csv", `a\n"${"x\n".repeat(9 * MIB)}`],
  ["line.jsonl", `{"a":"${"x".repeat(17 * MIB)}"}`],
  ["line.csv.gz", gzipSync(`a\n${"x".repeat(40 * MIB)}`)],
  ["line.csv.zst", zstdCompressSync(`a\n${"x".repeat(40 * MIB)}`)],
])("%s: a record that does not end is refused after 16 MiB", async (name, content) => {
  await expect(read(name, content)).rejects.toMatchObject({
    code: "TABLE_SYNTAX",
    message: expect.stringContaining("16 MiB"),
  });
});

test("100,000 columns are read, one more is refused with the limit", async () => {
  const csv = (count: number) => `${numbers(count).join(",")}\n${numbers(count).join(",")}\n`;
  expect((await read("wide.csv", csv(100_000))).columns.size).toBe(100_000);
  const limit = { code: "TABLE_TOO_LARGE", details: { limit: "100000 columns" } };
  await expect(read("wider.csv", csv(100_001))).rejects.toMatchObject(limit);
  const jsonl = numbers(101).map((i) => JSON.stringify(Object.fromEntries(numbers(1000).map((k) => [`${i}-${k}`, 1]))));
  await expect(read("wider.jsonl", jsonl.join("\n"))).rejects.toMatchObject(limit);
});

test.each([
  ["many rows", "rows.csv.gz", gzipSync(`a\n${"1\n".repeat(3e6)}`), "16 MiB here"],
  ["many nulls", "nulls.csv.gz", gzipSync(`a,b\n${",1\n".repeat(1.5e6)}`), "16 MiB here"],
  ["many codes", "codes.csv.gz", gzipSync(`a,b,c\n${"x,y,z\n".repeat(1.5e6)}`), "16 MiB here"],
  [
    "many texts",
    "texts.csv",
    `a\n${numbers(80_000)
      .map((i) => `text ${i}`)
      .join("\n")}`,
    "4 MiB here",
  ],
  [
    "many texts",
    "texts.jsonl",
    numbers(80_000)
      .map((i) => `{"a":"text ${i}"}`)
      .join("\n"),
    "4 MiB here",
  ],
  [
    "a column a row",
    "sparse.jsonl",
    numbers(4000)
      .map((i) => `{"c${i}":1}`)
      .join("\n"),
    "16 MiB here",
  ],
])("%s in %s are refused with the memory there is", async (_what, name, content, limit) => {
  await expect(readWithin(name, content)).rejects.toMatchObject({ code: "TABLE_TOO_LARGE", details: { limit } });
});

test("nesting too deep to write down again is refused with its line", async () => {
  const deep = `{"a":1}\n{"a":${"[".repeat(500_000)}${"]".repeat(500_000)}}\n`;
  await expect(read("deep.jsonl", deep)).rejects.toMatchObject({ code: "TABLE_SYNTAX", details: { line: 2 } });
});

test.each([
  ["almost a number", "digits.csv", `a\n${"1".repeat(MIB)}.x\n`],
  ["quotes that never close beside NaN", "quotes.jsonl", `{"a":NaN,"b":"${'\\"'.repeat(2 * MIB)}\n`],
])("%s, a megabyte long, takes no more than reading it", async (_what, name, content) => {
  const start = performance.now();
  await read(name, content).catch(() => null);
  expect(performance.now() - start).toBeLessThan(5000);
});
