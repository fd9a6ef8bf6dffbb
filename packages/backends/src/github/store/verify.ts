import { createHash } from "node:crypto";
import type { Sha256 } from "@trainyard/core";
import type { Github } from "../call/github.ts";
import type { Catalog, Place } from "./catalog.ts";
import { downloadAsset } from "./download-asset.ts";
import { kindOf } from "./names.ts";

export interface BlobProblem {
  readonly digest: Sha256;
  readonly problem: "missing" | "damaged";
}

/**
 * Which blobs are not what they were, by the digests that GitHub itself took of what it holds: nothing is downloaded but indexes. Only where GitHub
 * tells no digest, or only those of parts that no index names, are the bytes read.
 * @param catalog One that has not looked yet.
 */
export async function verifyBlobs(
  github: Github,
  catalog: Catalog,
  digests: readonly Sha256[],
): Promise<BlobProblem[]> {
  await catalog.findAll(digests);
  const problems: BlobProblem[] = [];
  const bundles = new Map<number, Promise<boolean>>();
  for (const digest of digests) {
    const place = await catalog.find(digest);
    if (place === null) {
      problems.push({ digest, problem: catalog.damage(digest) === null ? "missing" : "damaged" });
      continue;
    }
    const [first] = place.assets;
    const sound = place.bundled
      ? (bundles.get(first?.id ?? 0) ?? isSound(github, kindOf(first?.name ?? "")?.digest ?? "", place))
      : isSound(github, digest, place);
    if (place.bundled) bundles.set(first?.id ?? 0, sound);
    if (!(await sound)) problems.push({ digest, problem: "damaged" });
  }
  return problems;
}

/** The catalog has compared the parts that an index names; a single asset has GitHub's digest of the whole. */
async function isSound(github: Github, expected: Sha256, { assets }: Place): Promise<boolean> {
  if (assets.length === 1 && assets[0]?.digest != null) return assets[0].digest === expected;
  if (assets.length > 1 && assets.every((asset) => asset.digest !== null)) return true;
  const running = createHash("sha256");
  for (const asset of assets)
    if (!(await downloadAsset(github, asset, async (chunk) => void running.update(chunk)))) return false;
  return `sha256:${running.digest("hex")}` === expected;
}
