import type { Sha256 } from "@trainyard/core";

/** What a release or an asset is called: nothing but A–Z, a–z, 0–9, `.`, `_` and `-`, because GitHub renames anything else. */

const HEX = "sha256:".length;
/** Digits of the digest in a tag: 128 bits, so that nobody finds two contents for one tag by trying. */
const TAG_DIGITS = 32;
/** The tag that is there while releases are taken away. A ref of GitHub's is made by one alone. */
export const LOCK_TAG = "ty-gc";
const TAG = /^ty-([0-9a-f]{32})(?:\.([2-9]|[1-9][0-9]{1,3}))?$/;

/**
 * The tag of a home's releases. A published release is never changed: what comes later, what has no room, and what was lost goes into a further part.
 * @param part From 1.
 */
export function tagOf(home: Sha256, part: number): string {
  const tag = `ty-${home.slice(HEX, HEX + TAG_DIGITS)}`;
  return part === 1 ? tag : `${tag}.${part}`;
}

/** Whether a tag is that of one of a home's releases. */
export function isPartOf(tag: string, home: Sha256): boolean {
  return tag === tagOf(home, 1) || tag.startsWith(`${tagOf(home, 1)}.`);
}

export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** The name of an asset that is one blob, or one part of a blob (from 0). */
export function assetName(digest: Sha256, part: number | null): string {
  const name = `sha256-${digest.slice(HEX)}`;
  return part === null ? name : `${name}.${String(part).padStart(3, "0")}`;
}

/** The name of an asset that holds many blobs, by its own digest: so GitHub's digest says whether it is what it was. */
export function bundleName(digest: Sha256): string {
  return `bundle-sha256-${digest.slice(HEX)}.tar`;
}

export type AssetKind =
  | { readonly kind: "blob"; readonly digest: Sha256; readonly part: number | null }
  | { readonly kind: "bundle"; readonly digest: Sha256 };

/** Null for an asset that is none of ours: people may attach what they like. */
export function kindOf(name: string): AssetKind | null {
  const [, blob, part] = /^sha256-([0-9a-f]{64})(?:\.([0-9]{3,4}))?$/.exec(name) ?? [];
  if (blob !== undefined)
    return { kind: "blob", digest: `sha256:${blob}`, part: part === undefined ? null : Number(part) };
  const [, bundle] = /^bundle-sha256-([0-9a-f]{64})\.tar$/.exec(name) ?? [];
  return bundle === undefined ? null : { kind: "bundle", digest: `sha256:${bundle}` };
}

/** The path of a blob in a bundle: that of the folder store, so that `tar -xf BUNDLE -C .trainyard/store` is all it takes. */
export function pathInBundle(digest: Sha256): string {
  return `blobs/sha256/${digest.slice(HEX)}`;
}
