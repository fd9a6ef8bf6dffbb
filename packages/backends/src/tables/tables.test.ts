import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type Table, textAt } from "@trainyard/core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTables } from "./open-tables.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trainyard-tables-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(name: string, content: string | Uint8Array, columns?: string[]): Promise<Table> {
  const file = join(folder, name);
  writeFileSync(file, content);
  return openTables().read(file, name, columns === undefined ? {} : { columns });
}

/** Each column as its type and its values as text. */
function shown({ rows, columns }: Table) {
  const all = (name: string) => {
    const column = columns.get(name);
    if (column === undefined) throw new Error(name);
    return [column.type, ...Array.from({ length: rows }, (_, row) => textAt(column, row))];
  };
  return Object.fromEntries([...columns.keys()].map((name) => [name, all(name)]));
}

const column = async (...fields: string[]) =>
  shown(await read("one.csv", `x,y\n${fields.map((f) => `${f},0\n`).join("")}`))["x"];

test("a CSV column is a number when every field is one", async () => {
  expect(await column("1", "-2.5", "1e3", " .5 ", "+7")).toEqual(["number", "1", "-2.5", "1000", "0.5", "7"]);
});

test("empty fields and NA are null among numbers; NaN is a value", async () => {
  expect(await column("1", "", "NA", "null", "NaN")).toEqual(["number", "1", null, null, null, "NaN"]);
});

test("infinities are numbers", async () => {
  expect(await column("inf", "-Infinity")).toEqual(["number", "Infinity", "-Infinity"]);
});

test("true and false are booleans, in any case", async () => {
  expect(await column("true", "False", "", "TRUE")).toEqual(["boolean", "1", "0", null, "1"]);
});

test("a plain date stays text, to group by", async () => {
  expect(await column("2001-03-22", "")).toEqual(["text", "2001-03-22", null]);
});

test("an instant is a time, with or without a zone", async () => {
  expect(await column("2001-03-22T06:30:00Z", "2001-03-22 06:30", "2001-03-22T08:30:00.5+02:00")).toEqual([
    "time",
    "985242600000",
    "985242600000",
    "985242600500",
  ]);
});

test("a day that does not exist makes the column text", async () => {
  expect(await column("2001-02-31T00:00:00Z")).toEqual(["text", "2001-02-31T00:00:00Z"]);
});

test("ids with leading zeros stay as they are written, also when the first ones look like numbers", async () => {
  expect(await column("12", "007", "1.50")).toEqual(["text", "12", "007", "1.50"]);
});

test("integers beyond 2^53 stay text, every digit kept", async () => {
  expect(await column("1", "9007199254740993")).toEqual(["text", "1", "9007199254740993"]);
  expect(await column("9007199254740991")).toEqual(["number", "9007199254740991"]);
});

test("NA is a word in a text column, wherever it stands", async () => {
  expect(await column("NA", "5", "DE")).toEqual(["text", "NA", "5", "DE"]);
});

test("a column without any value is a number column of nulls", async () => {
  expect(await column("", "")).toEqual(["number", null, null]);
});

test("words that only look like numbers are text", async () => {
  for (const field of ["1-2", "0x10", "1_000", "1.2.3", "e5", "--1", ".", "-", "1e", "infinitely"])
    expect(await column(field)).toEqual(["text", field]);
});

test("quotes keep separators, newlines and doubled quotes; CRLF and a byte order mark go", async () => {
  const table = await read("quotes.csv", '\ufeffa,"b, c"\r\n"x, y","line 1\r\nline 2"\r\n"say ""hi""",é\r\n');
  expect(shown(table)).toEqual({ a: ["text", "x, y", 'say "hi"'], "b, c": ["text", "line 1\r\nline 2", "é"] });
});

test("quoted numbers are numbers, a missing last newline is fine, blank lines are skipped", async () => {
  expect(shown(await read("q.csv", 'n,m\n\n"1",2\n\n"3",'))).toEqual({
    n: ["number", "1", "3"],
    m: ["number", "2", null],
  });
});

test("tabs separate in .tsv", async () => {
  expect(shown(await read("t.tsv", "a\tb\n1,5\t2\n"))).toEqual({ a: ["text", "1,5"], b: ["number", "2"] });
});

test("columns named like properties of every object are just columns", async () => {
  const table = await read("p.csv", "__proto__,constructor,toString\n1,2,3\n");
  expect([...table.columns.keys()]).toEqual(["__proto__", "constructor", "toString"]);
});

test("only the columns asked for are read, and those that do not exist are left out", async () => {
  const table = await read("some.csv", "a,b\n1,x\n2,y\n", ["b", "z"]);
  expect([table.rows, shown(table)]).toEqual([2, { b: ["text", "x", "y"] }]);
});

test.each([
  ["nothing", ""],
  ["a header only", "a,b\n"],
  ["blank lines", "\n\n"],
])("a CSV file with %s is refused as empty", async (_what, text) => {
  await expect(read("e.csv", text)).rejects.toMatchObject({ code: "TABLE_EMPTY" });
});

