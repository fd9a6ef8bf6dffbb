import type { Backend } from "../../backend.ts";
import type { CodePatterns } from "../../config/code-patterns.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import { commitsOf } from "../../train/own-code.ts";
import type { RunRecord } from "../../train/run-record.ts";
import type { CodeLines } from "../evaluation-report.ts";

const MOST_FILES = 100;

/** Lines of code between the baseline's commit and the candidate's; null where the code is the same, or this clone does not have both. */
export async function codeLines(
  candidate: Pick<RunRecord, "code" | "inputs">,
  { manifest, record }: { manifest: Pick<ModelVersion, "commit" | "headCommit">; record: RunRecord | null },
  { patterns, except }: CodePatterns,
  { source }: Pick<Backend, "source">,
): Promise<CodeLines | null> {
  if (record === null || record.inputs.code === candidate.inputs.code) return null;
  const { commit, headCommit, uncommitted } = candidate.code;
  for (const to of new Set([commit, headCommit]))
    for (const from of commitsOf(manifest, record)) {
      const files = await source.linesChanged(from, to, patterns, except);
      if (files === null) continue;
      const sum = (of: "added" | "removed") => files.reduce((total, file) => total + (file[of] ?? 0), 0);
      return {
        added: sum("added"),
        removed: sum("removed"),
        files: files.slice(0, MOST_FILES),
        more: Math.max(0, files.length - MOST_FILES),
        uncommitted: uncommitted.length,
      };
    }
  return null;
}
