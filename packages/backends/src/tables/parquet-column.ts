import type { Column, NumericColumn } from "@trainyard/core";
import type { DecodedArray, ParquetParsers, SchemaTree } from "hyparquet";
import { asDecimal } from "./decimal.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import { mustFit, textBytes } from "./text-builder.ts";

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

const asHex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString("hex");
/** Shapes stay the bytes they are: no model takes them apart, and hyparquet's parser believes their counts. */
const RAW: Partial<ParquetParsers> = { geometryFromBytes: asHex, geographyFromBytes: asHex };

type Kind = NumericColumn["type"] | "text";

/** One column of a Parquet file, filled chunk by chunk. */
export class ParquetColumn {
  readonly parsers: Partial<ParquetParsers>;
  /** An integer that a number does not hold exactly was met: the column must be read again as text. */
  beyondExact = false;
  /** Rows filled so far; values come in order. */
  filled = 0;
  readonly #budget: MemoryBudget;
  readonly #kind: Kind;
  readonly #nested: boolean;
  readonly #scale: number | null;
  readonly #values: Float64Array;
  #nulls: Uint8Array | null = null;
  readonly #codes: Int32Array;
  readonly #known = new Map<string, number>();
  // The row group at hand: its rows, and which of them its values leave out.
  #groupStart = 0;
  #groupEnd = 0;
  #left: Uint8Array | null = null;

  constructor(schema: SchemaTree, rows: number, read: "by-type" | "text", budget: MemoryBudget) {
    this.#budget = budget;
    this.#nested = isNested(schema);
    this.#kind = read === "text" ? "text" : kindOf(schema);
    const { converted_type: converted, logical_type: logical } = schema.element;
    const marked = converted === "UTF8" || logical?.type === "STRING";
    this.parsers = this.#nested ? RAW : { ...RAW, ...FLAT, stringFromBytes: decode(marked) };
    this.#scale = schema.element.converted_type === "DECIMAL" ? (schema.element.scale ?? 0) : null;
    budget.takeColumns(rows * (this.#kind === "text" ? 4 : 8));
    this.#values = new Float64Array(this.#kind === "text" ? 0 : rows);
    this.#codes = new Int32Array(this.#kind === "text" ? rows : 0);
  }

  /** Begins a row group of `rows` rows; `nulls` is 1 where the values that come leave a row out. */
  startGroup(rows: number, nulls: Uint8Array | null): void {
    this.#groupStart = this.filled;
    this.#groupEnd = this.filled + rows;
    this.#left = nulls;
  }

  /** Takes the next values of the row group. */
  put(data: DecodedArray): void {
    if (this.beyondExact) return;
    if (data.length > this.#groupEnd - this.filled) throw new Error("a column holds more values than rows");
    if (this.#kind === "text") this.#putText(data);
    else this.#putNumbers(data);
  }

  /** True when every row of the group came. */
  endGroup(): boolean {
    this.#skipNulls();
    return this.filled === this.#groupEnd;
  }

  finish(): Column {
    if (this.#kind === "text") return { type: "text", codes: this.#codes, dictionary: [...this.#known.keys()] };
    return { type: this.#kind, values: this.#values, nulls: this.#nulls };
  }

  #skipNulls(): void {
    if (this.#left === null) return;
    while (this.filled < this.#groupEnd && this.#left[this.filled - this.#groupStart] === 1) this.#putNull();
  }

  #putNull(): void {
    const row = this.filled++;
    if (this.#kind === "text") {
      this.#codes[row] = -1;
      return;
    }
    if (this.#nulls === null) {
      this.#budget.takeColumns(this.#values.length);
      this.#nulls = new Uint8Array(this.#values.length);
    }
    this.#nulls[row] = 1;
    this.#values[row] = Number.NaN;
  }

  #putNumbers(data: DecodedArray): void {
    const values = this.#values;
    for (let i = 0; i < data.length; i++) {
      if (this.#left !== null) this.#skipNulls();
      const value: unknown = data[i];
      if (typeof value === "number") {
        values[this.filled++] = this.#scale === null ? value : asDecimal(value, this.#scale);
      } else if (typeof value === "bigint") {
        const number = Number(value);
        if (!Number.isSafeInteger(number)) {
          this.beyondExact = true;
          return;
        }
        values[this.filled++] = number;
      } else if (typeof value === "boolean") values[this.filled++] = value ? 1 : 0;
      else if (value === undefined) throw new Error("a value points outside its dictionary");
      else throw new Error(`a number is needed, and ${typeof value} stands there`);
    }
  }

  #putText(data: DecodedArray): void {
    for (let i = 0; i < data.length; i++) {
      if (this.#left !== null) this.#skipNulls();
      const value: unknown = data[i];
      if (typeof value === "string") this.#codes[this.filled++] = this.#codeOf(value);
      else if (this.#nested && (value === null || value === undefined)) this.#putNull();
      else if (value === undefined) throw new Error("a value points outside its dictionary");
      else this.#codes[this.filled++] = this.#codeOf(textOf(value));
    }
  }

  #codeOf(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    mustFit(this.#known.size, this.#budget);
    this.#budget.takeHeap(textBytes(text));
    const code = this.#known.size;
    this.#known.set(text, code);
    return code;
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

export function isNested({ children, element }: SchemaTree): boolean {
  return children.length > 0 || element.repetition_type === "REPEATED";
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
