import type { Column, Table } from "./table.ts";

/**
 * Rows that equal an earlier row in every one of `columns`, told by a 64-bit hash of the row (two rows of a million
 * that differ collide with probability 3e-8). −0 equals 0, null equals null, and 1 does not equal "1".
 */
export function duplicateRows(table: Table, columns: readonly string[]): number {
  const kept = columns.flatMap((name) => table.columns.get(name) ?? []);
  if (kept.length === 0 || table.rows < 2) return 0;
  const low = new Uint32Array(table.rows).fill(0x9e3779b9);
  const high = new Uint32Array(table.rows).fill(0x85ebca77);
  for (const column of kept) mixColumn(column, low, high);
  return repeats(low, high);
}

function mixColumn(column: Column, low: Uint32Array, high: Uint32Array): void {
  if (column.type === "text") {
    const hashes = column.dictionary.map(hashText);
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
