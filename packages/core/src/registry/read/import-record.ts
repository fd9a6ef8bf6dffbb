import type { Backend } from "../../backend.ts";
import { parseDocument } from "../../document.ts";
import type { ModelVersion } from "../log/model-version.ts";
import { ImportRecord } from "../log/origin.ts";

/** What the other registry said about an imported version; null of one that was made here. @throws BLOB_MISSING, DIGEST_MISMATCH, DOCUMENT_INVALID */
export async function importRecordOf(
  { model, version, origin }: Pick<ModelVersion, "model" | "version" | "origin">,
  { store }: Pick<Backend, "store">,
): Promise<ImportRecord | null> {
  if (origin === undefined) return null;
  const what = `The import record of ${model} v${version}`;
  return parseDocument(ImportRecord, await store.text(origin.record, what), what);
}
