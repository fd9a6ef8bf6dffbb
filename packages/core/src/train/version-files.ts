import type { Backend } from "../backend.ts";
import { type FileRef, parseDocument } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import { rootDigest } from "../registry/fold/root-digest.ts";
import type { ModelVersion } from "../registry/log/model-version.ts";
import { importRecordOf } from "../registry/read/import-record.ts";
import { RunRecord } from "./run-record.ts";

/**
 * All files of a version. A manifest too long to list them leaves them to the run's record, or to the import's. Either list must add up to the version's
 * root digest. @throws DIGEST_MISMATCH, BLOB_MISSING
 */
export async function versionFiles(
  manifest: ModelVersion,
  { store, sha256 }: Pick<Backend, "store" | "sha256">,
): Promise<readonly FileRef[]> {
  const files = manifest.files.length > 0 ? manifest.files : await recordedFiles(manifest, { store });
  const got = rootDigest(files, sha256);
  if (got !== manifest.rootDigest) {
    const list = `The list of files of ${manifest.model} v${manifest.version}`;
    throw new TrainyardError("DIGEST_MISMATCH", { what: list, expected: manifest.rootDigest, got });
  }
  return files;
}

async function recordedFiles(manifest: ModelVersion, ports: Pick<Backend, "store">): Promise<readonly FileRef[]> {
  if (manifest.record === null) return (await importRecordOf(manifest, ports))?.files ?? [];
  const what = `The record of ${manifest.model} v${manifest.version}`;
  return parseDocument(RunRecord, await ports.store.text(manifest.record, what), what).modelFiles;
}
