import type { Backend } from "../backend.ts";
import { byteLength } from "../byte-length.ts";
import { canonicalJson, type FileRef, parseDocument } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import { MANIFEST_LIMIT, type ModelVersion } from "../registry/model-version.ts";
import { rootDigest } from "../registry/root-digest.ts";
import { RunRecord } from "../train/run-record.ts";

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

/**
 * The files of a version: from its manifest, or from its record when the list was too long for it.
 * @throws BLOB_MISSING, DIGEST_MISMATCH
 */
export async function versionFiles(
  manifest: ModelVersion,
  { store, sha256 }: Pick<Backend, "store" | "sha256">,
): Promise<FileRef[]> {
  if (manifest.files.length > 0) return manifest.files;
  const what = `the record of v${manifest.version}`;
  const { modelFiles } = parseDocument(RunRecord, await store.text(manifest.record, what), what);
  const got = rootDigest(modelFiles, sha256);
  if (got === manifest.rootDigest) return modelFiles;
  throw new TrainyardError("DIGEST_MISMATCH", {
    what: `The list of files of v${manifest.version}`,
    expected: manifest.rootDigest,
    got,
  });
}
