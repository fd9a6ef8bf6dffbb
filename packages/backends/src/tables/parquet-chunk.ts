import { TrainyardError } from "@trainyard/core";
import type { ColumnMetaData, SchemaTree } from "hyparquet";
import type { MemoryBudget } from "./memory-budget.ts";
import { type Page, pagesOf } from "./parquet-pages.ts";
import { readLevels } from "./parquet-runs.ts";
import { checkValues, type ValueType, WIDEST_INDEX } from "./parquet-values.ts";
import { pageBytes } from "./parquet-write.ts";

/** A column chunk whose pages were all checked, written anew as the plainest pages hyparquet reads: version 1, not compressed. */
export interface CheckedChunk {
  /** Dictionary page and data pages, in order. */
  readonly parts: readonly Uint8Array[];
  /** Values in the pages: those that are not null for a flat column, all for a nested one. */
  readonly values: number;
  /** Flat columns: 1 for each row that is null; null when no row is. Their pages hold no levels. */
  readonly nulls: Uint8Array | null;
  /** Bytes to give back to the budget when the chunk was read. */
  readonly heap: number;
  readonly held: number;
}

/** A leaf of the schema: its place among the ancestors decides how many levels its pages have. */
export interface Leaf {
  readonly schema: SchemaTree;
  readonly flat: boolean;
  readonly maxRepetition: number;
  readonly maxDefinition: number;
}

/**
 * Checks every page of a column chunk (`bytes`) of a row group of `rows` rows. Throws an Error for a damaged one.
 *
 * @throws TABLE_TOO_LARGE, NOT_SUPPORTED
 */
export function checkChunk(
  bytes: Uint8Array,
  meta: ColumnMetaData,
  leaf: Leaf,
  rows: number,
  budget: MemoryBudget,
): CheckedChunk {
  const { maxRepetition, maxDefinition, flat } = leaf;
  const value = valueType(leaf.schema, meta);
  const count = Number(meta.num_values);
  if (!Number.isSafeInteger(count) || count < 0) throw new Error(`a column says it has ${count} values`);
  if (maxRepetition === 0 && count !== rows) throw new Error(`a column has ${count} values for ${rows} rows`);

  const parts: Uint8Array[] = [];
  let nulls: Uint8Array | null = null;
  let entries: number | null = null;
  let seen = 0;
  let values = 0;
  let rowsBegun = 0;
  let heap = 0;
  let held = 0;
  for (const page of pagesOf(bytes, { path: budget.path, codec: meta.codec, count, maxRepetition, maxDefinition })) {
    const size = page.values.length + page.definitions.length + page.repetitions.length;
    budget.takeColumns(2 * size); // as it came out of the file, and as it is written anew
    held += 2 * size;
    const needed = heapOf(page, leaf, value);
    budget.takeHeap(needed);
    heap += needed;
    if (page.kind === "dictionary") {
      if (entries !== null || seen > 0) throw new Error("a dictionary does not come first");
      checkValues(page.values, page.count, "PLAIN", value, null);
      entries = page.count;
      parts.push(pageBytes(page, page.count, []));
      continue;
    }
    const definitions = maxDefinition === 0 ? null : readLevels(page.definitions, maxDefinition, page.count);
    const defined = definitions === null ? page.count : countOf(definitions, maxDefinition);
    if (page.nulls !== null && flat && page.nulls !== page.count - defined) {
      throw new Error(`a page says ${page.nulls} of its values are null, and ${page.count - defined} are`);
    }
    if (maxRepetition > 0) {
      const repetitions = readLevels(page.repetitions, maxRepetition, page.count);
      rowsBegun += repetitions === null ? 0 : countOf(repetitions, 0);
    }
    if (defined > 0) {
      const more = checkDefined(page, defined, value, entries, budget);
      budget.takeHeap(more);
      heap += more;
    }
    if (flat && definitions !== null && defined < page.count) {
      nulls ??= new Uint8Array(rows);
      for (let i = 0; i < page.count; i++) nulls[seen + i] = 1 - (definitions[i] as number);
    }
    if (!flat) parts.push(pageBytes(page, page.count, levelsOf(page, leaf)));
    else if (defined > 0) parts.push(pageBytes(page, defined, []));
    seen += page.count;
    values += flat ? defined : page.count;
  }
  if (maxRepetition > 0 && rowsBegun !== rows) throw new Error(`a column has ${rowsBegun} of ${rows} rows`);
  return { parts, values, nulls, heap, held };
}

function checkDefined(
  page: Page,
  defined: number,
  value: ValueType,
  entries: number | null,
  budget: MemoryBudget,
): number {
  const width = page.values[0];
  if (page.encoding.endsWith("_DICTIONARY") && width !== undefined && width > WIDEST_INDEX && width <= 32) {
    throw new TrainyardError("NOT_SUPPORTED", {
      what: `Parquet's dictionary indexes of ${width} bits`,
      where: `(${budget.path}: at most ${WIDEST_INDEX})`,
    });
  }
  return checkValues(page.values, defined, page.encoding, value, entries);
}

/** Longest decimal that is read: 76 digits need 32 bytes. */
const LONGEST_DECIMAL = 32;

function valueType({ element }: SchemaTree, meta: ColumnMetaData): ValueType {
  const { type, type_length: length = 0, converted_type: converted, logical_type: logical } = element;
  if (type === undefined || type !== meta.type) throw new Error(`a column is of type ${type} and of type ${meta.type}`);
  const longest = converted === "DECIMAL" || logical?.type === "DECIMAL" ? LONGEST_DECIMAL : Number.POSITIVE_INFINITY;
  if (type !== "FIXED_LEN_BYTE_ARRAY") return { type, length: 0, longest };
  if (!(Number.isInteger(length) && length > 0 && length <= longest))
    throw new Error(`values of ${length} bytes cannot be`);
  if (logical?.type === "FLOAT16" && length !== 2) throw new Error(`half floats of ${length} bytes cannot be`);
  return { type, length, longest };
}

/** About what V8 needs for the values of a page while they are decoded: measured, rounded up. */
function heapOf({ kind, count, encoding, values }: Page, { maxDefinition, flat }: Leaf, { type }: ValueType): number {
  const coded = encoding.endsWith("_DICTIONARY") && kind === "data";
  const bytes = !coded && (type === "BYTE_ARRAY" || type === "FIXED_LEN_BYTE_ARRAY");
  const each = bytes ? 128 : type === "INT96" ? 64 : 16;
  return count * (flat ? each : each + 48 * maxDefinition) + (bytes ? values.length : 0);
}

function levelsOf(page: Page, { maxRepetition, maxDefinition }: Leaf): Uint8Array[] {
  return [...(maxRepetition > 0 ? [page.repetitions] : []), ...(maxDefinition > 0 ? [page.definitions] : [])];
}

function countOf(levels: Uint8Array, level: number): number {
  let found = 0;
  for (const one of levels) if (one === level) found++;
  return found;
}
