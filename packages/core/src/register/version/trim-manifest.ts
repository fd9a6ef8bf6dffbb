import { byteLength } from "../../byte-length.ts";
import { canonicalJson } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import { MANIFEST_LIMIT, type ModelVersion } from "../../registry/log/model-version.ts";

/**
 * A manifest of at most 4 KB. What makes it longer is left out whole and stands in the record alone: of params (null), metrics, data and
 * files always the longest first, so that a thousand data files cost their own list and not the metrics.
 * @throws TEXT_TOO_LONG when even that is not enough
 */
export function trimmed(manifest: ModelVersion): ModelVersion {
  const empty = { params: null, metrics: [], data: [], files: [] };
  const parts = (Object.keys(empty) as (keyof typeof empty)[])
    .map((name) => ({ name, bytes: byteLength(canonicalJson(manifest[name])) }))
    .sort((a, b) => b.bytes - a.bytes);
  let short = manifest;
  for (const part of [null, ...parts]) {
    if (part !== null) short = { ...short, [part.name]: empty[part.name] };
    if (byteLength(canonicalJson(short)) <= MANIFEST_LIMIT) return short;
  }
  const bytes = byteLength(canonicalJson(short));
  throw new TrainyardError("TEXT_TOO_LONG", {
    what: `The manifest of v${manifest.version}`,
    bytes,
    limit: MANIFEST_LIMIT,
  });
}
