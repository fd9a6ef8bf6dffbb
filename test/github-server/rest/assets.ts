import type { Readable } from "node:stream";
import { created, done, type Exchange, type Handlers, invalid, notFound, ok, Refused } from "../exchange.ts";
import { listed } from "../pages.ts";
import { asset as shape } from "../shapes.ts";
import type { Asset, Release } from "../state.ts";
import type { World } from "../world.ts";
import { immutable, seesDrafts, visible } from "./releases.ts";

const MOST_ASSETS = 1000;
/** Bytes: an asset must be smaller than 2 GiB. */
const TOO_LARGE = 2 ** 31;

export const assets: Handlers = {
  "repos/list-release-assets"(exchange: Exchange) {
    const release = visible(exchange.world, exchange.params.release_id, exchange.token);
    return listed(exchange as Exchange<never>, release.assets, (one) => shape(exchange.world, release, one));
  },

  async "repos/upload-release-asset"({ world, params, query, request, token, fault }: Exchange) {
    const release = visible(world, params.release_id, token);
    if (release.immutable) throw immutable();
    const length = request.headers["content-length"];
    if (length === undefined) throw new Refused(411, "Length Required");
    if (Number(length) >= TOO_LARGE) throw new Refused(500, ""); // GitHub says no more than that
    if (request.headers["content-type"] === undefined) throw new Refused(422, "Missing Content-Type");
    const name = storedName(query.name ?? "");
    if (name === "") throw invalid("ReleaseAsset", "name", "missing_field");
    const taken = () => release.assets.some((one) => one.name === name);
    if (taken()) throw invalid("ReleaseAsset", "name", "already_exists");
    if (release.assets.length >= MOST_ASSETS)
      throw invalid("ReleaseAsset", "release", "custom", `file count exceeds limit of ${MOST_ASSETS}`);
    const keep = fault === "502-starter" ? 0 : fault === "truncated-upload" ? Math.floor(Number(length) / 2) : Infinity;
    const stored = await world.files.write(request as Readable, keep);
    if (taken()) throw invalid("ReleaseAsset", "name", "already_exists"); // two at once
    const asset: Asset = {
      id: world.nextId(),
      name,
      label: query.label ?? "",
      contentType: request.headers["content-type"],
      state: fault === "502-starter" ? "starter" : "uploaded",
      size: stored.size,
      digest: fault === "502-starter" ? null : stored.digest,
      file: stored.file,
      uploader: token.login,
      createdAt: world.now(),
      downloads: 0,
    };
    release.assets.push(asset);
    if (fault === "502-starter") throw new Refused(502, "Bad Gateway");
    return created(shape(world, release, asset));
  },

  "repos/get-release-asset"({ world, params, request, token }: Exchange) {
    const { release, asset } = find(world, params.asset_id);
    if (release.draft && !seesDrafts(token)) throw notFound();
    if (!/application\/octet-stream/.test(request.headers.accept ?? "")) return ok(shape(world, release, asset));
    if (asset.state !== "uploaded") throw notFound();
    asset.downloads++;
    return { status: 302, headers: { location: world.files.sign(world.blobUrl, asset) } };
  },

  "repos/update-release-asset"({ world, params, body }: Exchange<{ name?: string; label?: string }>) {
    const { release, asset } = find(world, params.asset_id);
    const name = body.name === undefined ? asset.name : storedName(body.name);
    if (release.assets.some((one) => one !== asset && one.name === name))
      throw invalid("ReleaseAsset", "name", "already_exists");
    if (release.immutable && name !== asset.name) throw immutable();
    asset.name = name;
    asset.label = body.label ?? asset.label;
    return ok(shape(world, release, asset));
  },

  "repos/delete-release-asset"({ world, params }: Exchange) {
    const { release, asset } = find(world, params.asset_id);
    if (release.immutable) throw new Refused(422, "Cannot delete asset from an immutable release");
    release.assets.splice(release.assets.indexOf(asset), 1);
    world.files.remove(asset.file);
    return done();
  },
};

function find(world: World, id: string | undefined): { release: Release; asset: Asset } {
  for (const release of world.state.releases)
    for (const asset of release.assets) if (String(asset.id) === id) return { release, asset };
  throw notFound();
}

/** GitHub renames: odd characters become a dot, a leading dot gets a word before it, dots at the end go. */
export function storedName(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9._@+-]+/g, ".").replace(/\.+$/, "");
  return plain.startsWith(".") ? `default${plain}` : plain;
}
