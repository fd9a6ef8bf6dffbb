import type { Sha256, StoredBlob } from "@trainyard/core";
import type { Github } from "../call/github.ts";
import type { Release } from "./answers.ts";
import { Catalog, type CatalogPorts } from "./catalog.ts";
import { whileCollecting } from "./gc-lock.ts";
import { kindOf } from "./names.ts";
import { deleteRelease, deleteTag, listReleases } from "./releases.ts";
import { reliedOnAt } from "./stay.ts";

/** A release of ours and every blob that lies in it; none where it is a draft whose uploads never came. */
interface Shelf {
  readonly release: Release;
  readonly blobs: ReadonlyMap<Sha256, number>;
  /** Blobs of other releases that it relies on. */
  readonly elsewhere: readonly Sha256[];
  /** Milliseconds since 1970: what was done to it last, or that somebody relies on it. */
  readonly storedAt: number;
}

/** All releases of ours, a call a hundred and one for each bundle nobody here read before. */
async function shelves(ports: CatalogPorts): Promise<Shelf[]> {
  const found: Shelf[] = [];
  const catalog = new Catalog(ports);
  for (const release of await listReleases(ports.github)) {
    const blobs = new Map<Sha256, number>();
    for (const { name, size, state } of release.assets) {
      const kind = kindOf(name);
      if (kind?.kind === "blob" && state === "uploaded") blobs.set(kind.digest, (blobs.get(kind.digest) ?? 0) + size);
    }
    const bundled = await catalog.bundledIn(release);
    for (const [digest, { size }] of bundled.blobs) blobs.set(digest, size);
    const times = [release.created_at, release.published_at, release.updated_at].map((at) => Date.parse(at ?? ""));
    times.push(reliedOnAt(release.body ?? "") ?? Number.NaN);
    const storedAt = Math.max(...times.filter((at) => !Number.isNaN(at)));
    found.push({ release, blobs, elsewhere: bundled.elsewhere, storedAt });
  }
  return found;
}

/** Every blob of every release of ours. A release's title leads nobody to bytes: the registry alone says what is needed. */
export async function listBlobs(ports: CatalogPorts): Promise<StoredBlob[]> {
  const all = await shelves(ports);
  const blobs = new Map<Sha256, StoredBlob>();
  for (const { blobs: some, storedAt } of all)
    for (const [digest, size] of some)
      blobs.set(digest, {
        digest,
        size,
        storedAt: Math.max(storedAt, blobs.get(digest)?.storedAt ?? 0),
        indexed: false,
      });
  for (const { elsewhere, storedAt } of all)
    for (const digest of elsewhere) {
      const blob = blobs.get(digest);
      if (blob !== undefined && blob.storedAt < storedAt) blobs.set(digest, { ...blob, storedAt });
    }
  return [...blobs.values()];
}

/**
 * Takes away releases in which nothing but these blobs lies, and drafts nobody finished. A release goes as a whole or not at all.
 * A process that is killed leaves the lock, and what it did not come to, to a later one.
 * @returns The blobs that lie nowhere any more.
 * @throws GC_BUSY
 */
export async function removeReleases(
  github: Github,
  digests: ReadonlySet<Sha256>,
  before: number,
  ports: CatalogPorts,
): Promise<Sha256[]> {
  const goes = ({ release, blobs, storedAt }: Shelf) =>
    storedAt < before && (release.draft || [...blobs.keys()].every((digest) => digests.has(digest)));
  if (!(await shelves(ports)).some(goes)) return [];
  const gone = new Set<Sha256>();
  const kept = new Set<Sha256>();
  await whileCollecting(github, async (mayGoOn) => {
    for (const shelf of await shelves(ports)) {
      const { release, blobs } = shelf;
      const leaves = goes(shelf) && mayGoOn();
      for (const digest of blobs.keys()) (leaves ? gone : kept).add(digest);
      if (!leaves) continue;
      await deleteRelease(github, release.id);
      if (!release.draft) await deleteTag(github, release.tag_name);
    }
  });
  return [...gone].filter((digest) => digests.has(digest) && !kept.has(digest));
}
