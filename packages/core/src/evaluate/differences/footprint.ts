import type { ModelVersion } from "../../registry/log/model-version.ts";
import type { RunRecord } from "../../train/run-record.ts";
import type { EvaluationReport } from "../evaluation-report.ts";

/**
 * How big the models are, and how long scoring took: one measurement each, on the machine that trained.
 * @param rows Rows that were read of the candidate's scores.
 */
export function footprint(
  { modelFiles, predictions }: Pick<RunRecord, "modelFiles" | "predictions">,
  baseline: Pick<ModelVersion, "size" | "rootDigest"> | null,
  rows: number,
): NonNullable<EvaluationReport["footprint"]> {
  const bytes = modelFiles.reduce((sum, file) => sum + file.size, 0);
  const seconds = predictions?.candidate.seconds;
  const other = predictions?.baseline ?? null;
  const sameRows =
    other !== null && other.rootDigest === baseline?.rootDigest && other.rows === predictions?.candidate.rows;
  return {
    bytes: { candidate: bytes, baseline: baseline?.size ?? null },
    scoring:
      seconds === undefined
        ? null
        : {
            rows,
            candidate: seconds,
            baseline: sameRows ? (other.seconds ?? null) : null,
          },
  };
}
