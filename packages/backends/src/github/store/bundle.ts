import type { FileHandle } from "node:fs/promises";
import { canonicalJson, parseDocument, Sha256, TrainyardError, z } from "@trainyard/core";
import { pathInBundle } from "./names.ts";

/** One tar block. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06 */
const BLOCK = 512;
const INDEX_NAME = "index.json";
/** A blob has about 120 bytes in the index: half a million blobs. */
const LONGEST_INDEX = 64 * 1024 * 1024;

/** What a bundle says about the blobs of its release: those in it, those that are assets of their own, and those that lie in other releases. */
export const BundleIndex = z.object({
  kind: z.literal("trainyard.bundle/v1"),
  /** `offset` in bytes, from the end of the index in the tar file. */
  blobs: z.record(Sha256, z.object({ offset: z.int().nonnegative(), size: z.int().nonnegative() })),
  assets: z.record(
    Sha256,
    z.object({
      size: z.int().nonnegative(),
      parts: z.array(z.object({ name: z.string(), size: z.int().nonnegative(), digest: Sha256 })),
    }),
  ),
  /** Tags by digest. */
  elsewhere: z.record(Sha256, z.string()),
});
export type BundleIndex = z.infer<typeof BundleIndex>;

/** Where the blobs of an index lie in the tar file, when they follow each other in this order. */
export function layOut(blobs: readonly { digest: Sha256; size: number }[]): BundleIndex["blobs"] {
  let end = 0;
  const placed: BundleIndex["blobs"] = {};
  for (const { digest, size } of blobs) {
    placed[digest] = { offset: end + BLOCK, size };
    end += BLOCK + rounded(size);
  }
  return placed;
}

/** The bytes of a bundle, one piece after the other: a tar file that any tar reads, equal for equal blobs. */
export async function* bundleBytes(
  index: BundleIndex,
  blobs: readonly { digest: Sha256; size: number }[],
  read: (digest: Sha256) => Promise<Buffer>,
): AsyncGenerator<Buffer> {
  const text = Buffer.from(`${canonicalJson(index)}\n`);
  yield header(INDEX_NAME, text.length);
  yield padded(text);
  for (const { digest, size } of blobs) {
    yield header(pathInBundle(digest), size);
    yield padded(await read(digest));
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** The index of a bundle's file, and where its blobs begin. @throws DOCUMENT_INVALID, DOCUMENT_FUTURE, JSON_SYNTAX */
export async function readIndex(file: FileHandle, what: string): Promise<{ index: BundleIndex; start: number }> {
  const first = await readAt(file, 0, BLOCK, what);
  const size = Number.parseInt(first.toString("latin1", 124, 135), 8);
  const isIndex = first.toString("latin1", 0, INDEX_NAME.length + 1) === `${INDEX_NAME}\0`;
  if (!isIndex || !(size >= 0 && size <= LONGEST_INDEX)) throw notABundle(what);
  const text = (await readAt(file, BLOCK, size, what)).toString("utf8");
  return { index: parseDocument(BundleIndex, text, what), start: BLOCK + rounded(size) };
}

/** @throws GITHUB_ANSWER when the file ends before */
export async function readAt(file: FileHandle, position: number, size: number, what: string): Promise<Buffer> {
  const buffer = Buffer.alloc(size);
  for (let done = 0; done < size; ) {
    const { bytesRead } = await file.read(buffer, done, size - done, position + done);
    if (bytesRead === 0) throw notABundle(what);
    done += bytesRead;
  }
  return buffer;
}

function notABundle(what: string): TrainyardError {
  return new TrainyardError("GITHUB_ANSWER", { what, problem: "it is no bundle of Trainyard, or cut off" });
}

/** A ustar header of a plain file that everybody may read, of no owner and no time. */
function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number) => block.write(value.toString(8).padStart(digits, "0"), at);
  block.write(name, 0);
  octal(0o444, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(0, 136, 11);
  block.write("        ", 148); // the checksum counts itself as spaces
  block.write("0", 156);
  block.write("ustar\x0000", 257, "latin1");
  let sum = 0;
  for (const byte of block) sum += byte;
  octal(sum, 148, 6);
  block.write("\0 ", 154, "latin1");
  return block;
}

function padded(bytes: Buffer): Buffer {
  const rest = rounded(bytes.length) - bytes.length;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(rest)]);
}

function rounded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
