import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";

/** Rows the candidate's figures rest on: those both sides scored where they are paired, else all of its own. */
export function rowsJudged({
  pairing,
  data,
  candidate,
}: Pick<EvaluationReport, "pairing" | "data" | "candidate">): number {
  if (pairing.mode === "paired") return pairing.rows;
  return candidate.predictions?.rows ?? data?.rows ?? pairing.rows;
}
