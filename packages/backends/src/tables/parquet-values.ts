import type { Encoding, ParquetType } from "hyparquet";
import { walkDeltas, walkHybrid } from "./parquet-runs.ts";

/** What the schema says about the values of a leaf column. */
export interface ValueType {
  readonly type: ParquetType;
  /** Bytes of a FIXED_LEN_BYTE_ARRAY, 0 otherwise. */
  readonly length: number;
  /** Most bytes a byte array may have; hyparquet's time to read a decimal grows with their square. */
  readonly longest: number;
}

const WIDTHS: Partial<Record<ParquetType, number>> = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8, INT96: 12 };
/** hyparquet unpacks indexes of up to 24 bits right, and wider ones wrong. */
export const WIDEST_INDEX = 24;

/**
 * Finds out whether `bytes` hold `count` values, so that reading them cannot run past them, loop, or allocate what is not there.
 *
 * @param entries Entries of the chunk's dictionary, null when it has none.
 * @returns How many bytes the values become at most, beyond those in `bytes`.
 */
export function checkValues(
  bytes: Uint8Array,
  count: number,
  encoding: Encoding,
  value: ValueType,
  entries: number | null,
): number {
  switch (encoding) {
    case "PLAIN":
      checkPlain(bytes, count, value);
      return 0;
    case "RLE":
      if (value.type !== "BOOLEAN" || bytes.length < 4) break;
      walkHybrid(bytes.subarray(4), 1, count);
      return 0;
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY": {
      if (entries === null || entries === 0 || value.type === "BOOLEAN") break;
      const width = bytes[0];
      if (width === undefined || width > 32) break;
      if (width > 0) walkHybrid(bytes.subarray(1), width, count); // of no bits all are 0, and no run is looked at
      return 0;
    }
    case "DELTA_BINARY_PACKED":
      if (value.type !== "INT32" && value.type !== "INT64") break;
      walkDeltas(bytes, count, value.type === "INT32" ? 32 : 64, null);
      return 0;
    case "DELTA_LENGTH_BYTE_ARRAY": {
      if (value.type !== "BYTE_ARRAY") break;
      const lengths = new Int32Array(count);
      checkLengths(bytes.length - walkDeltas(bytes, count, 32, lengths), lengths, value);
      return 0;
    }
    case "DELTA_BYTE_ARRAY":
      if (value.type !== "BYTE_ARRAY" && value.type !== "FIXED_LEN_BYTE_ARRAY") break;
      return checkPrefixes(bytes, count, value);
    case "BYTE_STREAM_SPLIT": {
      const width = widthOf(value);
      if (width === null || value.type === "INT96") break;
      if (bytes.length < count * width) throw new Error("a page ends within its values");
      return 0;
    }
  }
  throw new Error(`a page of ${value.type} values is encoded as ${encoding}, which cannot be`);
}

function widthOf({ type, length }: ValueType): number | null {
  return type === "FIXED_LEN_BYTE_ARRAY" ? length : (WIDTHS[type] ?? null);
}

function checkPlain(bytes: Uint8Array, count: number, value: ValueType): void {
  const ends = () => new Error("a page ends within its values");
  if (value.type === "BOOLEAN") {
    if (bytes.length < count / 8) throw ends();
    return;
  }
  const width = widthOf(value);
  if (width !== null) {
    if (bytes.length < count * width) throw ends();
    return;
  }
  if (bytes.length < count * 4) throw ends();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) throw ends();
    const length = view.getUint32(at, true);
    if (length > value.longest) throw new Error(`a value has ${length} bytes`);
    at += 4 + length;
  }
  if (at > bytes.length) throw ends();
}

function checkLengths(left: number, lengths: Int32Array, { longest }: ValueType): void {
  let sum = 0;
  for (const length of lengths) {
    if (length < 0 || length > longest) throw new Error(`a value has ${length} bytes`);
    sum += length;
  }
  if (sum > left) throw new Error("a page ends within its values");
}

/** Each value is the start of the one before it and a rest; so a page can become far more than it is. */
function checkPrefixes(bytes: Uint8Array, count: number, value: ValueType): number {
  const prefixes = new Int32Array(count);
  const rests = new Int32Array(count);
  const start = walkDeltas(bytes, count, 32, prefixes);
  const end = start + walkDeltas(bytes.subarray(start), count, 32, rests);
  checkLengths(bytes.length - end, rests, value);
  let previous = 0;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const prefix = prefixes[i] as number;
    if (prefix < 0 || prefix > previous) throw new Error("a value repeats more than the value before it has");
    previous = prefix + (rests[i] as number);
    if (previous > value.longest || (value.length > 0 && previous !== value.length))
      throw new Error(`a value has ${previous} bytes`);
    sum += previous;
  }
  return sum;
}
