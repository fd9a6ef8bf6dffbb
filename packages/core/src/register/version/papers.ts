import type { Backend } from "../../backend.ts";
import { parseDocument, type Sha256 } from "../../document.ts";
import { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import type { ImportRecord } from "../../registry/log/origin.ts";
import { importRecordOf } from "../../registry/read/import-record.ts";
import { RunRecord } from "../../train/run-record.ts";

/** A version's manifest, and those of its documents that the store at hand has: a clone without the bytes knows the manifest alone. */
export interface VersionPapers {
  readonly manifest: ModelVersion;
  readonly record: RunRecord | null;
  readonly report: EvaluationReport | null;
  /** Of an imported version, which has neither of the others. */
  readonly imported: ImportRecord | null;
}

/** Reads what the store has of a version's documents; a lost one is null, a damaged one is refused. @throws DIGEST_MISMATCH, DOCUMENT_INVALID, DOCUMENT_FUTURE */
export async function readPapers(manifest: ModelVersion, { store }: Pick<Backend, "store">): Promise<VersionPapers> {
  const of = `of ${manifest.model} v${manifest.version}`;
  const text = async (digest: Sha256 | null, what: string) =>
    digest !== null && (await store.has(digest)) ? await store.text(digest, what) : null;
  const record = await text(manifest.record, `The record ${of}`);
  const report = await text(manifest.evaluation, `The evaluation ${of}`);
  const { origin } = manifest;
  const imported =
    origin !== undefined && (await store.has(origin.record)) ? await importRecordOf(manifest, { store }) : null;
  return {
    manifest,
    imported,
    record: record === null ? null : parseDocument(RunRecord, record, `The record ${of}`),
    report: report === null ? null : parseDocument(EvaluationReport, report, `The evaluation ${of}`),
  };
}
