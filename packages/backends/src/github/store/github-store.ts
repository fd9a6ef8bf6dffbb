import { rm } from "node:fs/promises";
import {
  type Bytes,
  type Home,
  isRefusal,
  type Progress,
  type Sha256,
  type Store,
  TrainyardError,
} from "@trainyard/core";
import { type FolderStore, folderStore } from "../../local/store.ts";
import type { Github } from "../call/github.ts";
import { Catalog, type CatalogPorts } from "./catalog.ts";
import { downloadTo, fetchBundle } from "./fetch-bundle.ts";
import { listBlobs, removeReleases } from "./garbage.ts";
import { IndexMemory } from "./index-memory.ts";
import { kindOf } from "./names.ts";
import { LIMITS, type Limits } from "./plan.ts";
import { releaseBody } from "./release-body.ts";
import { lookUp, type Seen, updateRelease } from "./releases.ts";
import { settleBlobs } from "./settle.ts";
import { verifyBlobs } from "./verify.ts";

export interface GithubStoreOptions {
  readonly github: Github;
  /** The homes that may have a blob (root digests of versions whose manifest names it), the newest first; `registryHomes` makes it. */
  readonly homes: (digest: Sha256) => Promise<readonly Sha256[]>;
  /** The folder Trainyard keeps its things in: what is put or read lies there too, so that it is read once. */
  readonly state: string;
  readonly progress?: Pick<Progress, "working">;
  readonly limits?: Partial<Limits>;
}

/**
 * A store in the releases of a repository on GitHub. `put` keeps bytes on this machine; `settle` makes a published release of them, which is never
 * changed again but for its title and text. Reading looks for the release by its tag, one call or two however many there are.
 */
export function githubStore({ github, homes, state, progress, limits = {} }: GithubStoreOptions): Store {
  const cache: FolderStore = folderStore(state);
  const ports: CatalogPorts = { github, cache, memory: new IndexMemory(state), homes };
  let catalog = new Catalog(ports);
  /** Put and not settled yet: sizes by digest. */
  const staged = new Map<Sha256, number>();
  /** Releases of homes settled by this process: publishing them needs no look. */
  const named = new Map<Sha256, Seen>();
  const fetching = new Map<Sha256, Promise<void>>();
  const working = (text: string) => progress?.working(text, null);

  async function put(bytes: Bytes, options: { expect?: Sha256 } = {}): Promise<{ digest: Sha256; size: number }> {
    const stored = await cache.put(bytes, options);
    staged.set(stored.digest, stored.size);
    return stored;
  }

  async function settle(home: Home): Promise<void> {
    const digests = home.blobs ?? [...staged.keys()];
    const blobs = digests.flatMap((digest) => {
      const size = staged.get(digest);
      return size === undefined ? [] : [{ digest, size }];
    });
    if (blobs.length === 0) return;
    const all = { ...ports, working, limits: { ...LIMITS, ...limits } };
    const first = await settleBlobs(home, blobs, all);
    if (first !== null) named.set(home.digest, first);
    for (const { digest } of blobs) staged.delete(digest);
  }

  /** Brings a blob into the cache; many who want one wait for one download. */
  function fetch(digest: Sha256, what: string): Promise<void> {
    const started = fetching.get(digest) ?? download(digest, what).finally(() => fetching.delete(digest));
    fetching.set(digest, started);
    return started;
  }

  async function download(digest: Sha256, what: string): Promise<void> {
    const place = await catalog.find(digest);
    if (place === null) {
      const damage = catalog.damage(digest);
      if (damage !== null) throw new TrainyardError("DIGEST_MISMATCH", { what, expected: digest, got: damage.got });
      throw new TrainyardError("BLOB_MISSING", { digest, what });
    }
    if (await cache.has(digest)) return; // it came with the bundle that said so
    const [first] = place.assets;
    working(`downloading ${what} from ${place.tag}`);
    if (place.bundled && first !== undefined) {
      await fetchBundle(github, first, kindOf(first.name)?.digest ?? "", cache);
      if (await cache.has(digest)) return;
      throw new TrainyardError("DIGEST_MISMATCH", { what, expected: digest, got: `not what ${first.name} has` });
    }
    const draft = await cache.draft();
    try {
      const got = await downloadTo(github, place.assets, draft);
      if (got === null) throw new TrainyardError("BLOB_MISSING", { digest, what });
      if (got !== digest) throw new TrainyardError("DIGEST_MISMATCH", { what, expected: digest, got });
      await cache.adopt(draft, digest);
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Reads from the cache; what is not there, or not what it was, comes from GitHub first. */
  async function cached<T>(digest: Sha256, what: string, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      const damaged = isRefusal(error) && error.code === "DIGEST_MISMATCH";
      if (!damaged && !(isRefusal(error) && error.code === "BLOB_MISSING")) throw error;
      if (damaged) await cache.remove([digest], Number.POSITIVE_INFINITY);
      await fetch(digest, what).catch((cause: unknown) => {
        throw damaged && isRefusal(cause) && cause.code === "BLOB_MISSING" ? error : cause;
      });
      return read();
    }
  }

  return {
    put,
    settle,
    text: (digest, what) => cached(digest, what, () => cache.text(digest, what)),
    copyTo: (digest, file, what) => cached(digest, what, () => cache.copyTo(digest, file, what)),
    has: async (digest) => (await cache.has(digest)) || (await catalog.find(digest)) !== null,

    async publish({ model, version, rootDigest, card }) {
      const title = `${model} v${version}`;
      const body = releaseBody(rootDigest, card);
      const first = named.get(rootDigest) ?? [...(await lookUp(github, [rootDigest])).published.values()][0];
      if (first === undefined)
        throw new TrainyardError("BLOB_MISSING", { digest: rootDigest, what: `The release of ${title}` });
      if (first.title !== title || first.body !== body) await updateRelease(github, first.id, { title, body });
    },

    async verify(digests) {
      const own = [...new Set(digests)].filter((digest) => staged.has(digest));
      const settled = [...new Set(digests)].filter((digest) => !staged.has(digest));
      return [...(await cache.verify(own)), ...(await verifyBlobs(github, new Catalog(ports), settled))];
    },

    list: () => listBlobs(ports),

    async remove(digests, before) {
      const mayGo = new Set(digests.filter((digest) => !staged.has(digest)));
      const gone = await removeReleases(github, mayGo, before, ports);
      await cache.remove(gone, Number.POSITIVE_INFINITY);
      catalog = new Catalog(ports);
      return gone;
    },
  };
}
