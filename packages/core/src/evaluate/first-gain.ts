import type { EvaluationReport } from "./evaluation-report.ts";

/** Gain of the first gate's metric over the baseline; without a baseline its value, signed so that more is better. Null when there is neither. */
export function firstGain(report: EvaluationReport): number | null {
  for (const { subject } of report.checks) {
    const metric = report.metrics.find(({ name }) => name === subject);
    if (metric === undefined) continue;
    return metric.gain?.value ?? (metric.goal === "maximize" ? metric.candidate.value : -metric.candidate.value);
  }
  return null;
}
