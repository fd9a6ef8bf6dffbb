import type { Sha256 } from "@trainyard/core";
import type { FolderStore } from "../../local/store.ts";
import type { Github } from "../call/github.ts";
import type { Asset, Release } from "./answers.ts";
import type { BundleIndex } from "./bundle.ts";
import { fetchBundle } from "./fetch-bundle.ts";
import type { IndexMemory } from "./index-memory.ts";
import { kindOf } from "./names.ts";
import { lookUp, readByTag, readRelease, type Seen } from "./releases.ts";

/** Homes that one look asks for: of many versions that have a file, the newest say where it lies. */
export const HOMES_AT_ONCE = 8;

/** Where the bytes of a blob lie: assets one after the other, or one bundle. */
export interface Place {
  readonly tag: string;
  readonly assets: readonly Asset[];
  readonly bundled: boolean;
}

export interface CatalogPorts {
  readonly github: Github;
  readonly cache: FolderStore;
  readonly memory: IndexMemory;
  /** The homes that may have a blob, the newest first. */
  readonly homes: (digest: Sha256) => Promise<readonly Sha256[]>;
}

/** What the releases that were looked at hold. What it knows costs nothing; what it does not know is looked for. */
export class Catalog {
  readonly #ports: CatalogPorts;
  readonly #releases = new Map<string, Release>();
  readonly #places = new Map<Sha256, Place>();
  readonly #indexes = new Map<Sha256, BundleIndex>();
  readonly #damaged = new Map<Sha256, { readonly tag: string; readonly got: string }>();

  constructor(ports: CatalogPorts) {
    this.#ports = ports;
  }

  /** Where a blob lies by what was looked at so far. */
  known(digest: Sha256): Place | null {
    return this.#places.get(digest) ?? null;
  }

  /** The release in which GitHub has another digest for a blob, when it lies nowhere else. */
  damage(digest: Sha256): { readonly tag: string; readonly got: string } | null {
    return this.#places.has(digest) ? null : (this.#damaged.get(digest) ?? null);
  }

