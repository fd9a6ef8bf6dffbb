import { byteLength } from "../byte-length.ts";
import { canonicalJson } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import { MANIFEST_LIMIT, type ModelVersion } from "../registry/model-version.ts";

/**
 * A manifest of at most 4 KB. What makes it longer is left out whole, in this order, and stands in the record alone:
 * params (null), metrics, data, files.
 * @throws TEXT_TOO_LONG when even that is not enough
 */
export function trimmed(manifest: ModelVersion): ModelVersion {
  const steps: Partial<ModelVersion>[] = [{}, { params: null }, { metrics: [] }, { data: [] }, { files: [] }];
  let short = manifest;
  for (const step of steps) {
    short = { ...short, ...step };
    if (byteLength(canonicalJson(short)) <= MANIFEST_LIMIT) return short;
  }
  const bytes = byteLength(canonicalJson(short));
  throw new TrainyardError("TEXT_TOO_LONG", {
    what: `The manifest of v${manifest.version}`,
    bytes,
    limit: MANIFEST_LIMIT,
  });
}
