import { z } from "zod";
import { canonicalHashes, type RowHashes } from "../data/row-hash.ts";
import { numbersRows } from "../data/row-numbers.ts";
import { RowSample } from "../data/row-sample.ts";
import { SharedValues } from "../data/shared-values.ts";
import type { Table } from "../data/table.ts";

/** File of a run bundle with a sample of the rows it was trained on, by hash: rows that are scored later are held against it. */
export const TRAINED_ROWS_FILE = "profiles/trained-rows.json";
const KEPT = 65_536;
/** Hexadecimal digits of a row: all of one word, half of the other. 48 bits tell a billion pairs of rows apart with one mistake in 280,000. */
const DIGITS = 12;

export const TrainedRows = z.object({
  /** Columns the hash is of. */
  columns: z.array(z.string()),
  /** Only rows whose hash begins with so many zeros are here. */
  halvings: z.int().min(0).max(32),
  /** Chance that another row from the same source equals one of these, at most. */
  byChance: z.number().min(0).max(1),
  rows: z.string().regex(/^(?:[0-9a-f]{12})*$/),
  /** As in `RowOverlap`. */
  numbering: z.array(z.string()).optional(),
});
export type TrainedRows = z.infer<typeof TrainedRows>;

/** How many evaluation rows equal a row that was trained on, in every column both have but the row's number. */
export const RowOverlap = z.object({
  /** Evaluation rows that were trained on, of those that were looked at. */
  rows: z.int().nonnegative(),
  of: z.int().nonnegative(),
  /** Only rows that a sample by hash covers were looked at. */
  sampled: z.boolean(),
  /** Share of rows, 0 … 1, that would equal one by chance, at most: as rows repeat inside the training data, where no column keeps the two apart. */
  byChance: z.number().min(0).max(1),
  /** Columns that were compared. */
  columns: z.int().positive(),
  /** Columns that were not compared, as they only number the rows of a file; absent: none but the id. */
  numbering: z.array(z.string()).optional(),
});
export type RowOverlap = z.infer<typeof RowOverlap>;

/** Finds evaluation rows that were trained on, while the tables are read anyway, evaluation first; no table is kept. */
export class TrainedRowFinder {
  readonly #id: string | undefined;
  /** What numbers a row says nothing of it: two files number their rows alike. */
  readonly #numbering = new Set<string>();
  readonly #evaluationAgain: (visit: (table: Table) => void) => Promise<void>;
  #columns: string[] | null = null;
  #evaluation: RowHashes[] = [];
  readonly #trained = new RowSample();
  readonly #shared: SharedValues;

  /**
   * @param columns What the columns of ids and of groups are called, where they have a name of their own.
   * @param evaluationAgain Reads the evaluation tables once more: where the training tables lack a column of theirs.
   */
  constructor(
    { id, groups }: { id?: string | undefined; groups?: string | undefined },
    evaluationAgain: (visit: (table: Table) => void) => Promise<void>,
  ) {
    this.#id = id;
    this.#shared = new SharedValues(groups === undefined ? [] : [groups]);
    this.#evaluationAgain = evaluationAgain;
  }

  evaluation(table: Table): void {
    this.#columns ??= this.#telling(table, [...table.columns.keys()]).sort();
    this.#evaluation.push(canonicalHashes(table, this.#columns));
    this.#shared.count(table, this.#columns);
  }

  /** A table that lacks what the first one had is left out: its rows cannot be told. */
  async training(table: Table): Promise<void> {
    const known = this.#columns ?? [...table.columns.keys()].sort();
    const there = known.filter((name) => table.columns.has(name));
    const both = this.#trained.distinct > 0 ? there : this.#telling(table, there);
    if (both.length < known.length) {
      if (this.#trained.distinct > 0) return;
      this.#evaluation = [];
      await this.#evaluationAgain((again) => this.#evaluation.push(canonicalHashes(again, both)));
    }
    this.#columns = both;
    if (both.length === 0) return;
    this.#trained.addAll(canonicalHashes(table, both));
    this.#shared.other(table, both);
  }

  /** Null where there was nothing to compare. */
  overlap(): RowOverlap | null {
    const columns = this.#columns?.length ?? 0;
    if (columns === 0 || this.#trained.distinct === 0 || this.#evaluation.length === 0) return null;
    const rows = this.#evaluation.reduce((sum, { low }) => sum + low.length, 0);
    return {
      ...counted(this.#evaluation, this.#trained, 0xffffffff),
      byChance: this.#trained.chanceOfRepeat() * this.#shared.share(rows),
      columns,
      ...this.#numbered(),
    };
  }

  /** What is kept of the training rows; null where there are none. */
  trained(): TrainedRows | null {
    if (this.#trained.distinct === 0 || this.#columns === null) return null;
    const sample = this.#trained.thinned(KEPT);
    const rows: string[] = [];
    sample.each((low, high) => rows.push(hex(high, 8) + hex(low & 0xffff, 4)));
    return {
      columns: this.#columns,
      halvings: sample.halvings,
      byChance: sample.chanceOfRepeat(),
      rows: rows.sort().join(""),
      ...this.#numbered(),
    };
  }

  /** Those of the columns that say something of a row. */
  #telling(table: Table, names: readonly string[]): string[] {
    return names.filter((name) => {
      if (name === this.#id) return false;
      const isNumber = numbersRows(table, name);
      if (isNumber && name !== "id") this.#numbering.add(name);
      return !isNumber;
    });
  }

  #numbered(): { numbering?: string[] } {
    return this.#numbering.size === 0 ? {} : { numbering: [...this.#numbering].sort() };
  }
}

/** Holds evaluation rows against the sample that was kept of the training rows. */
export class KeptRowFinder {
  readonly #kept: TrainedRows;
  readonly #evaluation: RowHashes[] = [];
  #told = true;

  constructor(kept: TrainedRows) {
    this.#kept = kept;
  }

  evaluation(table: Table): void {
    if (this.#kept.columns.some((name) => !table.columns.has(name))) this.#told = false;
    else this.#evaluation.push(canonicalHashes(table, this.#kept.columns));
  }

  /** Null where these tables lack a column that the training rows were told by. */
  overlap(): RowOverlap | null {
    const { columns, halvings, byChance, rows, numbering } = this.#kept;
    if (!this.#told || columns.length === 0 || this.#evaluation.length === 0) return null;
    const sample = RowSample.of(halvings);
    for (let at = 0; at < rows.length; at += DIGITS)
      sample.add(Number.parseInt(rows.slice(at + 8, at + DIGITS), 16), Number.parseInt(rows.slice(at, at + 8), 16));
    const told = { byChance, columns: columns.length, ...(numbering !== undefined && { numbering }) };
    return { ...counted(this.#evaluation, sample, 0xffff), ...told };
  }
}

/** @param lowBits The bits of the low word that the sample has. */
function counted(
  evaluation: readonly RowHashes[],
  trained: RowSample,
  lowBits: number,
): Pick<RowOverlap, "rows" | "of" | "sampled"> {
  let [rows, of] = [0, 0];
  for (const { low, high } of evaluation)
    for (let row = 0; row < low.length; row++) {
      if (!trained.covers(high[row] as number)) continue;
      of++;
      if (trained.has(((low[row] as number) & lowBits) >>> 0, high[row] as number)) rows++;
    }
  return { rows, of, sampled: trained.halvings > 0 };
}

const hex = (word: number, digits: number) => word.toString(16).padStart(digits, "0");