  /** Where a blob lies; null when no release of its homes has it. */
  async find(digest: Sha256): Promise<Place | null> {
    if (this.#places.has(digest)) return this.known(digest);
    const homes = [...(await this.#ports.homes(digest)).slice(0, HOMES_AT_ONCE), digest];
    const { published } = await lookUp(this.#ports.github, homes);
    await this.read([...published.values()], [digest]);
    if (!this.#places.has(digest)) await this.#findByMemory(digest);
    return this.known(digest);
  }

  /** The same for many, with few calls. */
  async findAll(digests: readonly Sha256[]): Promise<void> {
    const homes = new Set<Sha256>();
    for (const digest of digests)
      for (const home of [...(await this.#ports.homes(digest)).slice(0, 1), digest]) homes.add(home);
    const all = [...homes];
    for (let at = 0; at < all.length; at += HOMES_AT_ONCE) {
      const { published } = await lookUp(this.#ports.github, all.slice(at, at + HOMES_AT_ONCE));
      await this.read([...published.values()], digests);
    }
  }

  /** Reads what these published releases hold; the bundles among it only as long as something wanted is not found. */
  async read(published: readonly Seen[], wanted: readonly Sha256[]): Promise<void> {
    const releases: Release[] = [];
    for (const { id, tag } of published) {
      const release = this.#releases.get(tag) ?? (await readRelease(this.#ports.github, id));
      if (release !== null) releases.push(this.take(release));
    }
    await this.#readBundles(releases, wanted);
  }

  /** Notes the assets of a published release, and what is known of its bundles. */
  take(release: Release, indexes: ReadonlyMap<Sha256, BundleIndex> = new Map()): Release {
    const { tag_name: tag } = release;
    this.#releases.set(tag, release);
    for (const [digest, index] of indexes) this.#indexes.set(digest, index);
    const blobs = new Map<Sha256, Asset[]>();
    for (const asset of release.assets) {
      const kind = kindOf(asset.name);
      if (kind === null || asset.state !== "uploaded") continue;
      if (kind.kind === "blob") blobs.set(kind.digest, [...(blobs.get(kind.digest) ?? []), asset]);
      else if (indexes.has(kind.digest)) this.#takeIndex(release, asset, indexes.get(kind.digest) as BundleIndex);
    }
    for (const [digest, assets] of blobs) {
      assets.sort((a, b) => (a.name < b.name ? -1 : 1));
      const got = kindOf(assets[0]?.name ?? "") as { part: number | null };
      const wrong = got.part === null && assets[0]?.digest !== null && assets[0]?.digest !== digest;
      if (wrong) this.#damaged.set(digest, { tag, got: assets[0]?.digest as string });
      else if (!this.#places.has(digest)) this.#places.set(digest, { tag, assets, bundled: false });
    }
    return release;
  }

  /** Every blob that the bundles of a release hold, and those of other releases that they rely on; drafts too. */
  async bundledIn({ assets, tag_name: tag }: Release): Promise<{
    readonly blobs: ReadonlyMap<Sha256, { readonly size: number }>;
    readonly elsewhere: readonly Sha256[];
  }> {
    const blobs = new Map<Sha256, { size: number }>();
    const elsewhere: Sha256[] = [];
    for (const asset of assets) {
      const kind = kindOf(asset.name);
      if (kind?.kind !== "bundle" || asset.state !== "uploaded") continue;
      const index = await this.#indexOf(kind.digest, asset, tag);
      for (const [digest, { size }] of Object.entries(index?.blobs ?? {})) blobs.set(digest, { size });
      elsewhere.push(...Object.keys(index?.elsewhere ?? {}));
    }
    return { blobs, elsewhere };
  }

  async #readBundles(releases: readonly Release[], wanted: readonly Sha256[]): Promise<void> {
    const elsewhere = new Set<string>();
    const open = () => wanted.filter((digest) => !this.#places.has(digest));
    for (const release of releases) {
      for (const asset of release.assets) {
        const missing = open();
        if (missing.length === 0) return;
        const kind = kindOf(asset.name);
        if (kind?.kind !== "bundle" || asset.state !== "uploaded") continue;
        const index = await this.#indexOf(kind.digest, asset, release.tag_name);
        const got = asset.digest ?? "not what it was";
        if (index === null) for (const digest of missing) this.#damaged.set(digest, { tag: release.tag_name, got });
        else {
          this.#takeIndex(release, asset, index);
          for (const digest of open()) if (index.elsewhere[digest]) elsewhere.add(index.elsewhere[digest]);
        }
      }
    }
    for (const tag of elsewhere) {
      const release = this.#releases.get(tag) ?? (await readByTag(this.#ports.github, tag));
      if (release !== null) await this.#readBundles([this.take(release)], wanted);
    }
  }

  /** What a bundle says; null when it is not what its name says and nobody knows what it was. */
  async #indexOf(digest: Sha256, asset: Asset, tag: string): Promise<BundleIndex | null> {
    const { github, cache, memory } = this.#ports;
    const known = this.#indexes.get(digest) ?? (await memory.read(digest));
    if (known !== null) return known;
    if (asset.digest !== null && asset.digest !== digest) return null;
    const index = await fetchBundle(github, asset, digest, cache);
    if (index !== null) await memory.write(digest, tag, index);
    return index;
  }

  /** Notes where a bundle says that blobs lie. */
  #takeIndex({ tag_name: tag, assets }: Release, bundle: Asset, index: BundleIndex): void {
    const digest = kindOf(bundle.name)?.digest as Sha256;
    this.#indexes.set(digest, index);
    const wrong = bundle.digest !== null && bundle.digest !== digest;
    for (const blob of Object.keys(index.blobs)) {
      if (wrong) this.#damaged.set(blob, { tag, got: bundle.digest as string });
      else if (!this.#places.has(blob)) this.#places.set(blob, { tag, assets: [bundle], bundled: true });
    }
    for (const [blob, { parts }] of Object.entries(index.assets)) {
      const place = this.#places.get(blob);
      if (place !== undefined && place.tag !== tag) continue;
      const bad = parts.find((part) => {
        const found = assets.find(({ name }) => name === part.name);
        return found?.size !== part.size || (found.digest !== null && found.digest !== part.digest);
      });
      if (bad === undefined) continue;
      this.#places.delete(blob);
      const got = assets.find(({ name }) => name === bad.name)?.digest;
      if (got) this.#damaged.set(blob, { tag, got });
    }
  }

  /** A record that was read on this machine names blobs that nobody else does: the bundle that it came in says where they are. */
  async #findByMemory(digest: Sha256): Promise<void> {
    const tag = await this.#ports.memory.tagOf(digest);
    if (tag === null) return;
    const release = this.#releases.get(tag) ?? (await readByTag(this.#ports.github, tag));
    if (release !== null) await this.#readBundles([this.take(release)], [digest]);
  }
}
