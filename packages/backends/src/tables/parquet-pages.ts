import { brotliDecompressSync, crc32, gunzipSync, zstdDecompressSync } from "node:zlib";
import { TrainyardError } from "@trainyard/core";
import { type Encoding, snappyUncompress } from "hyparquet";
import { lz4Decompress } from "./lz4.ts";
import { tooLarge } from "./memory-budget.ts";
import { ThriftReader, type ThriftStruct } from "./parquet-thrift.ts";

/** Writers end a page at 1 MiB or 20,000 rows by default; this leaves room for single values of that size. */
const LARGEST_PAGE = 1 << 30;
/** Beyond it V8 keeps an array as a hash table, and a page that is 20 bytes long takes minutes. */
const MOST_VALUES = 1 << 25;

/** A page with everything its header says found true: decompressed, and its levels and values apart. */
export interface Page {
  readonly kind: "dictionary" | "data";
  readonly encoding: Encoding;
  /** Rows of a flat column, nulls included; entries of a dictionary. */
  readonly count: number;
  /** Runs of levels without their length; empty where the column has no such levels. */
  readonly repetitions: Uint8Array;
  readonly definitions: Uint8Array;
  readonly values: Uint8Array;
  /** How many values the header says are null; null where it does not say (version 1). */
  readonly nulls: number | null;
}

/** What is known of a column chunk before its pages are read. */
export interface ChunkShape {
  readonly path: string;
  readonly codec: string;
  /** Values of all data pages, nulls included. */
  readonly count: number;
  readonly maxRepetition: number;
  readonly maxDefinition: number;
}

/** By their number in page headers. */
export const ENCODINGS: readonly (Encoding | undefined)[] = [
  "PLAIN",
  undefined, // GROUP_VAR_INT, never used
  "PLAIN_DICTIONARY",
  "RLE",
  "BIT_PACKED",
  "DELTA_BINARY_PACKED",
  "DELTA_LENGTH_BYTE_ARRAY",
  "DELTA_BYTE_ARRAY",
  "RLE_DICTIONARY",
  "BYTE_STREAM_SPLIT",
];
const DATA = 0;
const INDEX = 1;
const DICTIONARY = 2;
const DATA_V2 = 3;
const NOTHING = new Uint8Array(0);

/** The pages of a column chunk, one by one, until they hold as many values as the chunk says. Throws an Error for a damaged one. */
export function* pagesOf(chunk: Uint8Array, shape: ChunkShape): Generator<Page> {
  const reader = new ThriftReader(chunk);
  for (let seen = 0; seen < shape.count; ) {
    const header = reader.struct();
    const size = numberIn(header, 3, chunk.length - reader.at, "the size of a page");
    const body = chunk.subarray(reader.at, reader.at + size);
    reader.at += size;
    const sum = header.get(4);
    if (typeof sum === "number" && crc32(body) !== sum >>> 0)
      throw new Error("a page does not have the checksum it was written with");
    const type = header.get(1);
    if (type === INDEX) continue;
    const page = pageOf(type, header, body, shape);
    if (page.kind === "data") seen += page.count;
    if (seen > shape.count) throw new Error(`its pages hold more than the ${shape.count} values of their column`);
    yield page;
  }
}

function pageOf(type: unknown, header: ThriftStruct, body: Uint8Array, shape: ChunkShape): Page {
  const size = numberIn(header, 2, Number.MAX_SAFE_INTEGER, "the size of a decompressed page");
  if (size > LARGEST_PAGE) throw tooLarge(shape.path, `a page of ${size} bytes`, `${LARGEST_PAGE} bytes`);
  if (type === DICTIONARY) {
    const about = structIn(header, 7);
    const whole = decompress(shape, body, size);
    return {
      kind: "dictionary",
      ...basics(about, 2, shape),
      repetitions: NOTHING,
      definitions: NOTHING,
      values: whole,
      nulls: null,
    };
  }
  if (type === DATA) {
    const about = structIn(header, 5);
    const whole = decompress(shape, body, size);
    const [repetitions, afterRepetitions] = levelsAt(whole, 0, shape.maxRepetition, about.get(4), shape);
    const [definitions, start] = levelsAt(whole, afterRepetitions, shape.maxDefinition, about.get(3), shape);
    return {
      kind: "data",
      ...basics(about, 2, shape),
      repetitions,
      definitions,
      values: whole.subarray(start),
      nulls: null,
    };
  }
  if (type !== DATA_V2) throw new Error("a page is of no known type");
  const about = structIn(header, 8);
  const basic = basics(about, 4, shape);
  const nulls = numberIn(about, 2, basic.count, "the number of nulls of a page");
  const most = Math.min(body.length, size);
  const repetition = numberIn(about, 6, most, "the size of a page's levels");
  const levels = repetition + numberIn(about, 5, most - repetition, "the size of a page's levels");
  const values = body.subarray(levels);
  return {
    kind: "data",
    ...basic,
    repetitions: body.subarray(0, repetition),
    definitions: body.subarray(repetition, levels),
    values: about.get(7) === false ? values : decompress(shape, values, size - levels),
    nulls,
  };
}

