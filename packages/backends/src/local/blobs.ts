import type { Dirent } from "node:fs";
import { lstat, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseJson, type Sha256, type StoredBlob } from "@trainyard/core";
import { errorCode, readRefusal, writeRefusal } from "./file-refusals.ts";
import { publishDraft, readText } from "./plain-file.ts";

/** Every blob of an OCI image layout, with whether its index leads there. @throws FILE_UNREADABLE, JSON_SYNTAX */
export async function listBlobs(folder: string): Promise<StoredBlob[]> {
  const home = join(folder, "blobs", "sha256");
  let entries: Dirent[];
  try {
    entries = await readdir(home, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === "ENOENT") return []; // nothing was ever stored
    throw readRefusal(error, home);
  }
  const indexed = await indexedBlobs(folder, home);
  const blobs: StoredBlob[] = [];
  for (const { name } of entries) {
    if (!/^[0-9a-f]{64}$/.test(name)) continue;
    const digest = `sha256:${name}`;
    const stat = await lstat(join(home, name)).catch(() => null); // taken away meanwhile
    if (stat?.isFile()) blobs.push({ digest, size: stat.size, storedAt: stat.mtimeMs, indexed: indexed.has(digest) });
  }
  return blobs;
}

/** What index.json leads to, over manifests and indexes of others too. */
async function indexedBlobs(folder: string, home: string): Promise<Set<Sha256>> {
  const found = new Set<Sha256>();
  const waiting: unknown[] = [];
  const index = join(folder, "index.json");
  const text = await readText(index);
  if (text !== null) waiting.push(parseJson(text, index));
  for (let document = waiting.pop(); document !== undefined; document = waiting.pop()) {
    for (const { digest, mediaType } of descriptors(document)) {
      if (found.has(digest)) continue;
      found.add(digest);
      if (!/manifest|index/.test(mediaType)) continue;
      const path = join(home, digest.slice("sha256:".length));
      const inner = await readText(path);
      if (inner !== null) waiting.push(parseJson(inner, path));
    }
  }
  return found;
}

/** All descriptors in a manifest or an index, wherever they stand. https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md */
function descriptors(value: unknown): { digest: Sha256; mediaType: string }[] {
  if (value === null || typeof value !== "object") return [];
  const inner = Object.values(value).flatMap(descriptors);
  const { digest, mediaType } = value as { digest?: unknown; mediaType?: unknown };
  return typeof digest === "string" && typeof mediaType === "string" ? [{ digest, mediaType }, ...inner] : inner;
}

/**
 * Takes a blob away unless it was stored at or after `before`. It first loses its name, then its time is read: whoever stores it again either
 * renewed the time before that, and gets it back, or does not find it, and stores it anew.
 * @throws FILE_UNWRITABLE
 */
export async function removeBlob(path: string, draft: string, before: number): Promise<boolean> {
  try {
    if ((await lstat(path)).mtimeMs >= before) return false;
    await rename(path, draft);
    if ((await lstat(draft)).mtimeMs >= before) {
      await publishDraft(draft, path);
      return false;
    }
    await rm(draft, { force: true });
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw writeRefusal(error, path);
  }
}
