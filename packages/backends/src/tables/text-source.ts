import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { TrainyardError } from "@trainyard/core";
import type { MemoryBudget } from "./memory-budget.ts";

const MIB = 1024 * 1024;
/** The longest line or quoted record. Beyond it a quote was never closed, or it is no text table. */
const LONGEST_RECORD = 16 * MIB;

/** A text table on disk: `file` to open, `name` for messages, and how it is compressed. */
export interface TextSource {
  readonly file: string;
  readonly name: string;
  readonly compression: "gz" | "zst" | null;
  readonly budget: MemoryBudget;
}

/** Takes whole records from the start of `bytes` and returns how many bytes it took; with `last`, nothing comes after them. */
export type TakeRecords = (bytes: Buffer, last: boolean) => number;

/**
 * Reads a text file once, a megabyte at a time, decompressed, checked to be UTF-8 and without its byte order mark. `take` is always
 * given whole lines, and what it leaves comes again with the next ones; `line` tells the number of the first line it is given.
 *
 * @throws TABLE_TRUNCATED for a damaged compressed file, TABLE_SYNTAX for what is not UTF-8, FILE_UNREADABLE.
 */
export async function readRecords(source: TextSource, take: TakeRecords, line: () => number): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let checked = 0; // bytes of `rest` known to be UTF-8
  let start = true;
  const give = (bytes: Buffer, last: boolean) => {
    const end = last ? bytes.length : bytes.lastIndexOf(0x0a) + 1;
    checkText(bytes.subarray(checked, end), () => line() + count(bytes, 0x0a, checked), source.name);
    const taken = end === 0 ? 0 : take(bytes.subarray(0, end), last);
    rest = bytes.subarray(taken);
    checked = end - taken;
    if (rest.length > LONGEST_RECORD)
      throw syntax(source.name, line(), "the record that starts here does not end within 16 MiB");
  };
  for await (const chunk of chunks(source)) {
    const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (start && bytes.length < 3) {
      rest = bytes; // too short to tell a byte order mark
      continue;
    }
    give(start ? withoutMark(bytes) : bytes, false);
    start = false;
  }
  give(start ? withoutMark(rest) : rest, true);
}

async function* chunks({ file, name, compression }: TextSource): AsyncGenerator<Buffer> {
  const raw = createReadStream(file, { highWaterMark: MIB });
  const expand =
    compression === "gz"
      ? createGunzip({ chunkSize: MIB })
      : compression === "zst"
        ? createZstdDecompress({ chunkSize: MIB })
        : null;
  try {
    if (expand !== null) {
      raw.on("error", (error) => expand.destroy(error));
      raw.pipe(expand);
    }
    for await (const chunk of expand ?? raw) yield chunk as Buffer;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== undefined && /^(?:Z_|ZSTD_|ERR_ZLIB_|ERR_BUFFER_)/.test(code)) {
      throw new TrainyardError("TABLE_TRUNCATED", { path: name, problem: message }, { cause });
    }
    if (code !== undefined && /^E[A-Z]+$/.test(code))
      throw new TrainyardError("FILE_UNREADABLE", { path: name, problem: message }, { cause });
    throw cause;
  } finally {
    raw.destroy();
    expand?.destroy();
  }
}

/** A refusal about one line. */
export function syntax(path: string, line: number, problem: string): TrainyardError<"TABLE_SYNTAX"> {
  return new TrainyardError("TABLE_SYNTAX", { path, line, problem });
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** @throws TABLE_SYNTAX naming the line */
export function checkText(bytes: Buffer, firstLine: () => number, name: string): void {
  if (isUtf8(bytes) && !bytes.includes(0)) return;
  let line = firstLine();
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start) + 1 || bytes.length;
    const one = bytes.subarray(start, end);
    if (one.includes(0)) throw syntax(name, line, "there is a zero byte; is this UTF-16 or binary? UTF-8 is needed");
    if (!isUtf8(one)) throw syntax(name, line, "this is not UTF-8");
    start = end;
  }
}

/** How often a byte stands in the first `end` bytes. */
export function count(bytes: Buffer, byte: number, end: number): number {
  let found = 0;
  for (let at = bytes.indexOf(byte); at >= 0 && at < end; at = bytes.indexOf(byte, at + 1)) found++;
  return found;
}
