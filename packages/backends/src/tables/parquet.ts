import { type FileHandle, open } from "node:fs/promises";
import { type Column, isRefusal, type Table, TrainyardError } from "@trainyard/core";
import { type ColumnMetaData, type FileMetaData, parquetRead, parquetSchema, type SchemaTree } from "hyparquet";
import type { MemoryBudget } from "./memory-budget.ts";
import { type CheckedChunk, checkChunk } from "./parquet-chunk.ts";
import { isNested, ParquetColumn } from "./parquet-column.ts";
import { chunksByColumn, type FileBytes, leavesOf, readMetadata } from "./parquet-metadata.ts";

/**
 * Reads a Parquet file column by column and row group by row group, so that at most one column of one row group is held twice.
 * INT64 becomes numbers, or text when a value lies beyond 2^53; dates and timestamps become milliseconds; nested values JSON text.
 *
 * hyparquet decodes the values, and believes what it is given: run lengths, sizes and counts that are wrong make it loop or fill the
 * memory. So every page is checked and written anew in one plain form first (parquet-chunk.ts), and hyparquet reads only that.
 *
 * @throws TABLE_EMPTY, TABLE_TRUNCATED, TABLE_TOO_LARGE, COLUMN_DUPLICATE, NOT_SUPPORTED, FILE_UNREADABLE
 */
export async function readParquet(
  file: string,
  wanted: ReadonlySet<string> | null,
  budget: MemoryBudget,
): Promise<Table> {
  const name = budget.path;
  const handle = await open(file).catch((cause: Error) => {
    throw new TrainyardError("FILE_UNREADABLE", { path: name, problem: cause.message }, { cause });
  });
  try {
    return await readTable(await bytesOf(handle), wanted, budget);
  } catch (cause) {
    if (isRefusal(cause)) throw cause;
    const problem = cause instanceof Error ? cause.message.replace(/^parquet /, "") : String(cause);
    throw new TrainyardError("TABLE_TRUNCATED", { path: name, problem }, { cause });
  } finally {
    await handle.close();
  }
}

async function readTable(file: FileBytes, wanted: ReadonlySet<string> | null, budget: MemoryBudget): Promise<Table> {
  const path = budget.path;
  const metadata = await readMetadata(file);
  const rows = Number(metadata.num_rows);
  if (rows === 0) throw new TrainyardError("TABLE_EMPTY", { path });
  const groups = chunksByColumn(metadata);
  const columns = new Map<string, Column>();
  const { children } = parquetSchema(metadata);
  const names = children.map(({ element }) => element.name);
  const twice = new Set(names).size < names.length ? names.find((name, i) => names.indexOf(name) < i) : undefined;
  if (twice !== undefined) throw new TrainyardError("COLUMN_DUPLICATE", { path, column: twice });
  for (const child of children) {
    const column = child.element.name;
    if (wanted !== null && !wanted.has(column)) continue;
    const read = async (as: "by-type" | "text") => {
      const sink = new ParquetColumn(child, rows, as, budget);
      for (const group of groups) {
        if (group.rows === 0 || sink.beyondExact) continue;
        await fill(sink, child, group.rows, group.chunks.get(column) ?? [], file, budget);
      }
      return sink;
    };
    const typed = await read("by-type");
    columns.set(column, (typed.beyondExact ? await read("text") : typed).finish());
  }
  return { rows, columns };
}

