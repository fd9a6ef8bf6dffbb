import type { Column, Table } from "./table.ts";

/** A column of more different values tells too little for its memory. */
const MOST_VALUES = 65_536;

/**
 * The share of one file's rows that could equal a row of another at all, by the column that separates the two best: rows of March equal none of January.
 * Looked at are columns of text, whose values are listed anyway, and those that are `also` named.
 */
export class SharedValues {
  readonly #also: ReadonlySet<string>;
  /** Rows of each value, by column, of the one file; the values of the other. */
  readonly #rows = new Map<string, Map<string, number>>();
  readonly #others = new Map<string, Set<string>>();
  readonly #left = new Set<string>();
  readonly #isText = new Map<string, boolean>();

  constructor(also: readonly string[]) {
    this.#also = new Set(also);
  }

  /** Adds rows of the file whose share is asked for. */
  count(table: Table, columns: readonly string[]): void {
    for (const [name, column] of this.#looked(table, columns)) {
      const rows = this.#rows.get(name) ?? new Map<string, number>();
      this.#rows.set(name, rows);
      if (column.type === "text") {
        const counts = new Uint32Array(column.dictionary.length);
        for (const code of column.codes) if (code >= 0) counts[code] = (counts[code] as number) + 1;
        for (const [code, value] of column.dictionary.entries())
          rows.set(value, (rows.get(value) ?? 0) + (counts[code] as number));
      } else
        for (const value of column.values) {
          rows.set(String(value), (rows.get(String(value)) ?? 0) + 1);
          if (rows.size > MOST_VALUES) break;
        }
      if (rows.size > MOST_VALUES) this.#left.add(name);
    }
  }

  /** Adds rows of the other file. */
  other(table: Table, columns: readonly string[]): void {
    for (const [name, column] of this.#looked(table, columns)) {
      const values = this.#others.get(name) ?? new Set<string>();
      this.#others.set(name, values);
      if (column.type === "text") for (const value of column.dictionary) values.add(value);
      else
        for (const value of column.values) {
          values.add(String(value));
          if (values.size > MOST_VALUES) break;
        }
      if (values.size > MOST_VALUES) this.#left.add(name);
    }
  }

  /** 0 … 1; 1 where nothing separates them. Null values count as shared. */
  share(rows: number): number {
    let least = 1;
    for (const [name, counts] of this.#rows) {
      const others = this.#others.get(name);
      if (others === undefined || this.#left.has(name)) continue;
      let apart = 0;
      for (const [value, count] of counts) if (!others.has(value)) apart += count;
      least = Math.min(least, 1 - apart / rows);
    }
    return least;
  }

  /** A column that is text here and a number there is left out. */
  #looked(table: Table, columns: readonly string[]): [string, Column][] {
    const found: [string, Column][] = [];
    for (const name of columns) {
      const column = table.columns.get(name);
      if (column === undefined || this.#left.has(name)) continue;
      const isText = column.type === "text";
      const known = this.#isText.get(name) ?? isText;
      this.#isText.set(name, known);
      if (known !== isText) this.#left.add(name);
      else if (isText || this.#also.has(name)) found.push([name, column]);
    }
    return found;
  }
}
