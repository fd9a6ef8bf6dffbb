import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32, zstdCompressSync } from "node:zlib";
import { textAt } from "@trainyard/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MemoryBudget } from "./memory-budget.ts";
import { openTables } from "./open-tables.ts";
import { readParquet } from "./parquet.ts";

const FIXTURES = fileURLToPath(new URL("../../../../test/fixtures/tables/", import.meta.url));
const MIB = 1024 * 1024;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trainyard-damage-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Thrift's compact protocol, as much as a file of one column needs.
type Field = readonly [id: number, type: number, bytes: readonly number[]];
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
const zigzag = (value: number) => varint(value < 0 ? -2 * value - 1 : value * 2);
const int = (id: number, value: number): Field => [id, 5, zigzag(value)];
const long = (id: number, value: number): Field => [id, 6, zigzag(value)];
const text = (id: number, value: string): Field => [id, 8, [...varint(value.length), ...Buffer.from(value)]];
const list = (id: number, type: number, items: readonly (readonly number[])[]): Field => [
  id,
  9,
  [0xf0 | type, ...varint(items.length), ...items.flat()],
];
const struct = (...fields: Field[]): number[] => [
  ...fields.flatMap(([id, type, bytes]) => [type, ...varint(id * 2), ...bytes]),
  0,
];
const inner = (id: number, ...fields: Field[]): Field => [id, 12, struct(...fields)];

const INT32 = 1;
const INT64 = 2;
const BYTE_ARRAY = 6;
const PLAIN = 0;
const RLE_DICTIONARY = 8;

/** A Parquet file of one column and one row group that starts with the bytes of its pages. */
interface Claims {
  pages: readonly number[];
  rows: number;
  type?: number;
  codec?: number;
  optional?: boolean;
  footer?: Field[];
}

function fileOf({ pages, rows, type = INT32, codec = 0, optional = false, footer = [] }: Claims): Buffer {
  const schema = [struct(text(4, "root"), int(5, 1)), struct(int(1, type), int(3, optional ? 1 : 0), text(4, "x"))];
  const meta = inner(
    3,
    int(1, type),
    list(2, 5, []),
    list(3, 8, [[1, ...Buffer.from("x")]]),
    int(4, codec),
    long(5, rows),
    long(6, pages.length),
    long(7, pages.length),
    long(9, 4),
  );
  const group = struct(list(1, 12, [struct(long(2, 4), meta)]), long(2, pages.length), long(3, rows));
  const metadata = struct(int(1, 1), list(2, 12, schema), long(3, rows), list(4, 12, [group]), ...footer);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(metadata.length);
  return Buffer.concat([Buffer.from("PAR1"), Buffer.from(pages), Buffer.from(metadata), length, Buffer.from("PAR1")]);
}

const dataPage = (values: readonly number[], count: number, encoding = PLAIN, size = values.length, crc?: number) => [
  ...struct(
    int(1, 0),
    int(2, size),
    int(3, values.length),
    ...(crc === undefined ? [] : [int(4, crc)]),
    inner(5, int(1, count), int(2, encoding), int(3, 3), int(4, 3)),
  ),
  ...values,
];
const dictionary = (values: readonly number[], count: number) => [
  ...struct(int(1, 2), int(2, values.length), int(3, values.length), inner(7, int(1, count), int(2, 0))),
  ...values,
];

async function read(claims: Claims | Buffer) {
  const file = join(folder, "x.parquet");
  writeFileSync(file, Buffer.isBuffer(claims) ? claims : fileOf(claims));
  const { columns } = await readParquet(
    file,
    null,
    new MemoryBudget("x.parquet", { columns: 64 * MIB, heap: 64 * MIB }),
  );
  const column = columns.get("x");
  return column && [...Array(3).keys()].map((row) => textAt(column, row));
}
const three = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0];

const header = (...fields: Field[]) =>
  struct(int(1, 0), ...fields, inner(5, int(1, 3), int(2, 0), int(3, 3), int(4, 3)));
const version2 = (...fields: Field[]) => [...struct(int(1, 3), int(2, 12), int(3, 12), inner(8, ...fields)), ...three];
const basics2 = [int(1, 3), int(2, 0), int(3, 3), int(4, 0)];
const noLevels = [int(5, 0), int(6, 0)];
const delta = (...values: number[]) => dataPage(values, 3, 5);
const coded = (...values: number[]) => [...dictionary(three, 3), ...dataPage(values, 3, RLE_DICTIONARY)];
/** Levels of three rows, all there. */
const present = [2, 0, 0, 0, 6, 1];

