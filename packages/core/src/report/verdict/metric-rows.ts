import type { Estimate } from "../../check/check.ts";
import type { EvaluationReport, MetricComparison } from "../../evaluate/evaluation-report.ts";
import { estimateText } from "../format/interval.ts";
import { metricTitle, unitSuffix } from "../format/metric-name.ts";
import { decimalsOf, fixed } from "../format/number.ts";

/** A metric's figures as every face shows them; texts are not escaped yet. */
export type MetricRow = readonly [metric: string, baseline: string, candidate: string, difference: string];

/** What the interval supports; of points, what the candidate's own value has, and more only where a difference would vanish. */
export function judgedDecimals(
  shown: Estimate | null,
  candidate: Estimate,
  limits: number | null | readonly (number | null)[],
): number {
  const interval = shown?.interval ?? (shown === null ? candidate.interval : null);
  if (interval !== null) return decimalsOf(shown?.value ?? candidate.value, interval, limits);
  const own = decimalsOf(candidate.value, null);
  const vanishes = shown !== null && shown.value !== 0 && Number(shown.value.toFixed(own)) === 0;
  return vanishes ? decimalsOf(shown.value, null) : own;
}

/** Metrics of which neither more nor less is better, whatever direction a limit on them has. */
const NEUTRAL: ReadonlySet<string> = new Set(["selection_rate"]);

export function isNeutral({ name }: Pick<MetricComparison, "name">): boolean {
  return NEUTRAL.has(name);
}

export function metricRow(metric: MetricComparison): MetricRow {
  const { name, unit, baseline, candidate, difference } = metric;
  const decimals = judgedDecimals(difference, candidate, difference === null ? null : 0);
  const suffix = unitSuffix(unit);
  return [
    `${metricTitle(name)}${suffix === "" ? "" : ` (${suffix.trim()})`}`,
    baseline === null ? "–" : fixed(baseline.value, decimals),
    difference === null ? estimateText(candidate, decimals) : fixed(candidate.value, decimals),
    difference === null ? "–" : estimateText(difference, decimals, true),
  ];
}

/** Metrics that no gate judged, in the report's order; a gate that was skipped judged none. */
export function unjudgedMetrics({ metrics, checks }: EvaluationReport): MetricComparison[] {
  const judged = new Set(checks.flatMap(({ subject, status }) => (status === "skipped" ? [] : [subject])));
  return metrics.filter(({ name }) => !judged.has(name));
}
