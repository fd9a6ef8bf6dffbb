import { createHash } from "node:crypto";
import type { deflateSync } from "node:zlib";
import type { Repository } from "./git.ts";

/** An object as it will be written. */
export interface NewObject {
  readonly type: ObjectType;
  readonly bytes: Uint8Array;
}
export type ObjectType = "commit" | "tree" | "blob" | "tag";

/** gitformat-pack(5): the numbers of the types of whole objects. */
const TYPES = { commit: 1, tree: 2, blob: 3, tag: 4 } as const;

/** Objects as a pack without deltas, the form `git index-pack --stdin` takes. */
export function packOf(
  objects: readonly NewObject[],
  hash: Repository["hash"],
  deflate: typeof deflateSync,
): Buffer<ArrayBuffer> {
  const head = Buffer.alloc(12);
  head.write("PACK", "latin1");
  head.writeUInt32BE(2, 4); // the format's version
  head.writeUInt32BE(objects.length, 8);
  const parts: Uint8Array[] = [head];
  for (const { type, bytes } of objects) parts.push(entryHeader(TYPES[type], bytes.length), deflate(bytes));
  const sum = createHash(hash);
  for (const part of parts) sum.update(part);
  return Buffer.concat([...parts, sum.digest()]);
}

/** Type and size: four bits of the size beside the type, then seven a byte, the lowest first, the high bit meaning "more". */
function entryHeader(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (type << 4) | (size & 15);
  for (let rest = Math.floor(size / 16); ; rest = Math.floor(rest / 128)) {
    bytes.push(rest > 0 ? byte | 128 : byte);
    if (rest === 0) return Buffer.from(bytes);
    byte = rest & 127;
  }
}