test("the file the next tests damage is read", async () => {
  expect(await read({ pages: dataPage(three, 3), rows: 3 })).toEqual(["1", "2", "3"]);
  const sum = crc32(Buffer.from(three)) | 0;
  expect(await read({ pages: dataPage(three, 3, PLAIN, 12, sum), rows: 3 })).toEqual(["1", "2", "3"]);
  expect(await read({ pages: version2(...basics2, ...noLevels), rows: 3 })).toEqual(["1", "2", "3"]);
  expect(await read({ pages: dataPage([...present, ...three], 3), rows: 3, optional: true })).toEqual(["1", "2", "3"]);
  expect(await read({ pages: coded(0, ...varint(2 ** 32 - 1)), rows: 3 })).toEqual(["1", "1", "1"]);
  const pages = [...dictionary(three, 3), ...dataPage([2, 3, 0b100100, 0], 3, RLE_DICTIONARY)];
  expect(await read({ pages, rows: 3 })).toEqual(["1", "2", "3"]);
});

test.each<[string, Claims, RegExp]>([
  ["a page without a size", { pages: [...header(int(2, 12)), ...three], rows: 3 }, /size of a page is missing/],
  ["a page of negative size", { pages: [...header(int(2, 12), int(3, -12)), ...three], rows: 3 }, /a page is -12/],
  ["a page longer than its column", { pages: [...header(int(2, 9), int(3, 99)), ...three], rows: 3 }, /a page is 99/],
  ["a page of 100 GB", { pages: dataPage(three, 3, PLAIN, 1e11), rows: 3, codec: 6 }, /limit is 1073741824 bytes/],
  ["a page said to become 1 GiB", { pages: dataPage(three, 3, PLAIN, 1 << 30), rows: 3, codec: 1 }, /too short/],
  ["a page of 10^12 values", { pages: dataPage(three, 1e12), rows: 3 }, /limit is 33554432 values/],
  ["a page of more values than it has bytes", { pages: dataPage(three, 4), rows: 4 }, /ends within its values/],
  ["10^12 rows", { pages: dataPage(three, 3), rows: 1e12 }, /limit is 64 MiB here/],
  ["more rows than values", { pages: dataPage(three, 3), rows: 5 }, /metadata ends early/],
  ["fewer rows than values", { pages: dataPage(three, 3), rows: 2 }, /more than the 2 values/],
  ["a checksum that is wrong", { pages: dataPage(three, 3, PLAIN, 12, 1), rows: 3 }, /checksum/],
  ["levels without a length", { pages: version2(...basics2, int(5, 0)), rows: 3 }, /levels is missing/],
  ["levels longer than the page", { pages: version2(...basics2, int(5, 13), int(6, 0)), rows: 3 }, /levels is 13/],
  [
    "negative nulls",
    { pages: version2(int(1, 3), int(2, -9), ...basics2.slice(2), ...noLevels), rows: 3 },
    /nulls .* -9/,
  ],
  [
    "nulls without levels",
    { pages: version2(int(1, 3), int(2, 1), ...basics2.slice(2), ...noLevels), rows: 3 },
    /0 are/,
  ],
  ["indexes of 255 bits", { pages: coded(255, 3, 1, 1), rows: 3 }, /encoded as RLE_DICTIONARY/],
  ["a run of 2^30 values", { pages: coded(2, ...varint(2 ** 31), 1), rows: 3 }, /run is longer/],
  ["an index beyond the dictionary", { pages: coded(2, 6, 3), rows: 3 }, /outside its dictionary/],
  ["indexes without a dictionary", { pages: dataPage([2, 6, 1], 3, RLE_DICTIONARY), rows: 3 }, /which cannot be/],
  [
    "levels of 2^30 rows",
    { pages: dataPage([6, 0, 0, 0, ...varint(2 ** 31), 1, ...three], 3), rows: 3, optional: true },
    /run is longer/,
  ],
  [
    "a length of levels beyond the page",
    { pages: dataPage([...Array(4).fill(255), ...three], 3), rows: 3, optional: true },
    /levels/,
  ],
  ["delta blocks of no parts", { pages: delta(128, 1, 0, 3, 0, 0, 0), rows: 3 }, /block of 128/],
  [
    "delta blocks of minus one part",
    { pages: delta(128, 1, ...varint(2 ** 32 - 1), 3, 0, 0, 0), rows: 3 },
    /block of 128/,
  ],
  ["delta blocks of no values", { pages: delta(0, 4, 3, 0, 0, 0, 0, 0, 0), rows: 3 }, /block of 0/],
  [
    "a text longer than its page",
    { pages: dataPage([255, 255, 255, 127, 65], 1), rows: 1, type: BYTE_ARRAY },
    /within its values/,
  ],
  [
    "fewer values than its levels say",
    { pages: dataPage([...present, ...three.slice(4)], 3), rows: 3, optional: true },
    /within its values/,
  ],
])("%s is refused", async (_what, claims, message) => {
  await expect(read(claims)).rejects.toMatchObject({
    code: expect.stringMatching(/^TABLE_(TRUNCATED|TOO_LARGE)$/),
    message: expect.stringMatching(message),
  });
});

