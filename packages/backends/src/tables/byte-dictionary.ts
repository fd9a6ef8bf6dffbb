import { randomInt } from "node:crypto";
import { type MemoryBudget, tooLarge } from "./memory-budget.ts";

/** Offsets into the pool are 32 bits. */
const LARGEST_POOL = 2 ** 32 - 1;

/**
 * Numbers distinct byte strings 0, 1, 2, … in the order they first come. A hash table over the bytes themselves: a token that
 * was seen before costs no string, which is what makes text columns of large CSV files cheap.
 */
export class ByteDictionary {
  #slots = new Int32Array(32).fill(-1); // hash slot → code; linear probing, at most half full
  #hashes = new Int32Array(16);
  #ends = new Uint32Array(16); // code → end of its bytes in the pool; it starts where the previous one ends
  #pool: Buffer = Buffer.alloc(0);
  size = 0;
  readonly #budget: MemoryBudget;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /** The number of the bytes [start, end). */
  code(bytes: Uint8Array, start: number, end: number): number {
    const hash = fnv1a(bytes, start, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let code = this.#slots[slot] as number; code >= 0; code = this.#slots[slot] as number) {
      if (this.#hashes[code] === hash && this.#same(code, bytes, start, end)) return code;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.size;
    return this.#add(hash, bytes, start, end);
  }

  /** The byte strings as text, by number. They must be UTF-8. */
  strings(): string[] {
    return Array.from({ length: this.size }, (_, code) =>
      this.#pool.toString("utf8", this.#start(code), this.#ends[code] as number),
    );
  }

  #start(code: number): number {
    return code === 0 ? 0 : (this.#ends[code - 1] as number);
  }

  #same(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    let at = this.#start(code);
    if ((this.#ends[code] as number) - at !== end - start) return false;
    for (let i = start; i < end; i++) if (bytes[i] !== this.#pool[at++]) return false;
    return true;
  }

  #add(hash: number, bytes: Uint8Array, start: number, end: number): number {
    this.#budget.takeHeap(end - start + 64); // the string it becomes in the end
    const code = this.size++;
    const from = this.#start(code);
    const to = from + end - start;
    if (to > this.#pool.length) {
      if (to > LARGEST_POOL) throw tooLarge(this.#budget.path, "a column's distinct texts", `${LARGEST_POOL} bytes`);
      const length = Math.min(LARGEST_POOL, Math.max(64, to, this.#pool.length * 2));
      this.#budget.takeColumns(length - this.#pool.length);
      const pool = Buffer.allocUnsafeSlow(length);
      pool.set(this.#pool.subarray(0, from));
      this.#pool = pool;
    }
    for (let i = start, at = from; i < end; i++) this.#pool[at++] = bytes[i] as number;
    this.#hashes[code] = hash;
    this.#ends[code] = to;
    if (this.size === this.#hashes.length) this.#grow();
    return code;
  }

  #grow(): void {
    this.#budget.takeColumns(this.#hashes.length * 16);
    const hashes = new Int32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const ends = new Uint32Array(hashes.length);
    ends.set(this.#ends);
    this.#ends = ends;
    const slots = new Int32Array(hashes.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let code = 0; code < this.size; code++) {
      let slot = (hashes[code] as number) & mask;
      while ((slots[slot] as number) >= 0) slot = (slot + 1) & mask;
      slots[slot] = code;
    }
    this.#slots = slots;
  }
}

/** Another start in each process, so that nobody can write a file whose texts all fall into one slot. Codes do not depend on it. */
const BASIS = randomInt(2 ** 32);

/** The 32-bit FNV-1a hash (Fowler, Noll, Vo), folded once so that the low bits depend on all of it. */
function fnv1a(bytes: Uint8Array, start: number, end: number): number {
  let hash = BASIS;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}
