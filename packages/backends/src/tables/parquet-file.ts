import { writeFile } from "node:fs/promises";
import { constants, zstdCompressSync } from "node:zlib";
import { type Column, type Table, TrainyardError } from "@trainyard/core";
import type { Encoding, SchemaElement } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { storedNumbers } from "./stored-numbers.ts";

/** Rows written as one piece: what is held at once, and what one zstd frame has. */
const ROWS_OF_A_GROUP = 1_000_000;
const LEVEL = 9;

const shared = {
  codec: "ZSTD",
  compressors: {
    ZSTD: (bytes: Uint8Array) =>
      zstdCompressSync(bytes, {
        params: { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 0 },
      }),
  },
  statistics: false,
  rowGroupSize: ROWS_OF_A_GROUP,
  pageSize: 0,
  createdBy: "trainyard",
} as const;

/** A column as it lies in the file. */
interface StoredColumn {
  readonly element: SchemaElement;
  readonly data: readonly string[] | BigInt64Array | Int32Array | Float32Array | Float64Array;
  /** Null: as a dictionary where that is smaller, else plain. */
  readonly encoding: Encoding | null;
}

/**
 * Writes a table as Parquet, each column in the type and encoding that is smallest and gives every value back. The same table gives the same bytes: no
 * name of a machine, no time, no number of processors goes in; of another release of zstd they may be others, and the table the same.
 * @param table Numbers, finite, and well-formed text, neither with nulls.
 * @throws NOT_SUPPORTED, FILE_EXISTS, DISK_FULL
 */
export async function writeParquet(file: string, name: string, table: Table): Promise<void> {
  const columns = [...table.columns].map(([column, values]) => stored(column, values, name));
  const bytes = parquetWriteBuffer({
    ...shared,
    schema: [{ name: "root", num_children: columns.length }, ...columns.map(({ element }) => element)],
    columnData: columns.map(({ element, data, encoding }) => ({
      name: element.name,
      data: element.converted_type === "DECIMAL" ? BigInt64Array.from(data as Int32Array, BigInt) : (data as string[]),
      offsetIndex: false,
      ...(encoding === null ? {} : { encoding }),
    })),
  });
  await writeFile(file, new Uint8Array(bytes), { flag: "wx" }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "EEXIST") throw new TrainyardError("FILE_EXISTS", { path: name }, { cause });
    if (cause.code === "ENOSPC" || cause.code === "EDQUOT")
      throw new TrainyardError("DISK_FULL", { path: name }, { cause });
    throw cause;
  });
}

/** @throws NOT_SUPPORTED */
function stored(name: string, column: Column, path: string): StoredColumn {
  if (column.type === "text") {
    const refuse = (what: string) => new TrainyardError("NOT_SUPPORTED", { what, where: `(${path}: ${name})` });
    if (column.codes.includes(-1)) throw refuse("Writing nulls");
    if (!column.dictionary.every((text) => text.isWellFormed())) throw refuse("Writing text that is no Unicode");
    const data = Array.from(column.codes, (code) => column.dictionary[code] as string);
    return { element: required({ name, type: "BYTE_ARRAY", converted_type: "UTF8" }), data, encoding: null };
  }
  if (column.type !== "number" || !column.values.every(Number.isFinite))
    throw new TrainyardError("NOT_SUPPORTED", {
      what:
        column.type === "number"
          ? "Writing nulls and numbers that are none"
          : `Writing a column of type ${column.type}`,
      where: `(${path}: ${name})`,
    });
  const { element, values } = storedNumbers(column.values);
  return { element: required({ name, ...element }), data: values, encoding: smallest(values, element.type) };
}

function required(element: SchemaElement): SchemaElement {
  return { ...element, repetition_type: "REQUIRED" };
}

const ENCODINGS: Partial<Record<NonNullable<SchemaElement["type"]>, readonly Encoding[]>> = {
  INT32: ["DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"],
  INT64: ["DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"],
  FLOAT: ["BYTE_STREAM_SPLIT"],
  DOUBLE: ["BYTE_STREAM_SPLIT"],
};

/** Each is tried: which is smallest depends on the values, and a million of them take 40 ms. */
function smallest(
  values: Int32Array | BigInt64Array | Float32Array | Float64Array,
  type: SchemaElement["type"],
): Encoding | null {
  const size = (encoding: Encoding | null) =>
    parquetWriteBuffer({
      ...shared,
      schema: [{ name: "root", num_children: 1 }, required({ name: "x", ...(type && { type }) })],
      columnData: [{ name: "x", data: values, offsetIndex: false, ...(encoding === null ? {} : { encoding }) }],
    }).byteLength;
  let best: Encoding | null = null;
  let least = size(null);
  for (const encoding of ENCODINGS[type ?? "INT32"] ?? []) {
    const bytes = size(encoding);
    if (bytes < least) [best, least] = [encoding, bytes];
  }
  return best;
}
