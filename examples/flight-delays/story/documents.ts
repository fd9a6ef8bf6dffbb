import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DriftReport, EvaluationReport, parseDocument, RunRecord } from "@trainyard/core";

const bundles = (root: string) => join(root, ".trainyard", "runs", "flight-delays");

/** Ids of the runs in the workspace, newest first by the real clock. */
export function runs(root: string): string[] {
  const folder = bundles(root);
  return readdirSync(folder)
    .filter((id) => /^[0-9a-f]{12}$/.test(id))
    .sort((a, b) => statSync(join(folder, b)).birthtimeMs - statSync(join(folder, a)).birthtimeMs);
}

export function runRecord(root: string, id: string): RunRecord {
  const file = join(bundles(root), id, "record.json");
  return parseDocument(RunRecord, readFileSync(file, "utf8"), file);
}

export function evaluationOf(root: string, id: string): EvaluationReport {
  const file = join(bundles(root), id, "evaluation.json");
  return parseDocument(EvaluationReport, readFileSync(file, "utf8"), file);
}

/** A drift report the story wrote with `--report reports/NAME.json`. */
export function driftReport(root: string, name: string): DriftReport {
  const file = join(root, "reports", `${name}.json`);
  return parseDocument(DriftReport, readFileSync(file, "utf8"), file);
}
