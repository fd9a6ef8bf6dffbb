import { type Column, type Table, TrainyardError } from "@trainyard/core";
import { type MemoryBudget, mustHoldColumns } from "./memory-budget.ts";
import { NumericBuilder } from "./numeric-builder.ts";
import { TextBuilder } from "./text-builder.ts";
import { readRecords, syntax, type TextSource } from "./text-source.ts";

/**
 * Reads a table with one JSON object a line. A key that a line does not have is null there; objects and arrays become their JSON text;
 * a column of more than one type becomes text. Bare NaN and Infinity, which Python writes, are read as such.
 *
 * @throws TABLE_EMPTY, TABLE_SYNTAX, TABLE_TRUNCATED, FILE_UNREADABLE
 */
export async function readJsonl(source: TextSource, wanted: ReadonlySet<string> | null): Promise<Table> {
  const columns = new RecordColumns(source.budget, wanted);
  let line = 1;
  const take = (bytes: Buffer): number => {
    for (let start = 0; start < bytes.length; line++) {
      const end = bytes.indexOf(0x0a, start) + 1 || bytes.length;
      const text = bytes.toString("utf8", start, end).trim();
      start = end;
      if (text !== "") columns.add(objectOf(text, source.name, line), source.name, line);
    }
    return bytes.length;
  };
  await readRecords(source, take, () => line);
  if (columns.rows === 0) throw new TrainyardError("TABLE_EMPTY", { path: source.name });
  return columns.finish();
}

/** Columns that grow by one record after another. */
export class RecordColumns {
  rows = 0;
  readonly #columns = new Map<string, JsonColumn>();
  readonly #budget: MemoryBudget;
  readonly #wanted: ReadonlySet<string> | null;

  /** @param wanted Names of the columns to keep; null: all. */
  constructor(budget: MemoryBudget, wanted: ReadonlySet<string> | null) {
    this.#budget = budget;
    this.#wanted = wanted;
  }

  /** @param line Where the record stands, for messages. @throws TABLE_SYNTAX, TABLE_TOO_LARGE */
  add(record: Readonly<Record<string, unknown>>, path: string, line: number): void {
    for (const name of Object.keys(record)) {
      let column = this.#columns.get(name);
      if (column === undefined) {
        if (this.#wanted !== null && !this.#wanted.has(name)) continue;
        mustHoldColumns(this.#columns.size + 1, this.#budget);
        column = new JsonColumn(this.#budget);
        this.#columns.set(name, column);
      }
      const value = record[name];
      column.set(this.rows, typeof value === "object" && value !== null ? jsonOf(value, path, line) : value);
    }
    this.rows++;
  }

  finish(): Table {
    const { rows } = this;
    return { rows, columns: new Map([...this.#columns].map(([name, column]) => [name, column.finish(rows)])) };
  }
}

/** @throws TABLE_SYNTAX */
function objectOf(text: string, path: string, line: number): Record<string, unknown> {
  const value = parsedJson(text, path, line);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw syntax(path, line, "this is not a JSON object; one object a line is needed");
  }
  return value as Record<string, unknown>;
}

/** JSON as Python writes it too, with bare NaN and Infinity. @throws TABLE_SYNTAX */
export function parsedJson(text: string, path: string, line: number): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw syntax(path, line, `this is not JSON: ${(cause as Error).message}`);
  }
}

/** @throws TABLE_SYNTAX for more levels than the stack has room for: reading nested JSON needs no stack, writing it does. */
function jsonOf(value: object, path: string, line: number): string {
  try {
    return JSON.stringify(value);
  } catch {
    throw syntax(path, line, "a value is nested too deep");
  }
}

const NOT_FINITE = new Map([
  ["\u0000NaN", Number.NaN],
  ["\u0000Infinity", Number.POSITIVE_INFINITY],
  ["\u0000-Infinity", Number.NEGATIVE_INFINITY],
]);

function parse(text: string): unknown {
  try {
    // Only 16 digits or more, not of a fraction, can be an integer that a number does not hold; its own text is kept then.
    return /(?<![\d.])\d{16}/.test(text) ? JSON.parse(text, keepLongIntegers) : JSON.parse(text);
  } catch (cause) {
    if (!/\b(?:NaN|Infinity)\b/.test(text)) throw cause;
    // A string without an end matches up to the end: were it tried from each of its quotes, a long line would take hours.
    const quoted = text.replace(/"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|-?\bInfinity\b|\bNaN\b/g, (found) =>
      found.startsWith('"') ? found : `"\\u0000${found}"`,
    );
    return JSON.parse(quoted, (key, value: unknown, context?: { source?: string }) =>
      typeof value === "string" ? (NOT_FINITE.get(value) ?? value) : keepLongIntegers(key, value, context),
    );
  }
}

function keepLongIntegers(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return /^-?\d+$/.test(source) ? source : value;
}

class JsonColumn {
  #type: "open" | "number" | "boolean" | "text" = "open";
  #numbers: NumericBuilder;
  readonly #texts: TextBuilder;
  readonly #budget: MemoryBudget;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
    this.#numbers = new NumericBuilder(budget);
    this.#texts = new TextBuilder(budget);
  }

  set(row: number, value: unknown): void {
    if (value === null || value === undefined) return; // filled in by the next value, or at the end
    const type = typeof value === "number" || typeof value === "boolean" ? typeof value : "text";
    if (this.#type === "open") this.#type = type as "number" | "boolean" | "text";
    else if (this.#type !== type && this.#type !== "text") this.#becomeText();
    if (this.#type === "text") {
      this.#texts.padTo(row);
      this.#texts.push(String(value)); // as JSON writes numbers and booleans
    } else {
      this.#numbers.padTo(row);
      this.#numbers.push(Number(value));
    }
  }

  finish(rows: number): Column {
    if (this.#type === "text") {
      this.#texts.padTo(rows);
      return this.#texts.finish();
    }
    this.#numbers.padTo(rows);
    return this.#numbers.finish(this.#type === "boolean" ? "boolean" : "number");
  }

  #becomeText(): void {
    const truth = this.#type === "boolean";
    for (let row = 0; row < this.#numbers.length; row++) {
      const value = this.#numbers.at(row);
      if (value === null) this.#texts.pushNull();
      else this.#texts.push(truth ? String(value === 1) : String(value));
    }
    this.#numbers = new NumericBuilder(this.#budget);
    this.#type = "text";
  }
}
