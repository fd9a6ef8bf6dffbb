import { timeOfText } from "./as-time.ts";
import type { Column, Table } from "./table.ts";

/** A 64-bit hash of each row, in two words; two rows of a million that differ collide with probability 3e-8. Each of length rows. */
export interface RowHashes {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

/** Rows that equal an earlier row in every one of `columns`. −0 equals 0, null equals null, and 1 does not equal "1". */
export function duplicateRows(table: Table, columns: readonly string[]): number {
  if (!columns.some((name) => table.columns.has(name)) || table.rows < 2) return 0;
  const { low, high } = rowHashes(table, columns, hashText);
  return repeats(low, high);
}

/**
 * Hashes of rows that are to be found again in another file, perhaps of another format: there a number, a truth value or an instant may be text,
 * so `1` equals "1" and "true", and 2001-01-05 the same day of a time column. Every bit of both words is mixed: a row can be sampled by them.
 * @param columns In one order for both files.
 */
export function canonicalHashes(table: Table, columns: readonly string[]): RowHashes {
  const hashes = rowHashes(table, columns, hashCanonical);
  for (let row = 0; row < table.rows; row++) {
    hashes.low[row] = finish(hashes.low[row] as number);
    hashes.high[row] = finish((hashes.high[row] as number) ^ (hashes.low[row] as number));
  }
  return hashes;
}

function rowHashes(
  table: Table,
  columns: readonly string[],
  ofText: (text: string) => readonly [number, number],
): RowHashes {
  const low = new Uint32Array(table.rows).fill(0x9e3779b9);
  const high = new Uint32Array(table.rows).fill(0x85ebca77);
  for (const name of columns) {
    const column = table.columns.get(name);
    if (column !== undefined) mixColumn(column, low, high, ofText);
  }
  return { low, high };
}

function mixColumn(
  column: Column,
  low: Uint32Array,
  high: Uint32Array,
  ofText: (text: string) => readonly [number, number],
): void {
  if (column.type === "text") {
    const hashes = column.dictionary.map(ofText);
    for (let row = 0; row < column.codes.length; row++) {
      const hash = hashes[column.codes[row] as number];
      mix(low, high, row, hash?.[0] ?? 0x7fc00001, hash?.[1] ?? 0x7fc00002);
    }
    return;
  }
  const { values, nulls } = column;
  const words = new Uint32Array(2);
  const double = new Float64Array(words.buffer);
  for (let row = 0; row < values.length; row++) {
    if (nulls !== null && nulls[row] === 1) {
      mix(low, high, row, 0x7fc00001, 0x7fc00002);
      continue;
    }
    double[0] = (values[row] as number) + 0;
    mix(low, high, row, words[0] as number, words[1] as number);
  }
}

/** Two independent 32-bit lanes, each fed with both words (the round of MurmurHash3). */
function mix(low: Uint32Array, high: Uint32Array, row: number, a: number, b: number): void {
  let h = (low[row] as number) ^ Math.imul(rotate(Math.imul(a, 0xcc9e2d51), 15), 0x1b873593);
  h = Math.imul(rotate(h, 13), 5) + 0xe6546b64;
  h ^= Math.imul(rotate(Math.imul(b, 0xcc9e2d51), 15), 0x1b873593);
  h = Math.imul(rotate(h, 13), 5) + 0xe6546b64;
  low[row] = h ^ (h >>> 16);
  let g = (high[row] as number) ^ Math.imul(rotate(Math.imul(b, 0x239b961b), 16), 0xab0e9789);
  g = Math.imul(rotate(g, 19), 5) + 0x561ccd1b;
  g ^= Math.imul(rotate(Math.imul(a, 0x38b34ae5), 17), 0xa1e38b93);
  g = Math.imul(rotate(g, 17), 5) + 0x0bcaa747;
  high[row] = g ^ (g >>> 15);
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

function hashText(text: string): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return [a, b ^ text.length];
}

/** The last step of MurmurHash3 (fmix32): afterwards every bit depends on every other. */
function finish(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const WORDS = new Uint32Array(2);
const DOUBLE = new Float64Array(WORDS.buffer);

/** Text that a reader of another format would have taken for a number hashes as that number. */
function hashCanonical(text: string): [number, number] {
  const value = text === "true" ? 1 : text === "false" ? 0 : Number(text);
  const number = String(value) === text || text === "true" || text === "false" ? value : timeOfText(text);
  if (!Number.isFinite(number)) return hashText(text);
  DOUBLE[0] = number + 0;
  return [WORDS[0] as number, WORDS[1] as number];
}

/** Rows whose pair of words occurred before, by open addressing over row numbers. */
function repeats(low: Uint32Array, high: Uint32Array): number {
  let size = 16;
  while (size < low.length * 2) size *= 2;
  const slots = new Int32Array(size).fill(-1);
  let repeated = 0;
  for (let row = 0; row < low.length; row++) {
    let slot = ((low[row] as number) ^ Math.imul(high[row] as number, 0x9e3779b1)) & (size - 1);
    for (;;) {
      const other = slots[slot] as number;
      if (other < 0) {
        slots[slot] = row;
        break;
      }
      if (low[other] === low[row] && high[other] === high[row]) {
        repeated++;
        break;
      }
      slot = (slot + 1) & (size - 1);
    }
  }
  return repeated;
}
