import { z } from "zod";
import type { CacheEntry } from "../state.ts";
import type { World } from "../world.ts";
import type { Claims } from "./runtime-tokens.ts";
import type { Method } from "./serve-results.ts";
import { parsed, TwirpError } from "./twirp.ts";

const Key = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^,]+$/);
/** A digest over the paths and the way of packing: an entry is found by the same ones only. */
const Version = z.string().regex(/^[0-9a-f]{64}$/);
const One = z.strictObject({ key: Key, version: Version });
const Finalize = One.extend({ size_bytes: z.string().regex(/^\d{1,19}$/) });
const Get = One.extend({ restore_keys: z.array(Key).max(9).default([]) }); // ten keys in all

/** Service `CacheService`; an entry is written once, and seen from its own branch and, on the default branch, from all. */
export const cacheService: Readonly<Record<string, Method>> = {
  CreateCacheEntry({ world, claims, message, blobs, uploadUrl }) {
    const { key, version } = parsed(One, message);
    if (claims.cache === "read") return { ok: false, message: "cache write denied: this run may only read caches" };
    const taken = world.state.caches.some(
      (one) => one.ref === claims.ref && one.key === key && one.version === version,
    );
    const upload = taken ? null : blobs.open(slot(claims, key, version));
    if (upload === null)
      throw new TwirpError("already_exists", "cache entry with the same key, version, and scope already exists");
    return { ok: true, signed_upload_url: uploadUrl(upload) };
  },

  FinalizeCacheEntryUpload({ world, claims, message, blobs }) {
    const { key, version, size_bytes } = parsed(Finalize, message);
    const upload = blobs.under(slot(claims, key, version));
    if (upload === null) throw new TwirpError("not_found", "cache entry not found");
    const { stored } = upload;
    if (stored === null || stored.size !== Number(size_bytes)) return { ok: false, message: "size does not match" };
    blobs.close(upload);
    const at = world.now();
    const entry: CacheEntry = {
      id: world.nextId(),
      key,
      version,
      ref: claims.ref,
      size: stored.size,
      file: stored.file,
      createdAt: at,
      usedAt: at,
    };
    world.state.caches.push(entry);
    return { ok: true, entry_id: String(entry.id) };
  },

  GetCacheEntryDownloadURL({ world, claims, message }) {
    const { key, version, restore_keys } = parsed(Get, message);
    const entry = find(world, claims, [key, ...restore_keys], version);
    if (entry === undefined) return { ok: false, signed_download_url: "", matched_key: "" };
    entry.usedAt = world.now();
    const blob = { file: entry.file, contentType: "application/octet-stream", name: "cache.tzst" };
    return { ok: true, signed_download_url: world.files.sign(world.blobUrl, blob), matched_key: entry.key };
  },
};

const slot = ({ ref }: Claims, key: string, version: string) => JSON.stringify(["cache", ref, key, version]);

/** The own branch before the default one; there each key itself, then what begins with it, the newest first. */
function find(world: World, claims: Claims, keys: readonly string[], version: string): CacheEntry | undefined {
  for (const ref of [claims.ref, `refs/heads/${world.defaultBranch}`]) {
    const mine = world.state.caches.filter((one) => one.ref === ref && one.version === version).toReversed();
    for (const wanted of keys) {
      const found = mine.find(({ key }) => key === wanted) ?? mine.find(({ key }) => key.startsWith(wanted));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
