import { TrainyardError } from "@trainyard/core";
import {
  type ColumnMetaData,
  type FileMetaData,
  parquetMetadata,
  type SchemaElement,
  type SchemaTree,
} from "hyparquet";
import type { Leaf } from "./parquet-chunk.ts";
import { ThriftReader } from "./parquet-thrift.ts";

/** A file read piece by piece. `read` throws an Error for bytes that are not in it. */
export interface FileBytes {
  readonly size: number;
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

const MAGIC = "PAR1";
/** Ten thousand columns in a hundred row groups need about this. */
const LARGEST_FOOTER = 128 * 1024 * 1024;
const DEEPEST_SCHEMA = 32;

/** Reads a Parquet file's footer; everything later code counts on is checked. Throws an Error for a damaged one. */
export async function readMetadata(file: FileBytes): Promise<FileMetaData> {
  if (file.size < 12) throw new Error(`it has ${file.size} bytes`);
  const tail = await file.read(file.size - 8, file.size);
  if (Buffer.from(tail.buffer, 4, 4).toString("latin1") !== MAGIC)
    throw new Error("it does not end as a Parquet file does");
  const length = new DataView(tail.buffer).getUint32(0, true);
  if (length > file.size - 12 || length > LARGEST_FOOTER) throw new Error(`its metadata cannot have ${length} bytes`);
  const footer = await file.read(file.size - 8 - length, file.size);
  new ThriftReader(footer, 0, length).struct();
  const metadata = parquetMetadata(footer, { geoparquet: false });
  checkSchema(metadata.schema);
  const rows = Number(metadata.num_rows);
  const grouped = metadata.row_groups.map((group) => Number(group.num_rows));
  const sum = grouped.reduce((total, count) => total + count, 0);
  if (!grouped.every((count) => Number.isSafeInteger(count) && count >= 0))
    throw new Error("a row group's rows cannot be");
  if (sum !== rows || !Number.isSafeInteger(rows))
    throw new Error(`the row groups hold ${sum} rows, the file says ${rows}`);
  return metadata;
}

/** The schema comes as a list in which each element says how many of the next ones are its children. */
function checkSchema(schema: readonly SchemaElement[]): void {
  const open: number[] = []; // children each ancestor still lacks
  for (const [i, { type, num_children: children = 0 }] of schema.entries()) {
    const above = open.length - 1;
    if (i > 0 && above < 0) throw new Error("its schema has elements that belong nowhere");
    if (i > 0) (open[above] as number)--;
    if (!Number.isInteger(children) || children < 0)
      throw new Error(`an element of its schema has ${children} children`);
    if (i > 0 && (type === undefined) === (children === 0))
      throw new Error("an element of its schema is neither a value nor a group");
    open[above + 1] = children;
    while (open.at(-1) === 0) open.pop();
    if (open.length > DEEPEST_SCHEMA) throw new Error(`its schema is more than ${DEEPEST_SCHEMA} deep`);
  }
  if (open.length > 0) throw new Error("its schema is not complete");
}

/** Of each row group: its rows, and its column chunks by the top-level column they belong to. */
export function chunksByColumn({
  row_groups,
}: FileMetaData): { rows: number; chunks: Map<string, ColumnMetaData[]> }[] {
  return row_groups.map((group) => {
    const chunks = new Map<string, ColumnMetaData[]>();
    for (const { file_path, meta_data } of group.columns) {
      if (file_path !== undefined) throw new Error(`its values are in another file, ${JSON.stringify(file_path)}`);
      if (meta_data === undefined) throw new Error("a column lacks its metadata; is it encrypted?");
      const name = meta_data.path_in_schema[0] ?? "";
      const known = chunks.get(name);
      if (known === undefined) chunks.set(name, [meta_data]);
      else known.push(meta_data);
    }
    return { rows: Number(group.num_rows), chunks };
  });
}

/**
 * The leaves of a top-level column by their path (joined with a zero).
 * @throws NOT_SUPPORTED for a VARIANT
 */
export function leavesOf(column: SchemaTree, path: string): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const visit = (schema: SchemaTree, repetition: number, definition: number): void => {
    const { repetition_type: repeats, logical_type: logical } = schema.element;
    if (logical?.type === "VARIANT") {
      throw new TrainyardError("NOT_SUPPORTED", { what: "Parquet's VARIANT type", where: `yet (${path})` });
    }
    const maxRepetition = repetition + (repeats === "REPEATED" ? 1 : 0);
    const maxDefinition = definition + (repeats === "REQUIRED" ? 0 : 1);
    for (const child of schema.children) visit(child, maxRepetition, maxDefinition);
    if (schema.children.length > 0) return;
    const flat = schema === column && repeats !== "REPEATED";
    leaves.set(schema.path.join("\0"), { schema, flat, maxRepetition, maxDefinition });
  };
  visit(column, 0, 0);
  return leaves;
}
