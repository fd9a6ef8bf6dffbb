import type { Sha256, StoredBlob } from "@trainyard/core";
import type { Github } from "../call/github.ts";
import type { Release } from "./answers.ts";
import { Catalog, type CatalogPorts } from "./catalog.ts";
import { kindOf } from "./names.ts";
import { deleteRelease, deleteTag, listReleases } from "./releases.ts";

/** A release of ours and every blob that lies in it; none where it is a draft whose uploads never came. */
interface Shelf {
  readonly release: Release;
  readonly blobs: ReadonlyMap<Sha256, number>;
  /** Milliseconds since 1970, by GitHub's clock: what was done to it last. */
  readonly storedAt: number;
}

/** All releases of ours, a call a hundred and one for each bundle nobody here read before. */
async function shelves(ports: CatalogPorts): Promise<Shelf[]> {
  const found: Shelf[] = [];
  for (const release of await listReleases(ports.github)) {
    const blobs = new Map<Sha256, number>();
    for (const { name, size, state } of release.assets) {
      const kind = kindOf(name);
      if (kind?.kind === "blob" && state === "uploaded") blobs.set(kind.digest, (blobs.get(kind.digest) ?? 0) + size);
    }
    for (const [digest, { size }] of await new Catalog(ports).bundledIn(release)) blobs.set(digest, size);
    const times = [release.created_at, release.published_at, release.updated_at].map((at) => Date.parse(at ?? ""));
    const storedAt = Math.max(...times.filter((at) => !Number.isNaN(at)));
    found.push({ release, blobs, storedAt });
  }
  return found;
}

/** Every blob of every release of ours. A release's title leads nobody to bytes: the registry alone says what is needed. */
export async function listBlobs(ports: CatalogPorts): Promise<StoredBlob[]> {
  const blobs = new Map<Sha256, StoredBlob>();
  for (const shelf of await shelves(ports))
    for (const [digest, size] of shelf.blobs) {
      const storedAt = Math.max(shelf.storedAt, blobs.get(digest)?.storedAt ?? 0);
      blobs.set(digest, { digest, size, storedAt, indexed: false });
    }
  return [...blobs.values()];
}

/**
 * Takes away releases in which nothing but these blobs lies, and drafts nobody finished. A release goes as a whole or not at all.
 * @returns The blobs that lie nowhere any more.
 */
export async function removeReleases(
  github: Github,
  digests: ReadonlySet<Sha256>,
  before: number,
  ports: CatalogPorts,
): Promise<Sha256[]> {
  const gone = new Set<Sha256>();
  const kept = new Set<Sha256>();
  for (const { release, blobs, storedAt } of await shelves(ports)) {
    const nobodys = [...blobs.keys()].every((digest) => digests.has(digest));
    const goes = storedAt < before && (nobodys || release.draft);
    for (const digest of blobs.keys()) (goes ? gone : kept).add(digest);
    if (!goes) continue;
    await deleteRelease(github, release.id);
    if (!release.draft) await deleteTag(github, release.tag_name);
  }
  return [...gone].filter((digest) => digests.has(digest) && !kept.has(digest));
}