test("a line with too many or too few fields is refused with its number, newlines in quotes counted", async () => {
  const ragged = { code: "TABLE_RAGGED", details: { path: "r.csv", line: 4, expected: 2, got: 3 } };
  await expect(read("r.csv", 'a,b\n"x\ny",1\n1,2,3\n')).rejects.toMatchObject(ragged);
  await expect(read("r.csv", "a,b\n1\n")).rejects.toMatchObject({ details: { line: 2, expected: 2, got: 1 } });
});

test("a CSV file with semicolons is refused by the name of its separator", async () => {
  await expect(read("s.csv", "id;y_true;y_score\n1;0;0,5\n")).rejects.toMatchObject({
    code: "TABLE_SYNTAX",
    details: { line: 1, problem: "the fields are separated by semicolons; a .csv file has commas, a .tsv file tabs" },
  });
});

test("two columns of one name are refused", async () => {
  await expect(read("d.csv", "a,b,a\n1,2,3\n")).rejects.toMatchObject({
    code: "COLUMN_DUPLICATE",
    details: { column: "a" },
  });
});

test.each([
  ["a quote that is never closed", 'a\n1\n"2\n3\n', 3, /never closed/],
  ["text after a closing quote", 'a\n"1"2\n', 2, /closing quote/],
])("%s is refused", async (_what, text, line, problem) => {
  await expect(read("s.csv", text)).rejects.toMatchObject({
    code: "TABLE_SYNTAX",
    details: { line, problem: expect.stringMatching(problem) },
  });
});

test("bytes that are no UTF-8 are refused with their line", async () => {
  const latin1 = Buffer.from("a\nx\n\xe9\n", "latin1");
  await expect(read("l.csv", latin1)).rejects.toMatchObject({ code: "TABLE_SYNTAX", details: { line: 3 } });
  await expect(read("u.csv", Buffer.from("a\n1\n", "utf16le"))).rejects.toMatchObject({
    code: "TABLE_SYNTAX",
    details: { problem: expect.stringContaining("UTF-16") },
  });
});

test("what stands across the borders of the pieces a file is read in comes out whole", async () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => `"é ${i}, ""q""\n${"x".repeat(i % 50)}",${i / 8}\n`);
  const table = await read("large.csv", `text,n\n${rows.join("")}`);
  expect(table.rows).toBe(60_000);
  for (const i of [0, 17_777, 35_000, 59_999]) {
    expect(textAt(table.columns.get("text") as never, i)).toBe(`é ${i}, "q"\n${"x".repeat(i % 50)}`);
    expect(textAt(table.columns.get("n") as never, i)).toBe(String(i / 8));
  }
});

test("the line of a mistake far into a file is right", async () => {
  const text = `a,b\n${"1,2\n".repeat(700_000)}1\n`;
  await expect(read("far.csv", text)).rejects.toMatchObject({ code: "TABLE_RAGGED", details: { line: 700_002 } });
});

test("every text that is written with quotes is read as it was", async () => {
  const field = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", ""));
  await fc.assert(
    fc.asyncProperty(fc.array(field, { minLength: 1, maxLength: 20 }), async (fields) => {
      const lines = fields.map((text) => `"${text.replaceAll('"', '""')}",t`);
      const table = await read("any.csv", `a,b\nword,t\n${lines.join("\n")}\n`);
      expect(shown(table)["a"]).toEqual(["text", "word", ...fields.map((text) => (text === "" ? null : text))]);
    }),
    { numRuns: 60 },
  );
});

test("every number JavaScript writes is read as the same number", async () => {
  const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(numbers, async (values) => {
      const kept = values.filter((value) => !(Number.isInteger(value) && !Number.isSafeInteger(value))).concat(0.1);
      const table = await read("numbers.csv", `a\n${kept.join("\n")}\n`);
      expect(table.columns.get("a")).toMatchObject({ type: "number", values: Float64Array.from(kept, (n) => n + 0) });
    }),
    { numRuns: 60 },
  );
});

test("compressed text is the same table", async () => {
  const text = "a,b\n1,x\n";
  const plain = shown(await read("p.csv", text));
  expect(shown(await read("p.csv.gz", gzipSync(text)))).toEqual(plain);
  expect(shown(await read("p.csv.zst", zstdCompressSync(text)))).toEqual(plain);
});

test.each([
  ["c.csv.gz", gzipSync],
  ["c.csv.zst", zstdCompressSync],
])("a cut or damaged %s is refused", async (name, compress) => {
  const whole = compress(Buffer.from(`a,b\n${"1,x\n".repeat(1000)}`));
  await expect(read(name, whole.subarray(0, whole.length - 5))).rejects.toMatchObject({ code: "TABLE_TRUNCATED" });
  await expect(read(name, "a,b\n1,2\n")).rejects.toMatchObject({ code: "TABLE_TRUNCATED" });
});