/** Number of values and encoding; the encoding is in field `field`. */
function basics(about: ThriftStruct, field: number, { path }: ChunkShape): { count: number; encoding: Encoding } {
  const count = numberIn(about, 1, Number.MAX_SAFE_INTEGER, "the number of values of a page");
  if (count > MOST_VALUES) throw tooLarge(path, `a page of ${count} values`, `${MOST_VALUES} values`);
  const encoding = ENCODINGS[numberIn(about, field, 9, "the encoding of a page")];
  if (encoding === undefined) throw new Error("a page has no known encoding");
  return { count, encoding };
}

/** The levels at `at` of a version 1 page: four bytes of length, then runs. And where they end. */
function levelsAt(
  page: Uint8Array,
  at: number,
  max: number,
  encoding: unknown,
  { path }: ChunkShape,
): [Uint8Array, number] {
  if (max === 0) return [NOTHING, at];
  if (encoding === ENCODINGS.indexOf("BIT_PACKED")) {
    throw new TrainyardError("NOT_SUPPORTED", {
      what: "Parquet's bit-packed levels, deprecated since 2013,",
      where: `(${path})`,
    });
  }
  if (page.length - at < 4) throw new Error("a page ends within its levels");
  const length = new DataView(page.buffer, page.byteOffset + at).getUint32(0, true);
  const end = at + 4 + length;
  if (end > page.length) throw new Error("the levels of a page are longer than the page");
  return [page.subarray(at + 4, end), end];
}

/** Never more output than the page header promises. Node allows no limit below 1. */
function decompress({ codec, path }: ChunkShape, input: Uint8Array, length: number): Uint8Array {
  if (length === 0 && codec !== "UNCOMPRESSED") return NOTHING;
  const output = expand(codec, input, length, path);
  if (output.length !== length) throw new Error(`a page decompresses to ${output.length} bytes instead of ${length}`);
  return output;
}

function expand(codec: string, input: Uint8Array, length: number, path: string): Uint8Array {
  const atMost = { maxOutputLength: Math.max(1, length) };
  switch (codec) {
    case "UNCOMPRESSED":
      return input;
    case "SNAPPY":
      return unsnap(input, length);
    case "ZSTD":
      return zstdDecompressSync(input, atMost);
    case "GZIP":
      return gunzipSync(input, atMost);
    case "BROTLI":
      return brotliDecompressSync(input, atMost);
    case "LZ4_RAW":
      mustBeWithin(input.length * 255, length); // a byte of a length stands for at most 255
      return lz4Decompress(input, length);
    default:
      throw new TrainyardError("NOT_SUPPORTED", { what: `Parquet's ${codec} compression`, where: `yet (${path})` });
  }
}

function unsnap(input: Uint8Array, length: number): Uint8Array {
  mustBeWithin(input.length * 64, length); // an element of at least two bytes becomes at most 64, or a literal
  const output = new Uint8Array(length);
  snappyUncompress(input, output);
  return output;
}

/** Refuses before the output is allocated, where the format itself says how much can come out. */
function mustBeWithin(most: number, length: number): void {
  if (length > most) throw new Error(`a page cannot decompress to ${length} bytes: it is too short`);
}

function structIn(header: ThriftStruct, field: number): ThriftStruct {
  const value = header.get(field);
  if (value instanceof Map) return value;
  throw new Error("the header of a page is not complete");
}

function numberIn(struct: ThriftStruct, field: number, most: number, what: string): number {
  const value = struct.get(field);
  if (typeof value === "number" && value >= 0 && value <= most) return value;
  throw new Error(`${what} is ${typeof value === "number" ? value : "missing"}, which cannot be`);
}
