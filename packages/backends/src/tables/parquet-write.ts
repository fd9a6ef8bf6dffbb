import { ENCODINGS, type Page } from "./parquet-pages.ts";

const I32 = 5;
const STRUCT = 12;

/**
 * A checked page as bytes, with a header of its own: version 1, not compressed.
 *
 * @param count Values of the page, nulls included when it has levels.
 * @param levels Runs of repetition and definition levels, each without its length; none for a column that can have neither.
 */
export function pageBytes(page: Page, count: number, levels: readonly Uint8Array[]): Uint8Array {
  const size = levels.reduce((sum, one) => sum + 4 + one.length, page.values.length);
  const encoding = ENCODINGS.indexOf(page.encoding);
  const runs = ENCODINGS.indexOf("RLE");
  const header =
    page.kind === "dictionary"
      ? [...integers(2, size, size), (4 << 4) | STRUCT, ...integers(count, 0), 0, 0]
      : [...integers(0, size, size), (2 << 4) | STRUCT, ...integers(count, encoding, runs, runs), 0, 0];
  const bytes = new Uint8Array(header.length + size);
  bytes.set(header);
  let at = header.length;
  for (const one of levels) {
    new DataView(bytes.buffer).setUint32(at, one.length, true);
    bytes.set(one, at + 4);
    at += 4 + one.length;
  }
  bytes.set(page.values, at);
  return bytes;
}

/** Fields 1, 2, 3, … of a struct, all integers that are not negative. */
function integers(...values: number[]): number[] {
  return values.flatMap((value) => [(1 << 4) | I32, ...varint(value * 2)]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