test("JSONL: types by value, missing keys null, nested values as JSON", async () => {
  const lines = ['{"id":"a","n":1,"ok":true}', "", '{"id":"b","n":null,"deep":{"x":[1]}}', '{"n":2.5,"ok":false}'];
  expect(shown(await read("t.jsonl", `\ufeff${lines.join("\r\n")}`))).toEqual({
    id: ["text", "a", "b", null],
    n: ["number", "1", null, "2.5"],
    ok: ["boolean", "1", null, "0"],
    deep: ["text", null, '{"x":[1]}', null],
  });
});

test("JSONL: columns of several types become text, long integers keep their digits", async () => {
  const table = await read("m.ndjson", '{"a":1,"b":7}\n{"a":"x","b":9007199254740993}\n{"a":true,"b":1.25}\n');
  expect(shown(table)).toEqual({ a: ["text", "1", "x", "true"], b: ["text", "7", "9007199254740993", "1.25"] });
});

test("JSONL: NaN and Infinity as Python writes them are numbers, and words in text stay", async () => {
  const table = await read("n.jsonl", '{"y":NaN,"t":"NaN, not"}\n{"y":-Infinity,"t":"\\"NaN"}\n');
  expect(shown(table)).toEqual({ y: ["number", "NaN", "-Infinity"], t: ["text", "NaN, not", '"NaN'] });
});

test("JSONL: long integers keep their digits on a line with NaN too", async () => {
  const table = await read("both.jsonl", '{"id":9007199254740993,"y":NaN}\n{"id":-9007199254740993,"y":1}\n');
  expect(shown(table)).toEqual({ id: ["text", "9007199254740993", "-9007199254740993"], y: ["number", "NaN", "1"] });
});

test("JSONL: __proto__ is a column and changes nothing", async () => {
  const table = await read("proto.jsonl", '{"__proto__":{"x":1},"constructor":2}\n');
  expect([...table.columns.keys()]).toEqual(["__proto__", "constructor"]);
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});

test.each([
  ["a broken line", '{"a":1}\n{"a":\n', 2],
  ["a list", "[1]\n", 1],
  ["a bare value", '{"a":1}\n\n3\n', 3],
])("JSONL with %s is refused with its line", async (_what, text, line) => {
  await expect(read("b.jsonl", text)).rejects.toMatchObject({ code: "TABLE_SYNTAX", details: { line } });
});

test("JSONL without rows is refused as empty", async () => {
  await expect(read("e.jsonl", "\n")).rejects.toMatchObject({ code: "TABLE_EMPTY" });
});

test.each(["table.xlsx", "table.parquet.gz", "csv", "table.csv.bz2"])("%s has no known format", async (name) => {
  await expect(read(name, "a\n1\n")).rejects.toMatchObject({ code: "TABLE_FORMAT", details: { path: name } });
});

test("what is absent, a folder or a symlink is refused", async () => {
  const { read: open } = openTables();
  await expect(open(join(folder, "none.csv"), "none.csv")).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
  mkdirSync(join(folder, "folder.csv"));
  await expect(open(join(folder, "folder.csv"), "f")).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  writeFileSync(join(folder, "real.csv"), "a\n1\n");
  symlinkSync("real.csv", join(folder, "link.csv"));
  await expect(open(join(folder, "link.csv"), "l")).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
});

test("a file that ends in the middle of a Parquet page is refused", async () => {
  const file = join(folder, "cut.parquet");
  writeFileSync(file, "PAR1");
  truncateSync(file, 4);
  await expect(openTables().read(file, "cut.parquet")).rejects.toMatchObject({ code: "TABLE_TRUNCATED" });
});

test.each<[what: string, name: string, content: string | Uint8Array, ending: string | null]>([
  ["Parquet", "p.csv", "PAR1\0\0\0\0", ".parquet"],
  ["Parquet", "p.jsonl", "PAR1\0\0\0\0", ".parquet"],
  ["compressed with gzip", "g.csv", gzipSync("x\n1\n"), ".gz"],
  ["compressed with gzip", "g.csv.zst", gzipSync("x\n1\n"), ".gz"],
  ["compressed with zstd", "z.tsv", zstdCompressSync(Buffer.from("x\n1\n")), ".zst"],
  ["a zip archive, as Excel's .xlsx are", "e.csv", "PK\u0003\u0004rest", null],
  ["text", "t.parquet", "id,y_true\n1,0\n", null],
])("a file that is %s by its first bytes and called %s is refused by what it is", async (is, name, content, ending) => {
  await expect(read(name, content)).rejects.toMatchObject({
    code: "TABLE_MISNAMED",
    details: { path: name, is, ending },
  });
});

test("what only begins alike, or is too short to tell, is read by its name", async () => {
  expect(shown(await read("par.csv", "PAR2,x\n1,2\n"))["PAR2"]).toEqual(["number", "1"]);
  expect(shown(await read("s.csv", "x\n1"))["x"]).toEqual(["number", "1"]);
});
