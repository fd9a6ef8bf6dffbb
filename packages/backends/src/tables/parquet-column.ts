import type { Column, NumericColumn } from "@trainyard/core";
import type { DecodedArray, ParquetParsers, SchemaTree } from "hyparquet";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as text. What is marked as text must be; unmarked bytes are text for older writers, and hex where they cannot be. */
const decode = (marked: boolean) => (bytes: Uint8Array | undefined) => {
  if (bytes === undefined) return undefined;
  try {
    return utf8.decode(bytes);
  } catch {
    if (marked) throw new Error("a text value is not UTF-8");
    return Buffer.from(bytes).toString("hex");
  }
};

/** Instants as numbers (milliseconds since 1970), JSON as its own text; hyparquet would make a Date or an object of each. */
const FLAT: Partial<ParquetParsers> = {
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (micros) => Number(micros) / 1000,
  timestampFromNanoseconds: (nanos) => Number(nanos / 1000n) / 1000,
  dateFromDays: (days) => days * 86_400_000,
  jsonFromBytes: (bytes) => bytes && Buffer.from(bytes).toString("utf8"),
};

type Kind = NumericColumn["type"] | "text";

/** One column of a Parquet file, filled chunk by chunk. */
export class ParquetColumn {
  readonly parsers: Partial<ParquetParsers>;
  /** An integer that a number does not hold exactly was met: the column must be read again as text. */
  beyondExact = false;
  /** Rows filled so far; chunks come in order. */
  filled = 0;
  readonly #kind: Kind;
  readonly #scale: number | null;
  readonly #values: Float64Array;
  #nulls: Uint8Array | null = null;
  readonly #codes: Int32Array;
  readonly #known = new Map<string, number>();

  constructor(schema: SchemaTree, rows: number, read: "by-type" | "text") {
    this.#kind = read === "text" ? "text" : kindOf(schema);
    const { converted_type: converted, logical_type: logical } = schema.element;
    const marked = converted === "UTF8" || logical?.type === "STRING";
    this.parsers = isNested(schema) ? {} : { ...FLAT, stringFromBytes: decode(marked) };
    this.#scale = schema.element.converted_type === "DECIMAL" ? (schema.element.scale ?? 0) : null;
    this.#values = new Float64Array(this.#kind === "text" ? 0 : rows);
    this.#codes = new Int32Array(this.#kind === "text" ? rows : 0);
  }

  /** Takes a chunk whose first row is `rowStart`; rows outside [from, to) are not wanted. */
  put(rowStart: number, data: DecodedArray, from: number, to: number): void {
    const first = Math.max(rowStart, from);
    if (first !== this.filled || this.beyondExact) return;
    const end = Math.min(rowStart + data.length, to);
    if (this.#kind === "text") this.#putText(data, rowStart, end);
    else this.#putNumbers(data, rowStart, end);
    this.filled = Math.max(this.filled, end);
  }

  finish(): Column {
    if (this.#kind === "text") return { type: "text", codes: this.#codes, dictionary: [...this.#known.keys()] };
    return { type: this.#kind, values: this.#values, nulls: this.#nulls };
  }

  #putNumbers(data: DecodedArray, rowStart: number, end: number): void {
    const values = this.#values;
    for (let row = this.filled; row < end; row++) {
      const value: unknown = data[row - rowStart];
      if (typeof value === "number") values[row] = this.#scale === null ? value : rounded(value, this.#scale);
      else if (typeof value === "bigint") {
        const number = Number(value);
        if (!Number.isSafeInteger(number)) {
          this.beyondExact = true;
          return;
        }
        values[row] = number;
      } else if (typeof value === "boolean") values[row] = value ? 1 : 0;
      else {
        if (value !== null && value !== undefined)
          throw new Error(`a number is needed, and ${typeof value} stands there`);
        this.#nulls ??= new Uint8Array(values.length);
        this.#nulls[row] = 1;
        values[row] = Number.NaN;
      }
    }
  }

  #putText(data: DecodedArray, rowStart: number, end: number): void {
    for (let row = this.filled; row < end; row++) {
      const value: unknown = data[row - rowStart];
      if (value === null || value === undefined) {
        this.#codes[row] = -1;
        continue;
      }
      const text = typeof value === "string" ? value : textOf(value);
      let code = this.#known.get(text);
      if (code === undefined) {
        code = this.#known.size;
        this.#known.set(text, code);
      }
      this.#codes[row] = code;
    }
  }
}

function kindOf(schema: SchemaTree): Kind {
  if (isNested(schema)) return "text";
  const { type, converted_type: converted, logical_type: logical } = schema.element;
  if (
    converted === "DATE" ||
    converted?.startsWith("TIMESTAMP") ||
    logical?.type === "DATE" ||
    logical?.type === "TIMESTAMP"
  ) {
    return "time";
  }
  if (type === "INT96") return "time";
  if (converted === "DECIMAL" || logical?.type === "FLOAT16") return "number";
  if (type === "BOOLEAN") return "boolean";
  return type === "BYTE_ARRAY" || type === "FIXED_LEN_BYTE_ARRAY" ? "text" : "number";
}

function isNested({ children, element }: SchemaTree): boolean {
  return children.length > 0 || element.repetition_type === "REPEATED";
}

/** A decimal without the noise of the multiplication that made it: 19.990000000000002 → 19.99. */
function rounded(value: number, scale: number): number {
  return scale > 0 && scale <= 20 && Math.abs(value) < 1e15 ? Number(value.toFixed(scale)) : value;
}

/** A nested or binary value as text: JSON, integers beyond 2^53 as strings, bytes as hex. */
function textOf(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === "bigint") return Number.isSafeInteger(Number(inner)) ? Number(inner) : String(inner);
    if (inner instanceof Uint8Array) return Buffer.from(inner).toString("hex");
    return inner;
  });
}
