import type { CacheEntry } from "../state.ts";
import type { World } from "../world.ts";
import type { Claims } from "./runtime-tokens.ts";
import type { Method } from "./serve-results.ts";

const keyOf = ({ ref }: Claims, key: unknown, version: unknown) =>
  Buffer.from(`cache:${ref}:${key}:${version}`).toString("hex");

/** Service `CacheService`; an entry is written once, and seen from its own branch and, on the default branch, from all. */
export const cacheService: Readonly<Record<string, Method>> = {
  CreateCacheEntry({ world, claims, message, blobs, uploadUrl }) {
    if (claims.cache === "read") return { ok: false, message: "cache write denied: this run may only read caches" };
    const { key, version } = message;
    if (world.state.caches.some((one) => one.ref === claims.ref && one.key === key && one.version === version))
      return { ok: false, message: "cache entry with the same key, version, and scope already exists" };
    const upload = keyOf(claims, key, version);
    blobs.open(upload);
    return { ok: true, signed_upload_url: uploadUrl(upload) };
  },

  FinalizeCacheEntryUpload({ world, claims, message, blobs }) {
    const stored = blobs.close(keyOf(claims, message.key, message.version));
    if (stored === null || stored.size !== Number(message.size_bytes))
      return { ok: false, message: "size does not match" };
    const at = world.now();
    const entry: CacheEntry = {
      id: world.nextId(),
      key: String(message.key),
      version: String(message.version),
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
    const entry = find(world, claims, message);
    if (entry === undefined) return { ok: false, signed_download_url: "", matched_key: "" };
    entry.usedAt = world.now();
    const blob = { file: entry.file, contentType: "application/octet-stream", name: "cache.tzst" };
    return { ok: true, signed_download_url: world.files.sign(world.blobUrl, blob), matched_key: entry.key };
  },
};

/** The key itself, then its beginnings; the own branch before the default one, and the newest first. */
function find(world: World, claims: Claims, message: Record<string, unknown>): CacheEntry | undefined {
  const version = String(message.version);
  const refs = [claims.ref, `refs/heads/${world.defaultBranch}`];
  const prefixes = (message.restore_keys ?? []) as string[];
  for (const ref of refs) {
    const mine = world.state.caches.filter((one) => one.ref === ref && one.version === version).toReversed();
    const found =
      mine.find(({ key }) => key === message.key) ??
      [String(message.key), ...prefixes].map((prefix) => mine.find(({ key }) => key.startsWith(prefix))).find(Boolean);
    if (found !== undefined) return found;
  }
  return undefined;
}
