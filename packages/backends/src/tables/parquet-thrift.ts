/** A value of Thrift's compact protocol; a struct is a Map from field number to value. */
type ThriftValue = number | boolean | Uint8Array | null | ThriftStruct;
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

const STRUCT = 12;
/** Parquet's own metadata is at most 7 deep. */
const DEEPEST = 24;
/** About 600,000 column chunks; hyparquet makes some 200 bytes of objects of each struct. */
const MOST_STRUCTS = 1 << 22;

/**
 * Reads Thrift's compact protocol with every length and count checked against the bytes that are there, which hyparquet's own parser
 * does not do: its lists are allocated as long as they claim to be, and an offset that became NaN never reaches the end.
 * Lists are checked and left out (null): page headers need none.
 */
export class ThriftReader {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #structs = 0;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  /** @throws Error when the bytes are no struct. */
  struct(depth = 0): ThriftStruct {
    if (depth > DEEPEST || ++this.#structs > MOST_STRUCTS)
      throw new Error("its metadata is nested too deep or too long");
    const fields = new Map<number, ThriftValue>();
    let field = 0;
    for (;;) {
      const byte = this.#byte();
      const type = byte & 15;
      if (type === 0) return fields;
      field = byte >> 4 === 0 ? this.#integer() : field + (byte >> 4);
      const value = this.#value(type, depth);
      if (value !== null) fields.set(field, value);
    }
  }

  #value(type: number, depth: number): ThriftValue {
    switch (type) {
      case 1:
      case 2:
        return type === 1;
      case 3:
        return (this.#byte() << 24) >> 24;
      case 4:
      case 5:
      case 6:
        return this.#integer();
      case 7:
        this.#skip(8);
        return null;
      case 8: {
        const length = this.#varint();
        this.#skip(length);
        return this.#bytes.subarray(this.at - length, this.at);
      }
      case 9:
        this.#list(depth + 1);
        return null;
      case STRUCT:
        return this.struct(depth + 1);
      default:
        throw new Error("its metadata is damaged");
    }
  }

  #list(depth: number): void {
    if (depth > DEEPEST) throw new Error("its metadata is nested too deep or too long");
    const byte = this.#byte();
    const type = byte & 15;
    const size = byte >> 4 === 15 ? this.#varint() : byte >> 4;
    if (size > this.#end - this.at) throw new Error("a list in its metadata is longer than the metadata");
    for (let i = 0; i < size; i++) {
      if (type <= 2) this.#skip(1);
      else this.#value(type, depth);
    }
  }

  /** Zigzag; beyond 2^53 it is rounded, which every check on it survives. */
  #integer(): number {
    const zigzag = this.#varint();
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1, i = 0; i < 10; i++, factor *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new Error("a number in its metadata does not end");
  }

  #byte(): number {
    if (this.at >= this.#end) throw new Error("its metadata ends early");
    return this.#bytes[this.at++] as number;
  }

  #skip(bytes: number): void {
    if (bytes > this.#end - this.at) throw new Error("its metadata ends early");
    this.at += bytes;
  }
}
