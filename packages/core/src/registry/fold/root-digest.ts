import type { Digester } from "../../backend.ts";
import type { FileRef, Sha256 } from "../../document.ts";
import { byCodePoint } from "../../order.ts";
import type { EventOf } from "../log/event.ts";

/**
 * The root digest of a model's files as the OpenSSF model-signing specification defines it: SHA-256 over the concatenated raw SHA-256 digests
 * of the files, sorted by path (code points). It covers contents and their order, not the names themselves.
 *
 * @param files At least one; paths unique.
 */
export function rootDigest(files: readonly Pick<FileRef, "path" | "digest">[], sha256: Digester): Sha256 {
  return digestInOrder(
    [...files].sort((a, b) => byCodePoint(a.path, b.path)),
    sha256,
  );
}

/** The same over files in the order they come in: other tools sort paths in other ways. */
export function digestInOrder(files: readonly Pick<FileRef, "digest">[], sha256: Digester): Sha256 {
  const bytes = new Uint8Array(32 * files.length);
  for (const [index, file] of files.entries()) {
    const hex = file.digest.slice("sha256:".length);
    for (let i = 0; i < 32; i++) bytes[32 * index + i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  }
  return sha256(bytes);
}

/** What is wrong with a registration; null when nothing is. */
export function problemOf(
  { manifest, rootDigest: root }: EventOf<"version.registered">,
  sha256: Digester,
): string | null {
  // A manifest too long for its limit leaves the files to the record.
  const sound = manifest.files.length === 0 || rootDigest(manifest.files, sha256) === root;
  return sound ? null : "its files do not add up to its root digest";
}
