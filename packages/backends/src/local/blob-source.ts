import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type BlobSource, type Sha256, TrainyardError } from "@trainyard/core";
import { errorCode, readRefusal } from "./file-refusals.ts";
import { digestFile } from "./plain-file.ts";

/** Where a store's blobs stand below a folder somebody names: the layout itself, a state folder, a project. */
const LAYOUTS = ["blobs/sha256", "store/blobs/sha256", ".trainyard/store/blobs/sha256"];

/**
 * Lost bytes in a folder: a store, run bundles, a backup of either, or anything else. Blobs are looked up by name; for what is not found so, every
 * plain file below is hashed. What comes back was read and has its digest.
 */
export function folderSource(folder: string): BlobSource {
  return {
    async find(digests) {
      if (!(await lstat(folder).catch(() => null))?.isDirectory())
        throw new TrainyardError("FILE_NOT_FOUND", { path: folder, what: "The folder" });
      const found = new Map<Sha256, string>();
      for (const digest of digests) {
        for (const layout of LAYOUTS) {
          const path = join(folder, layout, digest.slice("sha256:".length));
          if (!found.has(digest) && (await digestOf(path)) === digest) found.set(digest, path);
        }
      }
      const wanted = new Set(digests.filter((digest) => !found.has(digest)));
      if (wanted.size === 0) return found;
      for await (const path of filesBelow(folder)) {
        const digest = await digestOf(path);
        if (digest === null || !wanted.delete(digest)) continue;
        found.set(digest, path);
        if (wanted.size === 0) break;
      }
      return found;
    },
  };
}

/** Null for what is no plain file, or cannot be read: somebody else's damage is not the end of the search. */
async function digestOf(path: string): Promise<Sha256 | null> {
  try {
    return (await digestFile(path)).digest;
  } catch (error) {
    if (error instanceof TrainyardError) return null;
    throw error;
  }
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === "EACCES" || errorCode(error) === "ENOENT") return;
    throw readRefusal(error, folder);
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}
