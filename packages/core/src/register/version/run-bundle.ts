import type { Backend, RunFolder } from "../../backend.ts";
import { type Verdict, verdict as verdictOf } from "../../check/check.ts";
import { parseDocument, type Sha256 } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import { decidingChecks } from "../../evaluate/check-ids.ts";
import { EVALUATION_FILE, EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { rootDigest } from "../../registry/fold/root-digest.ts";
import type { Registry } from "../../registry/read/registry.ts";
import { openRun } from "../../train/open-run.ts";
import type { RunRecord } from "../../train/run-record.ts";
import { type Standing, standing } from "./standing.ts";

/** A run and its evaluation, as they stand in its bundle. */
export interface JudgedRun extends Standing {
  readonly folder: RunFolder;
  readonly record: RunRecord;
  /** The OMS root digest of the record's model files. */
  readonly rootDigest: Sha256;
  readonly recordText: string;
  readonly report: EvaluationReport;
  readonly reportText: string;
  readonly reportDigest: Sha256;
  /** Files the rules it was judged by stand in that were not committed. */
  readonly rulesUncommitted: readonly string[];
  /** The version that these bytes are already, or would be if nobody registered before. */
  readonly version: number;
}

/**
 * Reads a run that can be registered, and what was judged about exactly these bytes.
 * @param configured `evaluate.baseline`, the first at index 0: what every version must be compared with, once somebody holds it.
 * @throws NO_RUN, RUN_UNKNOWN, RUN_UNFINISHED, RUN_UNCOMMITTED, EVALUATION_MISSING, EVALUATION_OTHER, BUNDLE_INVALID, DIGEST_MISMATCH, DOCUMENT_INVALID, and what the registry throws
 */
export async function readJudgedRun(
  model: string,
  id: string | null,
  configured: readonly string[],
  { runs, sha256, registry }: Pick<Backend, "runs" | "sha256"> & { readonly registry: Registry },
): Promise<JudgedRun> {
  const { folder, record, text: recordText } = await openRun(model, id, { runs });
  const { uncommitted } = record.code;
  if (uncommitted.length > 0) throw new TrainyardError("RUN_UNCOMMITTED", { run: record.id, files: uncommitted });
  const root = checkedRoot(record, sha256);

  const reportText = await folder.read(EVALUATION_FILE);
  if (reportText === null) throw new TrainyardError("EVALUATION_MISSING", { run: record.id });
  const report = parseDocument(EvaluationReport, reportText, `${record.id}/${EVALUATION_FILE}`);
  const evaluated = report.model === model ? report.candidate.rootDigest : `${report.model}, another model`;
  if (evaluated !== root)
    throw new TrainyardError("EVALUATION_OTHER", { run: record.id, evaluated: evaluated ?? "none" });
  const scored = record.predictions?.candidate.file.digest ?? null;
  const judged = report.candidate.predictions?.digest ?? null;
  if (judged !== null && judged !== scored)
    throw new TrainyardError("EVALUATION_OTHER", { run: record.id, evaluated: `predictions ${judged}` });
  checkVerdict(report, `${record.id}/${EVALUATION_FILE}`);
  const state = await registry.state(model);
  const known = state.versions.find((version) => version.rootDigest === root && version.withdrawn === null);
  return {
    folder,
    record,
    rootDigest: root,
    recordText,
    report,
    reportText,
    reportDigest: sha256(reportText),
    rulesUncommitted: report.rulesUncommitted ?? [],
    ...standing(report, known !== undefined, configured, state),
    version: known?.version ?? state.versions.length + 1,
  };
}

/** @throws BUNDLE_INVALID, DIGEST_MISMATCH */
function checkedRoot(record: RunRecord, sha256: Backend["sha256"]): Sha256 {
  if (record.modelFiles.length === 0)
    throw new TrainyardError("BUNDLE_INVALID", { path: record.id, problem: "it has no model files" });
  const got = rootDigest(record.modelFiles, sha256);
  if (got === record.rootDigest) return got;
  throw new TrainyardError("DIGEST_MISMATCH", {
    what: `The list of model files of run ${record.id}`,
    expected: record.rootDigest ?? "none",
    got,
  });
}

/** A verdict may be stricter than its checks (a fork's scores), never milder. @throws DOCUMENT_INVALID */
function checkVerdict(report: EvaluationReport, source: string): void {
  const rank: readonly Verdict[] = ["pass", "inconclusive", "fail"];
  const expected = verdictOf(decidingChecks(report));
  if (rank.indexOf(report.verdict) >= rank.indexOf(expected)) return;
  throw new TrainyardError("DOCUMENT_INVALID", {
    source,
    kind: report.kind,
    field: "verdict",
    expected: `${expected}, as its checks say`,
    got: report.verdict,
  });
}
