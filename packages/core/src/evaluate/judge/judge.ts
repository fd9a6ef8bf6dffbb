import { judgeReported } from "./judge-reported.ts";
import { judgeRows } from "./judge-rows.ts";
import type { Evidence, Judgement, JudgeSettings } from "./judgement.ts";

/**
 * Judges a candidate: metrics with intervals, gates, slices and curves. Pure; equal arguments give equal results.
 * @throws METRIC_UNKNOWN, GOAL_UNKNOWN, GROUPS_MISSING, LABELS_MISSING, TASK_MISMATCH
 */
export function judge(evidence: Evidence, settings: JudgeSettings): Judgement {
  return evidence.candidate === null
    ? judgeReported(evidence, settings)
    : judgeRows(evidence.candidate, evidence, settings);
}
