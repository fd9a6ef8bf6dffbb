import { type Column, type Table, TrainyardError } from "@trainyard/core";
import { FieldColumn } from "./field-column.ts";
import { type MemoryBudget, mustHoldColumns } from "./memory-budget.ts";
import { readRecords, syntax, type TextSource } from "./text-source.ts";

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;

/**
 * Reads a table of separated values (RFC 4180, quotes and embedded newlines included; CRLF or LF; blank lines are skipped). Columns
 * whose type only the end of the file decides are read a second time.
 *
 * @throws TABLE_EMPTY, TABLE_RAGGED, TABLE_SYNTAX, TABLE_TRUNCATED, COLUMN_DUPLICATE, FILE_UNREADABLE
 */
export async function readCsv(
  source: TextSource,
  separator: number,
  wanted: ReadonlySet<string> | null,
): Promise<Table> {
  const first = await scan(source, separator, (name) => (wanted === null || wanted.has(name) ? "open" : null));
  if (first.rows === 0) throw new TrainyardError("TABLE_EMPTY", { path: source.name });
  const undecided = new Set([...first.columns].filter(([, column]) => column.undecided).map(([name]) => name));
  const second =
    undecided.size === 0 ? null : await scan(source, separator, (name) => (undecided.has(name) ? "text" : null));
  if (second !== null && second.rows !== first.rows) {
    throw new TrainyardError("FILE_UNREADABLE", { path: source.name, problem: "it changed while it was read" });
  }
  const columns = new Map<string, Column>();
  for (const [name, column] of first.columns) columns.set(name, (second?.columns.get(name) ?? column).finish());
  return { rows: first.rows, columns };
}

interface Scanned {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, FieldColumn>;
}

async function scan(
  source: TextSource,
  separator: number,
  modeOf: (name: string) => "open" | "text" | null,
): Promise<Scanned> {
  const scanner = new CsvScanner(source.budget, separator, modeOf);
  await readRecords(source, scanner.take, () => scanner.line);
  return { rows: scanner.rows, columns: scanner.columns };
}

class CsvScanner {
  readonly columns = new Map<string, FieldColumn>();
  rows = 0;
  /** Number of the line the next record starts in, from 1. */
  line = 1;
  readonly #budget: MemoryBudget;
  readonly #path: string;
  readonly #separator: number;
  readonly #modeOf: (name: string) => "open" | "text" | null;
  /** By position; null for a column nobody asked for. Empty until the header is read. */
  #sinks: (FieldColumn | null)[] = [];
  #width = 0;
  // The fields of the record at hand, as bounds; `escaped` says that a quoted field holds doubled quotes.
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #escaped = new Uint8Array(64);

  constructor(budget: MemoryBudget, separator: number, modeOf: (name: string) => "open" | "text" | null) {
    this.#budget = budget;
    this.#path = budget.path;
    this.#separator = separator;
    this.#modeOf = modeOf;
  }

  readonly take = (bytes: Buffer, last: boolean): number => {
    let at = 0;
    while (at < bytes.length) {
      const end = this.#record(bytes, at, last);
      if (end < 0) break;
      at = end;
    }
    return at;
  };

  /** Takes the record that starts at `start`; where the next one starts, or −1 when it is not all there. */
  #record(bytes: Buffer, start: number, last: boolean): number {
    const separator = this.#separator;
    const limit = bytes.length;
    let fields = 0;
    let lines = 0;
    let at = start;
    for (;;) {
      let from = at;
      let to: number;
      let escaped = 0;
      if (bytes[at] === QUOTE && at < limit) {
        from = ++at;
        for (;;) {
          while (at < limit && bytes[at] !== QUOTE) if (bytes[at++] === LF) lines++;
          if (at >= limit) {
            if (last) throw syntax(this.#path, this.line, "a quote that opens in this record is never closed");
            return -1;
          }
          if (bytes[at + 1] !== QUOTE) break;
          escaped = 1;
          at += 2;
        }
        to = at++;
        if (bytes[at] === CR && (bytes[at + 1] === LF || at + 1 === limit)) at++;
        if (at < limit && bytes[at] !== separator && bytes[at] !== LF) {
          throw syntax(this.#path, this.line + lines, "there is text between a closing quote and the next separator");
        }
      } else {
        while (at < limit && bytes[at] !== separator && bytes[at] !== LF) at++;
        to = at > from && bytes[at - 1] === CR && bytes[at] !== separator ? at - 1 : at;
      }
      if (fields === this.#starts.length) this.#grow();
      this.#starts[fields] = from;
      this.#ends[fields] = to;
      this.#escaped[fields++] = escaped;
      if (at >= limit) {
        if (!last) return -1;
        break;
      }
      if (bytes[at++] === LF) {
        lines++;
        break;
      }
    }
    if (at - start > 2 || fields > 1 || this.#ends[0] !== this.#starts[0]) this.#commit(bytes, fields);
    this.line += lines;
    return at;
  }

  #commit(bytes: Buffer, fields: number): void {
    if (this.#width === 0) {
      this.#header(bytes, fields);
      return;
    }
    if (fields !== this.#width) {
      throw new TrainyardError("TABLE_RAGGED", {
        path: this.#path,
        line: this.line,
        expected: this.#width,
        got: fields,
      });
    }
    for (let i = 0; i < fields; i++) {
      const sink = this.#sinks[i] as FieldColumn | null;
      if (sink === null) continue;
      if (this.#escaped[i] === 0) sink.push(bytes, this.#starts[i] as number, this.#ends[i] as number);
      else {
        const plain = this.#unescape(bytes, i);
        sink.push(plain, 0, plain.length);
      }
    }
    this.rows++;
  }

  #header(bytes: Buffer, fields: number): void {
    mustHoldColumns(fields, this.#budget);
    const seen = new Set<string>();
    for (let i = 0; i < fields; i++) {
      const name = this.#unescape(bytes, i).toString("utf8");
      if (seen.has(name)) throw new TrainyardError("COLUMN_DUPLICATE", { path: this.#path, column: name });
      seen.add(name);
      const other = fields === 1 ? /[;\t]/.exec(name)?.[0] : undefined;
      if (other !== undefined)
        throw syntax(
          this.#path,
          this.line,
          `the fields are separated by ${other === ";" ? "semicolons" : "tabs"}; a .csv file has commas, a .tsv file tabs`,
        );
      const mode = this.#modeOf(name);
      const column = mode === null ? null : new FieldColumn(mode, this.#budget);
      this.#sinks.push(column);
      if (column !== null) this.columns.set(name, column);
    }
    this.#width = fields;
  }

  /** A field with its doubled quotes made single. */
  #unescape(bytes: Buffer, field: number): Buffer {
    const raw = bytes.subarray(this.#starts[field], this.#ends[field]);
    if (this.#escaped[field] === 0) return raw;
    const plain = Buffer.allocUnsafe(raw.length);
    let length = 0;
    for (let i = 0; i < raw.length; i++) {
      plain[length++] = raw[i] as number;
      if (raw[i] === QUOTE) i++;
    }
    return plain.subarray(0, length);
  }

  #grow(): void {
    const [starts, ends, escaped] = [this.#starts, this.#ends, this.#escaped];
    this.#starts = new Int32Array(starts.length * 2);
    this.#starts.set(starts);
    this.#ends = new Int32Array(starts.length * 2);
    this.#ends.set(ends);
    this.#escaped = new Uint8Array(starts.length * 2);
    this.#escaped.set(escaped);
  }
}
