import { eachIdText } from "./match-rows.ts";
import type { Column } from "./table.ts";

/** 64-bit hashes of ids, in two words each; both of length rows. */
export interface IdHashes {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

/**
 * Hashes of ids as text (numbers as JavaScript writes them, "7.0" as 7): 7 and "7" have one hash, as `matchRows` takes them for one id. They are kept in
 * files, so what an id hashes to never changes. Nobody need guard against ids that were made to collide: whoever writes ids may as well write equal ones.
 */
export function idHashes(ids: Column): IdHashes {
  const rows = ids.type === "text" ? ids.codes.length : ids.values.length;
  const hashes = { low: new Uint32Array(rows), high: new Uint32Array(rows) };
  eachIdText(ids, (text, row) => hashInto(text, row, hashes));
  return hashes;
}

/** Two lanes over the UTF-16 units, each with steps that lose nothing; then each word takes part in the other (fmix32 of MurmurHash3). */
function hashInto(text: string, row: number, { low, high }: IdHashes): void {
  let a = 0x243f6a88; // digits of π
  let b = 0x85a308d3;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    a ^= a >>> 15;
    b = Math.imul(b + unit, 0x85ebca77);
    b ^= b >>> 13;
  }
  a = finish(a ^ text.length);
  b = finish(b + a);
  high[row] = b;
  low[row] = finish(a ^ b);
}

function finish(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Rows by their hash: open addressing over row numbers, since a Map of a million 64-bit keys takes seconds. */
class HashedRows {
  readonly #hashes: IdHashes;
  /** Row + 1 at that place; 0 is empty. */
  readonly #rows: Int32Array;
  readonly #mask: number;

  /** @param hashes Of the rows that are added. */
  constructor(hashes: IdHashes) {
    let capacity = 16;
    while (capacity < hashes.low.length * 2) capacity *= 2;
    this.#hashes = hashes;
    this.#rows = new Int32Array(capacity);
    this.#mask = capacity - 1;
  }

  /** The first row with this hash; −1 when there is none. */
  find(low: number, high: number): number {
    return (this.#rows[this.#place(low, high)] as number) - 1;
  }

  /** The first row with this row's hash: itself, if none was added before. */
  add(row: number): number {
    const place = this.#place(this.#hashes.low[row] as number, this.#hashes.high[row] as number);
    if (this.#rows[place] === 0) this.#rows[place] = row + 1;
    return (this.#rows[place] as number) - 1;
  }

  #place(low: number, high: number): number {
    const { low: lows, high: highs } = this.#hashes;
    for (let place = low & this.#mask; ; place = (place + 1) & this.#mask) {
      const row = (this.#rows[place] as number) - 1;
      if (row < 0 || (lows[row] === low && highs[row] === high)) return place;
    }
  }
}

/** True where two rows have one hash. */
export function hasTwins(hashes: IdHashes): boolean {
  const rows = new HashedRows(hashes);
  for (let row = 0; row < hashes.low.length; row++) if (rows.add(row) !== row) return true;
  return false;
}

/**
 * For each row with these ids, the row of `keys` with the same hash, or −1: what `matchRows` finds where the keys' ids are known by their hashes only.
 * Of different ids that share a hash none is matched, as nobody knows which of them is meant.
 * @param hash How ids are hashed: as `keys` were.
 */
export function matchHashes(ids: Column, keys: IdHashes, hash: (ids: Column) => IdHashes = idHashes): Int32Array {
  const own = hash(ids);
  const rows = own.low.length;
  const index = new HashedRows(own);
  const first = new Int32Array(rows);
  let twins = false;
  for (let row = 0; row < rows; row++) {
    first[row] = index.add(row);
    twins ||= first[row] !== row;
  }
  const found = new Int32Array(rows).fill(-1);
  for (let key = 0; key < keys.low.length; key++) {
    const row = index.find(keys.low[key] as number, keys.high[key] as number);
    if (row >= 0) found[row] = key;
  }
  const unclear = twins ? rowsOfUnclearHash(ids, first) : new Set<number>();
  return first.map((row) => (unclear.has(row) ? -1 : (found[row] as number)));
}

/** First rows of hashes that different ids share. */
function rowsOfUnclearHash(ids: Column, first: Int32Array): Set<number> {
  const shared = new Set<number>();
  for (let row = 0; row < first.length; row++) if (first[row] !== row) shared.add(first[row] as number);
  const texts = new Map<number, string>();
  const unclear = new Set<number>();
  eachIdText(ids, (text, row) => {
    const own = first[row] as number;
    if (!shared.has(own)) return;
    const known = texts.get(own);
    if (known === undefined) texts.set(own, text);
    else if (known !== text) unclear.add(own);
  });
  return unclear;
}
