import { rm } from "node:fs/promises";
import { type Home, type Sha256, TrainyardError } from "@trainyard/core";
import type { BundleIndex } from "./bundle.ts";
import { Catalog, type CatalogPorts, HOMES_AT_ONCE } from "./catalog.ts";
import { isPartOf, tagOf } from "./names.ts";
import { beforeTry } from "./pace.ts";
import {
  type Blob,
  type Limits,
  type MadeBundle,
  makeBundle,
  type PlannedRelease,
  partsOf,
  planReleases,
} from "./plan.ts";
import { releaseBody } from "./release-body.ts";
import { lookUp, refuseRelease, type Seen } from "./releases.ts";
import { deleteLeftovers, settleRelease, TagBurned, TagTaken } from "./settle-release.ts";
import { stays } from "./stay.ts";
import { DraftGone, type Upload } from "./upload-asset.ts";

/** Times that another job may come in between, or a tag turn out to be used up. */
const TRIES = 6;

export interface SettlePorts extends CatalogPorts {
  readonly limits: Limits;
  /** Shows what is being done. */
  readonly working: (text: string) => void;
}

/**
 * Sees that blobs of the cache lie in published releases of a home. It looks first, then does what is missing: so a second call, by this process or
 * another, after any failure, ends in the same releases.
 * @returns The first release of the home: the one that has its name.
 * @throws ASSET_OTHER, RELEASE_REFUSED, and what uploading throws
 */
export async function settleBlobs(home: Home, blobs: readonly Blob[], ports: SettlePorts): Promise<Seen | null> {
  const burned = new Set<string>();
  let last: unknown;
  for (let tries = 1; tries <= TRIES; tries++) {
    if (tries > 1 && !(last instanceof TagBurned)) await beforeTry(ports.github, tries - 1);
    try {
      const { done, first } = await oneRound(home, blobs, burned, ports);
      if (done) return first;
    } catch (error) {
      if (!(error instanceof TagTaken || error instanceof TagBurned || error instanceof DraftGone)) throw error;
      if (error instanceof TagBurned) burned.add(error.message);
      last = error;
    }
  }
  return refuseRelease(tagOf(home.digest, 1), last);
}

/** @returns `done`: nothing is missing any more. */
async function oneRound(
  home: Home,
  blobs: readonly Blob[],
  burned: ReadonlySet<string>,
  ports: SettlePorts,
): Promise<{ done: boolean; first: Seen | null }> {
  const { github } = ports;
  const catalog = new Catalog(ports); // what this process saw before may be gone by now
  const at = performance.now();
  const {
    published: all,
    drafts,
    collecting,
  } = await lookUp(github, [home.digest, ...(await reusable(home, blobs, ports))]);
  const look = { at, collecting };
  const used = new Set(all.keys());
  const published = new Map(all);
  for (const [tag, release] of all)
    if (isPartOf(tag, home.digest) && !(await stays(github, release, look))) published.delete(tag);
  const digests = blobs.map(({ digest }) => digest);
  await catalog.read([...published.values()], digests);
  await deleteLeftovers(github, drafts, (tag) => used.has(tag));
  const missing = blobs.filter(({ digest }) => catalog.known(digest) === null);
  const tags = [...published.keys()].filter((tag) => isPartOf(tag, home.digest));
  let first = published.get(tags[0] ?? "") ?? null;
  if (missing.length === 0) return { done: true, first };
  for (const { digest } of missing) refuseDamaged(digest, home, catalog);

  for (const [at, planned] of planReleases(missing, ports.limits).entries()) {
    const tag = freeTag(home.digest, (one) => burned.has(one) || used.has(one));
    const { uploads, bundles } = await makeUploads(
      planned,
      at === 0 ? liesElsewhere(home, digests, catalog) : {},
      ports,
    );
    try {
      const bytes = uploads.reduce((sum, { size }) => sum + size, 0);
      ports.working(`uploading ${uploads.length} assets (${Math.ceil(bytes / 1e6)} MB) to ${tag}`);
      const title = at === 0 ? home.title : `${home.title} (part ${at + 1})`;
      const wanted = { home: home.digest, tag, title, body: releaseBody(home.digest, home.card), uploads };
      const release = await settleRelease(github, wanted, { drafts, look });
      const indexes = new Map(bundles.map(({ upload, index }) => [upload.digest, index]));
      catalog.take(release, indexes);
      for (const [digest, index] of indexes) await ports.memory.write(digest, tag, index);
      used.add(tag);
      first ??= { id: release.id, tag, title: release.name ?? "", body: release.body ?? "", publishedAt: Date.now() };
      const others = drafts.filter(({ id }) => id !== release.id);
      await deleteLeftovers(github, others, (one) => one === tag);
    } finally {
      for (const { upload } of bundles) await rm(upload.file, { force: true });
    }
  }
  return { done: digests.every((digest) => catalog.known(digest) !== null), first };
}

/** Homes in which large blobs may lie already: the newest of each. */
async function reusable(home: Home, blobs: readonly Blob[], { homes, limits }: SettlePorts): Promise<Sha256[]> {
  const found = new Set<Sha256>();
  for (const { digest, size } of blobs) {
    if (size <= limits.small || found.size === HOMES_AT_ONCE) continue;
    const [newest] = (await homes(digest)).filter((one) => one !== home.digest);
    if (newest !== undefined) found.add(newest);
  }
  return [...found];
}

/** An asset that somebody replaced stands in nobody's way elsewhere; in the home's own release a person has to look. */
function refuseDamaged(digest: Sha256, home: Home, catalog: Catalog): void {
  const damage = catalog.damage(digest);
  if (damage === null || !isPartOf(damage.tag, home.digest)) return;
  throw new TrainyardError("ASSET_OTHER", { tag: damage.tag, expected: digest, got: damage.got });
}

/** Tags of the releases of other homes that hold some of the blobs: the index says so, for whoever looks into this home alone. */
function liesElsewhere(home: Home, digests: readonly Sha256[], catalog: Catalog): Record<Sha256, string> {
  const found: Record<Sha256, string> = {};
  for (const digest of digests) {
    const tag = catalog.known(digest)?.tag;
    if (tag !== undefined && !isPartOf(tag, home.digest)) found[digest] = tag;
  }
  return found;
}

function freeTag(home: Sha256, isTaken: (tag: string) => boolean): string {
  for (let part = 1; ; part++) if (!isTaken(tagOf(home, part))) return tagOf(home, part);
}

async function makeUploads(
  { large, bundles }: PlannedRelease,
  elsewhere: Record<Sha256, string>,
  { cache, limits }: SettlePorts,
): Promise<{ uploads: Upload[]; bundles: MadeBundle[] }> {
  const uploads: Upload[] = [];
  const assets: BundleIndex["assets"] = {};
  for (const blob of large) {
    const parts = await partsOf(blob, cache.blobPath(blob.digest), limits);
    uploads.push(...parts);
    assets[blob.digest] = { size: blob.size, parts: parts.map(({ name, size, digest }) => ({ name, size, digest })) };
  }
  const made: MadeBundle[] = [];
  for (const [at, blobs] of bundles.entries())
    made.push(await makeBundle(blobs, at === 0 ? { assets, elsewhere } : { assets: {}, elsewhere: {} }, cache));
  return { uploads: [...uploads, ...made.map(({ upload }) => upload)], bundles: made };
}
