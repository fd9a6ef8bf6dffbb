/**
 * Parquet's two run encodings, walked with every length checked: the hybrid of run-length and bit-packed runs (levels, dictionary
 * indexes, booleans) and the delta encoding of integers. https://parquet.apache.org/docs/file-format/data-pages/encodings/
 * hyparquet believes their counts: a run may write 2^30 values past the page, a count may be negative, and zero bits need no bytes.
 */

class Cursor {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  take(count: number): number {
    const at = this.at;
    if (count > this.bytes.length - at) throw new Error("a page ends within its values");
    this.at += count;
    return at;
  }

  byte(): number {
    return this.bytes[this.take(1)] as number;
  }

  /** Up to 64 bits; beyond 2^53 rounded. */
  varint(): number {
    let value = 0;
    for (let factor = 1, i = 0; i < 10; i++, factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new Error("a number in a page does not end");
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

/** What one run of a hybrid holds: `count` values, all equal to `value`, or packed `width` bits each from byte `at` on. */
type OnRun = (first: number, count: number, value: number | null, at: number) => void;

/** Walks the runs of `count` values of `width` bits. Packed values come in groups of 8, so the last run may hold more than is left. */
export function walkHybrid(bytes: Uint8Array, width: number, count: number, onRun: OnRun = () => {}): void {
  if (width > 32) throw new Error(`values of ${width} bits cannot be`);
  const cursor = new Cursor(bytes);
  for (let seen = 0; seen < count; ) {
    const header = cursor.varint();
    const packed = header % 2 === 1;
    const length = packed ? ((header - 1) / 2) * 8 : header / 2;
    if (length > count - seen && (!packed || width === 0)) throw new Error("a run is longer than its page");
    const at = cursor.take(packed ? (length / 8) * width : (width + 7) >> 3);
    const fitting = Math.min(length, count - seen);
    let value: number | null = null;
    if (!packed) {
      value = 0;
      for (let i = cursor.at; i > at; i--) value = value * 256 + (bytes[i - 1] as number);
      if (value >= 2 ** width) throw new Error(`a value needs more than the page's ${width} bits`);
    }
    onRun(seen, fitting, value, at);
    seen += fitting;
  }
}

/** The levels of a page, 0 to `max` each, or null when all of them are `max` (nothing is null or empty). */
export function readLevels(bytes: Uint8Array, max: number, count: number): Uint8Array | null {
  const width = 32 - Math.clz32(max);
  let levels: Uint8Array | null = null;
  walkHybrid(bytes, width, count, (first, length, value, at) => {
    if (value === max && length === count) return;
    levels ??= new Uint8Array(count);
    if (value !== null) levels.fill(value, first, first + length);
    else unpack(bytes, at, width, levels, first, length);
  });
  const found = levels as Uint8Array | null;
  if (found?.some((level) => level > max)) throw new Error(`a level is above ${max}`);
  return found;
}

function unpack(bytes: Uint8Array, at: number, width: number, into: Uint8Array, first: number, length: number): void {
  const mask = (1 << width) - 1;
  let byte = at;
  let held = 0;
  let bits = 0;
  for (let i = first; i < first + length; i++) {
    if (bits < width) {
      held |= (bytes[byte++] as number) << bits;
      bits += 8;
    }
    into[i] = held & mask;
    held >>>= width;
    bits -= width;
  }
}

/**
 * Walks delta-encoded integers from the start of `bytes` and returns where they end; with `into`, also decodes them (32 bits).
 *
 * @param widest Bits of the type, 32 or 64.
 */
export function walkDeltas(bytes: Uint8Array, count: number, widest: 32 | 64, into: Int32Array | null): number {
  const cursor = new Cursor(bytes);
  const block = cursor.varint();
  const miniblocks = cursor.varint();
  const total = cursor.varint();
  let value = cursor.zigzag();
  const perMiniblock = block / miniblocks;
  if (!(Number.isInteger(perMiniblock) && perMiniblock > 0 && perMiniblock % 32 === 0 && block < 2 ** 31)) {
    throw new Error(`a block of ${block} deltas in ${miniblocks} parts cannot be`);
  }
  if (total !== count) throw new Error(`a page says it holds ${total} values, and ${count} are needed`);
  if (into !== null && count > 0) into[0] = value;
  for (let seen = 1; seen < count; ) {
    const least = cursor.zigzag();
    const widths = cursor.take(miniblocks);
    for (let i = 0; i < miniblocks && seen < count; i++) {
      const width = bytes[widths + i] as number;
      if (width > widest) throw new Error(`deltas of ${width} bits cannot be`);
      const at = cursor.take((perMiniblock / 8) * width);
      const end = Math.min(count, seen + perMiniblock);
      if (into === null) seen = end;
      for (let bit = at * 8; seen < end; bit += width) {
        value = (value + least + bitsAt(bytes, bit, width)) | 0;
        if (into !== null) into[seen] = value;
        seen++;
      }
    }
  }
  return cursor.at;
}

function bitsAt(bytes: Uint8Array, bit: number, width: number): number {
  let value = 0;
  for (let read = 0; read < width; ) {
    const within = (bit + read) & 7;
    const some = Math.min(8 - within, width - read);
    value += (((bytes[(bit + read) >>> 3] as number) >>> within) & ((1 << some) - 1)) * 2 ** read;
    read += some;
  }
  return value;
}