/** Reads one column of one row group into its sink. */
async function fill(
  sink: ParquetColumn,
  child: SchemaTree,
  rows: number,
  chunks: readonly ColumnMetaData[],
  file: FileBytes,
  budget: MemoryBudget,
): Promise<void> {
  const leaves = leavesOf(child, budget.path);
  const checked: { meta: ColumnMetaData; chunk: CheckedChunk }[] = [];
  if (chunks.length !== leaves.size)
    throw new Error(`a row group has ${chunks.length} of ${leaves.size} parts of a column`);
  for (const [key, leaf] of leaves) {
    const meta = chunks.find(({ path_in_schema }) => path_in_schema.join("\0") === key);
    if (meta === undefined) throw new Error("a row group lacks a part of a column");
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const bytes = await file.read(start, start + Number(meta.total_compressed_size));
    checked.push({ meta, chunk: checkChunk(bytes, meta, leaf, rows, budget) });
  }
  sink.startGroup(rows, checked[0]?.chunk.nulls ?? null);
  const values = isNested(child) ? rows : (checked[0]?.chunk.values ?? 0);
  if (values > 0) await decode(sink, child, values, checked);
  if (!sink.beyondExact && !sink.endGroup()) {
    throw new Error(`column ${JSON.stringify(child.element.name)} ends after ${sink.filled} rows`);
  }
  for (const { chunk } of checked) {
    budget.takeColumns(-chunk.held);
    budget.takeHeap(-chunk.heap);
  }
}

/** Has hyparquet decode checked pages: a file in memory with one column and one row group. */
async function decode(
  sink: ParquetColumn,
  child: SchemaTree,
  rows: number,
  checked: readonly { meta: ColumnMetaData; chunk: CheckedChunk }[],
): Promise<void> {
  const columns: FileMetaData["row_groups"][number]["columns"] = [];
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const { meta, chunk } of checked) {
    const size = chunk.parts.reduce((sum, { length }) => sum + length, 0);
    const { type, path_in_schema } = meta;
    columns.push({
      file_offset: 0n,
      meta_data: {
        type,
        path_in_schema,
        encodings: [],
        codec: "UNCOMPRESSED",
        num_values: BigInt(chunk.values),
        total_uncompressed_size: BigInt(size),
        total_compressed_size: BigInt(size),
        data_page_offset: BigInt(offset),
      },
    });
    parts.push(...chunk.parts);
    offset += size;
  }
  const bytes = joined(parts, offset);
  const failures: unknown[] = []; // a throw inside onChunk would be lost: hyparquet does not await it
  await parquetRead({
    file: {
      byteLength: offset,
      slice: (start, end = offset) => (start === 0 && end === offset ? bytes : bytes.slice(start, end)),
    },
    metadata: {
      version: 1,
      schema: [{ name: "root", num_children: 1 }, ...elementsOf(child, isNested(child))],
      num_rows: BigInt(rows),
      row_groups: [{ columns, total_byte_size: BigInt(offset), num_rows: BigInt(rows) }],
      metadata_length: 0,
    },
    rowStart: 0,
    rowEnd: rows,
    parsers: sink.parsers,
    geoparquet: false,
    onChunk: ({ columnData }) => {
      try {
        sink.put(columnData);
      } catch (error) {
        failures.push(error);
      }
    },
  });
  if (failures.length > 0) throw failures[0];
}

/** The schema of a column, flat again. The pages of a flat column hold no nulls, so it is a required one. */
function elementsOf({ element, children }: SchemaTree, nested: boolean): FileMetaData["schema"] {
  if (!nested) return [{ ...element, repetition_type: "REQUIRED" }];
  return [element, ...children.flatMap((child) => elementsOf(child, true))];
}

function joined(parts: readonly Uint8Array[], size: number): ArrayBuffer {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes.buffer;
}

async function bytesOf(handle: FileHandle): Promise<FileBytes> {
  const { size } = await handle.stat();
  return {
    size,
    async read(start, end) {
      if (!(start >= 0 && end >= start)) throw new Error("a part of it is said to be where nothing can be");
      if (end > size) throw new Error(`it ends at byte ${size}, and byte ${end} is needed`);
      const bytes = new Uint8Array(end - start);
      let got = 0;
      while (got < bytes.length) {
        const { bytesRead } = await handle.read(bytes, got, bytes.length - got, start + got);
        if (bytesRead === 0) throw new Error(`it ended at byte ${start + got} while it was read`);
        got += bytesRead;
      }
      return bytes;
    },
  };
}
