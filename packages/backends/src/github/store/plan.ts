import { createHash } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { type Sha256, TrainyardError } from "@trainyard/core";
import { readBytes, writeNew } from "../../local/plain-file.ts";
import type { FolderStore } from "../../local/store.ts";
import { type BundleIndex, bundleBytes, layOut } from "./bundle.ts";
import { assetName, bundleName } from "./names.ts";
import type { Upload } from "./upload-asset.ts";

/** How bytes are laid out in releases; tests take smaller ones. */
export interface Limits {
  /** Largest asset, in bytes. GitHub takes less than 2 GiB, and failed at exactly that; OpenSSF model signing has this as its shard. */
  readonly asset: number;
  /** Largest blob that lies in a bundle, in bytes: an asset costs a call, a second, and one of a release's thousand places. */
  readonly small: number;
  /** Largest bundle but for its last blob, in bytes. */
  readonly bundle: number;
  /** Assets of a release; GitHub's limit is 1,000. */
  readonly assets: number;
}
export const LIMITS: Limits = { asset: 1_000_000_000, small: 1_000_000, bundle: 100_000_000, assets: 998 };

export interface Blob {
  readonly digest: Sha256;
  readonly size: number;
}

/** What one release gets: blobs with assets of their own, and lists of blobs that share one. At least one list, for the index is in it. */
export interface PlannedRelease {
  readonly large: readonly Blob[];
  readonly bundles: readonly (readonly Blob[])[];
}

/** Which blob goes into which release; equal for equal blobs, so that a second try finds what the first uploaded. */
export function planReleases(blobs: readonly Blob[], limits: Limits): PlannedRelease[] {
  const sorted = [...blobs].sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const bundles = inBundles(
    sorted.filter(({ size }) => size <= limits.small),
    limits.bundle,
  );
  const releases: { large: Blob[]; bundles: Blob[][]; assets: number }[] = [];
  const room = (needed: number) => {
    const last = releases.at(-1);
    if (last !== undefined && last.assets + needed <= limits.assets) return last;
    const fresh = { large: [], bundles: [], assets: 0 };
    releases.push(fresh);
    return fresh;
  };
  for (const bundle of bundles) {
    const release = room(1);
    release.bundles.push(bundle);
    release.assets += 1;
  }
  for (const blob of sorted.filter(({ size }) => size > limits.small)) {
    const parts = Math.ceil(blob.size / limits.asset);
    const release = room(parts);
    if (release.bundles.length === 0) {
      release.bundles.push([]); // for the index
      release.assets += 1;
    }
    release.large.push(blob);
    release.assets += parts;
  }
  return releases;
}

function inBundles(blobs: readonly Blob[], limit: number): Blob[][] {
  const bundles: Blob[][] = [[]];
  let bytes = 0;
  for (const blob of blobs) {
    if (bytes > limit) {
      bundles.push([]);
      bytes = 0;
    }
    bundles.at(-1)?.push(blob);
    bytes += blob.size;
  }
  return bundles;
}

/** The parts of a blob; reading it again also finds that it is not what it was. @throws DIGEST_MISMATCH */
export async function partsOf({ digest, size }: Blob, file: string, limits: Limits): Promise<Upload[]> {
  if (size <= limits.asset) return [{ name: assetName(digest, null), digest, size, file, start: 0 }];
  const whole = createHash("sha256");
  const parts: Upload[] = [];
  await using handle = await open(file);
  const buffer = Buffer.allocUnsafe(1 << 20); // one for all: what a stream leaves behind waits for the collector
  for (let start = 0; start < size; start += limits.asset) {
    const part = createHash("sha256");
    const end = Math.min(start + limits.asset, size);
    for (let at = start; at < end; ) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - at), at);
      if (bytesRead === 0) break; // shorter than it was: the digest says so
      const chunk = buffer.subarray(0, bytesRead);
      part.update(chunk);
      whole.update(chunk);
      at += bytesRead;
    }
    const name = assetName(digest, parts.length);
    parts.push({ name, digest: `sha256:${part.digest("hex")}`, size: end - start, file, start });
  }
  const got = `sha256:${whole.digest("hex")}`;
  if (got !== digest) throw new TrainyardError("DIGEST_MISMATCH", { what: file, expected: digest, got });
  return parts;
}

/** A bundle as a file, to be sent and removed. */
export interface MadeBundle {
  readonly upload: Upload;
  readonly index: BundleIndex;
}

/** Writes a bundle's file. @throws BLOB_MISSING, DISK_FULL */
export async function makeBundle(
  blobs: readonly Blob[],
  rest: Pick<BundleIndex, "assets" | "elsewhere">,
  cache: FolderStore,
): Promise<MadeBundle> {
  const index: BundleIndex = { kind: "trainyard.bundle/v1", blobs: layOut(blobs), ...rest };
  const file = await cache.draft();
  const running = createHash("sha256");
  let size = 0;
  const read = async (digest: Sha256) => {
    const bytes = await readBytes(cache.blobPath(digest));
    if (bytes === null) throw new TrainyardError("BLOB_MISSING", { digest, what: "What was put a moment ago" });
    return bytes;
  };
  await writeNew(file, 0o600, async (made) => {
    for await (const piece of bundleBytes(index, blobs, read)) {
      running.update(piece);
      size += piece.length;
      await made.writeFile(piece); // goes on where the last piece ended
    }
  }).catch(async (error: unknown) => {
    await rm(file, { force: true });
    throw error;
  });
  const digest = `sha256:${running.digest("hex")}`;
  return { index, upload: { name: bundleName(digest), digest, size, file, start: 0 } };
}
