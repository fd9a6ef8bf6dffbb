import { type FileHandle, open } from "node:fs/promises";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { type Column, isRefusal, type Table, TrainyardError } from "@trainyard/core";
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from "hyparquet";
import { lz4Decompress } from "./lz4.ts";
import { ParquetColumn } from "./parquet-column.ts";

/** Never more output than the page header promises: a damaged or hostile page must not fill the memory. Node allows no limit below 1. */
const atMost = (length: number) => ({ maxOutputLength: Math.max(1, length) });
const compressors: Compressors = {
  ZSTD: (input, length) => zstdDecompressSync(input, atMost(length)),
  GZIP: (input, length) => gunzipSync(input, atMost(length)),
  BROTLI: (input, length) => brotliDecompressSync(input, atMost(length)),
  LZ4_RAW: lz4Decompress,
};

/**
 * Reads a Parquet file column by column and row group by row group, so that at most one column of one row group is held twice.
 * INT64 becomes numbers, or text when a value lies beyond 2^53; dates and timestamps become milliseconds; nested values JSON text.
 *
 * @throws TABLE_EMPTY, TABLE_TRUNCATED, COLUMN_DUPLICATE, NOT_SUPPORTED, FILE_UNREADABLE
 */
export async function readParquet(file: string, name: string, wanted: ReadonlySet<string> | null): Promise<Table> {
  const handle = await open(file).catch((cause: Error) => {
    throw new TrainyardError("FILE_UNREADABLE", { path: name, problem: cause.message }, { cause });
  });
  try {
    return await readTable(await bufferOf(handle), name, wanted);
  } catch (cause) {
    if (isRefusal(cause)) throw cause;
    const problem = cause instanceof Error ? cause.message.replace(/^parquet /, "") : String(cause);
    if (/^unsupported compression codec/.test(problem)) {
      throw new TrainyardError("NOT_SUPPORTED", {
        what: `Parquet's ${problem.split(": ")[1]} compression`,
        where: `yet (${name})`,
      });
    }
    throw new TrainyardError("TABLE_TRUNCATED", { path: name, problem }, { cause });
  } finally {
    await handle.close();
  }
}

async function readTable(file: AsyncBuffer, name: string, wanted: ReadonlySet<string> | null): Promise<Table> {
  const metadata = await parquetMetadataAsync(file, { geoparquet: false });
  const rows = Number(metadata.num_rows);
  if (rows === 0) throw new TrainyardError("TABLE_EMPTY", { path: name });
  const grouped = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (grouped !== rows) throw new Error(`the row groups hold ${grouped} rows, the file says ${rows}`);

  const columns = new Map<string, Column>();
  const seen = new Set<string>();
  for (const child of parquetSchema(metadata).children) {
    const column = child.element.name;
    if (seen.has(column)) throw new TrainyardError("COLUMN_DUPLICATE", { path: name, column });
    seen.add(column);
    if (wanted !== null && !wanted.has(column)) continue;
    let sink = new ParquetColumn(child, rows, "by-type");
    await fill(sink, column, file, metadata);
    if (sink.beyondExact) {
      sink = new ParquetColumn(child, rows, "text");
      await fill(sink, column, file, metadata);
    }
    columns.set(column, sink.finish());
  }
  return { rows, columns };
}

/** Reads one column of every row group into its sink. */
async function fill(sink: ParquetColumn, column: string, file: AsyncBuffer, metadata: FileMetaData): Promise<void> {
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    if (rowEnd === rowStart) continue;
    const failures: unknown[] = []; // a throw inside onChunk would be lost: hyparquet does not await it
    await parquetRead({
      file,
      metadata,
      columns: [column],
      rowStart,
      rowEnd,
      compressors,
      parsers: sink.parsers,
      geoparquet: false,
      onChunk: (chunk) => {
        try {
          sink.put(chunk.rowStart, chunk.columnData, rowStart, rowEnd);
        } catch (error) {
          failures.push(error);
        }
      },
    });
    if (failures.length > 0) throw failures[0];
    if (sink.filled !== rowEnd && !sink.beyondExact) {
      throw new Error(`column ${JSON.stringify(column)} ends after ${sink.filled} of ${rowEnd} rows`);
    }
    if (sink.beyondExact) return;
    rowStart = rowEnd;
  }
}

async function bufferOf(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const wantedBytes = Math.max(0, end - start);
      if (start < 0 || end > size) throw new Error(`it ends at byte ${size}, and byte ${end} is needed`);
      const bytes = new Uint8Array(wantedBytes);
      let got = 0;
      while (got < wantedBytes) {
        const { bytesRead } = await handle.read(bytes, got, wantedBytes - got, start + got);
        if (bytesRead === 0) throw new Error(`it ended at byte ${start + got} while it was read`);
        got += bytesRead;
      }
      return bytes.buffer;
    },
  };
}