test("a list in the footer that claims more than the footer is refused before it is allocated", async () => {
  const nested = Array.from({ length: 20 }, () => [0xf9, 0xff, 0xff, 0xff, 0x0f]).flat();
  await expect(read({ pages: dataPage(three, 3), rows: 3, footer: [[99, 9, nested]] })).rejects.toMatchObject({
    code: "TABLE_TRUNCATED",
  });
});

test("a page that decompresses to more than it says is stopped there", async () => {
  const bomb = [...zstdCompressSync(Buffer.alloc(64 * MIB))];
  await expect(read({ pages: dataPage(bomb, 3, PLAIN, 12), rows: 3, codec: 6 })).rejects.toMatchObject({
    code: "TABLE_TRUNCATED",
  });
});

test("a small file that truly becomes large is refused with the limit", async () => {
  const zeros = [...zstdCompressSync(Buffer.alloc(40 * MIB))];
  const rows = 5 * MIB;
  await expect(
    read({ pages: dataPage(zeros, rows, PLAIN, 40 * MIB), rows, codec: 6, type: INT64 }),
  ).rejects.toMatchObject({ code: "TABLE_TOO_LARGE", details: { limit: "64 MiB here" } });
  await expect(read({ pages: coded(0, ...varint(2 * 9e6)), rows: 9e6 })).rejects.toMatchObject({
    code: "TABLE_TOO_LARGE",
  });
});

test("the encodings of both versions of data pages are read", async () => {
  const tables = await Promise.all(
    ["encodings-v1.parquet", "encodings-v2.parquet"].map((name) => openTables().read(join(FIXTURES, name), name)),
  );
  for (const { rows, columns } of tables) {
    const at = (name: string, row: number) => textAt(columns.get(name) as never, row);
    expect([rows, columns.size]).toEqual([400, 8]);
    for (let i = 0; i < rows; i++) {
      expect([at("dictionary", i), at("delta32", i), at("delta64", i), at("lengths", i)]).toEqual([
        i % 5 ? ["red", "green", "blue"][i % 3] : null,
        i % 6 ? String(i * i) : null,
        String(i * 1_000_003),
        "x".repeat(i % 7),
      ]);
      expect([at("prefixes", i), at("split", i), at("runs", i), at("lists", i)]).toEqual([
        i % 9 ? `prefix-${Math.floor(i / 10)}-${i}` : null,
        String(i / 8),
        i % 50 < 25 ? "1" : "0",
        i % 4 ? JSON.stringify(Array(i % 3).fill(i)) : null,
      ]);
    }
  }
});

/** Changes of each fixture; a read takes some 4 ms. The seed is fixed: a failure comes again with the command the test prints. */
const CHANGES = 300;
const SEED = 1;
const SLOWEST_READ_MS = 5000;

test("a Parquet file with random bytes changed is a table or a refusal, in little time", async () => {
  const files = readdirSync(FIXTURES).filter((name) => name.endsWith(".parquet"));
  const script = join(FIXTURES, "read-changed.ts");
  const readChanged = (names: string[]) => {
    const command = ["--conditions=trainyard-source", script, `${SEED}`, "0", `${CHANGES}`, folder];
    command.push(...names.map((name) => join(FIXTURES, name)));
    return new Promise<string | null>((resolve) => {
      execFile(process.execPath, command, { timeout: 90_000, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
        const lines = stdout.trimEnd().split("\n");
        const wrong = lines.filter(
          (line) => / FAILED /.test(line) || Number(/ (\d+) ms$/.exec(line)?.[1]) > SLOWEST_READ_MS,
        );
        const whole = error === null && lines.length === CHANGES * names.length && wrong.length === 0;
        resolve(whole ? null : [`node ${command.join(" ")}`, ...wrong, lines.at(-1), stderr].join("\n"));
      });
    });
  };
  const halves = [0, 1].map((half) => files.filter((_, i) => i % 2 === half));
  expect(await Promise.all(halves.map(readChanged))).toEqual([null, null]);
}, 120_000);
