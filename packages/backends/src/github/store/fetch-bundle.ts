import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import type { Sha256 } from "@trainyard/core";
import { openPlain, writeNew, writeSparse } from "../../local/plain-file.ts";
import { sha256 } from "../../local/sha256.ts";
import type { FolderStore } from "../../local/store.ts";
import type { Github } from "../call/github.ts";
import type { Asset } from "./answers.ts";
import { type BundleIndex, readAt, readIndex } from "./bundle.ts";
import { downloadAsset } from "./download-asset.ts";

/** Blobs are read into memory one by one; a bundle holds only small ones. */
const LARGEST_BLOB = 64 * 1024 * 1024;

/** Writes assets one after the other into a new file. @returns The digest of it all; null when one of them is gone. */
export async function downloadTo(github: Github, assets: readonly Asset[], file: string): Promise<Sha256 | null> {
  const running = createHash("sha256");
  let position = 0;
  const whole = await writeNew(file, 0o444, async (target) => {
    for (const asset of assets) {
      const found = await downloadAsset(github, asset, async (chunk) => {
        running.update(chunk);
        await writeSparse(target, chunk, position);
        position += chunk.length;
      });
      if (!found) return false;
    }
    await target.truncate(position); // a hole at the end has no bytes that were written
    return true;
  });
  return whole ? `sha256:${running.digest("hex")}` : null;
}

/**
 * Downloads a bundle and keeps its blobs, each checked by its digest.
 * @returns What it says; null when it is gone or not what its name says.
 */
export async function fetchBundle(
  github: Github,
  asset: Asset,
  expected: Sha256,
  cache: FolderStore,
): Promise<BundleIndex | null> {
  const draft = await cache.draft();
  try {
    if ((await downloadTo(github, [asset], draft)) !== expected) return null;
    await using file = await openPlain(draft);
    const { index, start } = await readIndex(file, asset.name);
    for (const [digest, { offset, size }] of Object.entries(index.blobs)) {
      if (size > LARGEST_BLOB || (await cache.has(digest))) continue;
      const bytes = await readAt(file, start + offset, size, asset.name);
      if (sha256(bytes) !== digest) continue; // a bundle that somebody else made: what it calls this blob is not it
      const blob = await cache.draft();
      await writeNew(blob, 0o444, (made) => made.writeFile(bytes));
      await cache.adopt(blob, digest);
    }
    return index;
  } finally {
    await rm(draft, { force: true });
  }
}
