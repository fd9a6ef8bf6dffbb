import { lstat } from "node:fs/promises";
import { type Table, type Tables, TrainyardError } from "@trainyard/core";
import { refuseMisnamed } from "./first-bytes.ts";
import { MemoryBudget } from "./memory-budget.ts";

const COMMA = 0x2c;
const TAB = 0x09;

/** Reads CSV, TSV, JSONL, JSON and Parquet files of this machine, tables of text lines also compressed (.gz, .zst); writes Parquet. Each is loaded when it is needed. */
export function openTables(): Tables {
  return {
    read: readTable,
    write: async (file, name, table) => (await import("./parquet-file.ts")).writeParquet(file, name, table),
  };
}

async function readTable(file: string, name: string, options: { columns?: readonly string[] } = {}): Promise<Table> {
  const [, format, compression = null] =
    /\.(csv|tsv|jsonl|ndjson|json|parquet)(?:\.(gz|zst))?$/i.exec(file.toLowerCase()) ?? [];
  if (format === undefined || ((format === "parquet" || format === "json") && compression !== null)) {
    throw new TrainyardError("TABLE_FORMAT", { path: name });
  }
  await mustBePlainFile(file, name);
  await refuseMisnamed(file, name);
  const wanted = options.columns === undefined ? null : new Set(options.columns);
  const budget = new MemoryBudget(name);
  if (format === "parquet") return (await import("./parquet.ts")).readParquet(file, wanted, budget);
  if (format === "json") return (await import("./json.ts")).readJson({ file, name, budget }, wanted);
  const source = { file, name, compression: compression as "gz" | "zst" | null, budget };
  if (format === "csv" || format === "tsv")
    return (await import("./csv.ts")).readCsv(source, format === "csv" ? COMMA : TAB, wanted);
  return (await import("./jsonl.ts")).readJsonl(source, wanted);
}

/** @throws FILE_NOT_FOUND, FILE_UNREADABLE */
async function mustBePlainFile(file: string, name: string): Promise<void> {
  const found = await lstat(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") {
      throw new TrainyardError("FILE_NOT_FOUND", { path: name, what: "The table" }, { cause });
    }
    throw new TrainyardError("FILE_UNREADABLE", { path: name, problem: cause.message }, { cause });
  });
  if (found.isFile()) return;
  const problem = found.isDirectory()
    ? "it is a folder"
    : found.isSymbolicLink()
      ? "it is a symlink"
      : "it is not a plain file";
  throw new TrainyardError("FILE_UNREADABLE", { path: name, problem });
}
