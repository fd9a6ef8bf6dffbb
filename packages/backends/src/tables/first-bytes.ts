import { open } from "node:fs/promises";
import { TrainyardError } from "@trainyard/core";

/** What a file is by its first bytes, and the ending it should have had. */
const KINDS = [
  { bytes: [0x50, 0x41, 0x52, 0x31], is: "Parquet", ending: ".parquet" },
  { bytes: [0x1f, 0x8b], is: "compressed with gzip", ending: ".gz" },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], is: "compressed with zstd", ending: ".zst" },
  { bytes: [0x50, 0x4b, 0x03, 0x04], is: "a zip archive, as Excel's .xlsx are", ending: null },
] as const;

/**
 * Refuses a file that is plainly another thing than its name says: read by its name it would be a damaged one, or a zero byte in line 1.
 * @param file To open; `name` for messages. @throws TABLE_MISNAMED
 */
export async function refuseMisnamed(file: string, name: string): Promise<void> {
  const first = Buffer.alloc(4);
  await using handle = await open(file).catch(() => null); // what cannot be opened is told by its reader
  if (handle === null) return;
  const { bytesRead } = await handle.read(first, 0, first.length, 0);
  const kind = KINDS.find(({ bytes }) => bytes.length <= bytesRead && bytes.every((byte, at) => first[at] === byte));
  const told = /\.[^./\\]+$/.exec(file.toLowerCase())?.[0] ?? "";
  if (kind !== undefined && kind.ending !== told)
    throw new TrainyardError("TABLE_MISNAMED", { path: name, is: kind.is, told, ending: kind.ending });
  const isText =
    bytesRead === 4 && first.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d);
  if (told === ".parquet" && kind === undefined && isText)
    throw new TrainyardError("TABLE_MISNAMED", { path: name, is: "text", told, ending: null });
}
