import type { RowHashes } from "./row-hash.ts";

/** Distinct rows a sample holds at most while rows are counted: 4 M slots of 12 bytes. */
const MOST = 2 ** 21;
/** Slots for each row held: half of them are free. */
const SLOTS_PER_ROW = 2;

/**
 * Rows by their hash, of which those are kept whose hash begins with `halvings` zeros: as many bits as it takes to hold no more than `most` different
 * rows (Wegman's adaptive sampling, Flajolet 1990). Another table sampled by the same bits holds the same rows, so shares compare, and what many rows
 * share is in both or in neither.
 */
export class RowSample {
  readonly #most: number;
  #halvings = 0;
  #low = new Uint32Array(64);
  #high = new Uint32Array(64);
  /** How often a row occurred; 0: the slot is free. */
  #times = new Uint32Array(64);
  #distinct = 0;

  constructor(most: number = MOST) {
    this.#most = most;
  }

  /** One of 2^halvings different rows is in the sample. */
  get halvings(): number {
    return this.#halvings;
  }

  /** Different rows in the sample. */
  get distinct(): number {
    return this.#distinct;
  }

  /** Whether a row with this hash belongs to the sample, whether it occurred or not. */
  covers(high: number): boolean {
    return this.#halvings === 0 || high >>> (32 - this.#halvings) === 0;
  }

  has(low: number, high: number): boolean {
    return this.#times[this.#slotOf(low, high)] !== 0;
  }

  addAll({ low, high }: RowHashes): void {
    for (let row = 0; row < low.length; row++) this.add(low[row] as number, high[row] as number);
  }

  /** @param times How often the row occurred. */
  add(low: number, high: number, times = 1): void {
    if (!this.covers(high)) return;
    const slot = this.#slotOf(low, high);
    const before = this.#times[slot] as number;
    this.#times[slot] = before + times;
    if (before !== 0) return;
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#distinct++;
    if (this.#distinct > this.#most) this.#rebuild(this.#low.length, this.#halvings + 1);
    else if (this.#distinct * SLOTS_PER_ROW > this.#low.length) this.#rebuild(this.#low.length * 2, this.#halvings);
  }

  /** The same sample of at most so many different rows. */
  thinned(most: number): RowSample {
    const thin = new RowSample(most);
    thin.#halvings = this.#halvings;
    this.each((low, high, times) => thin.add(low, high, times));
    return thin;
  }

  /** A sample that was written down: rows in it are told by `add`. */
  static of(halvings: number): RowSample {
    const sample = new RowSample();
    sample.#halvings = halvings;
    return sample;
  }

  /**
   * Chance that one more row from where these come from equals one of them, at most: 1 − N₁/n, N₁ of n rows having occurred once (Good 1953), and 3/n for
   * what n rows cannot rule out (the rule of three, Hanley & Lippman-Hand 1983).
   */
  chanceOfRepeat(): number {
    let rows = 0;
    let once = 0;
    this.each((_low, _high, times) => {
      rows += times;
      if (times === 1) once++;
    });
    return rows === 0 ? 1 : Math.min(1, 1 - once / rows + 3 / rows);
  }

  each(visit: (low: number, high: number, times: number) => void): void {
    for (let slot = 0; slot < this.#times.length; slot++) {
      const times = this.#times[slot] as number;
      if (times > 0) visit(this.#low[slot] as number, this.#high[slot] as number, times);
    }
  }

  /** Where a row is, or would be put: open addressing over a power of two. */
  #slotOf(low: number, high: number): number {
    const mask = this.#times.length - 1;
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
    while (this.#times[slot] !== 0 && (this.#low[slot] !== low || this.#high[slot] !== high)) slot = (slot + 1) & mask;
    return slot;
  }

  #rebuild(slots: number, halvings: number): void {
    const [low, high, times] = [this.#low, this.#high, this.#times];
    this.#low = new Uint32Array(slots);
    this.#high = new Uint32Array(slots);
    this.#times = new Uint32Array(slots);
    this.#halvings = halvings;
    this.#distinct = 0;
    for (let slot = 0; slot < times.length; slot++) {
      if (times[slot] === 0 || !this.covers(high[slot] as number)) continue;
      const at = this.#slotOf(low[slot] as number, high[slot] as number);
      this.#low[at] = low[slot] as number;
      this.#high[at] = high[slot] as number;
      this.#times[at] = times[slot] as number;
      this.#distinct++;
    }
  }
}
