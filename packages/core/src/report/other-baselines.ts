import type { EvaluationReport, MetricComparison } from "../evaluate/evaluation-report.ts";
import { estimateText } from "./format/interval.ts";
import { metricTitle, unitSuffix } from "./format/metric-name.ts";
import { counted, decimalsOf, fixed } from "./format/number.ts";

/** What stands in a report of a baseline beside the first; texts are not escaped yet. */
export interface OtherBaseline {
  readonly label: string;
  /** "paired, 2,400 rows". */
  readonly rows: string;
  readonly table: readonly (readonly [metric: string, baseline: string, candidate: string, difference: string])[];
}

export function otherBaselines({ others }: EvaluationReport): OtherBaseline[] {
  return (others ?? []).map(({ baseline, pairing, metrics }) => ({
    label: baseline.label,
    rows: pairing.mode === "none" ? "point values" : `${pairing.mode}, ${counted(pairing.rows, "row")}`,
    table: metrics.slice(0, 60).map(rowOf),
  }));
}

function rowOf(metric: MetricComparison): OtherBaseline["table"][number] {
  const { value, interval } = metric.difference ?? metric.candidate;
  const decimals = decimalsOf(value, interval);
  const unit = unitSuffix(metric.unit);
  return [
    `${metricTitle(metric.name)}${unit === "" ? "" : ` (${unit.trim()})`}`,
    metric.baseline === null ? "–" : fixed(metric.baseline.value, decimals),
    fixed(metric.candidate.value, decimals),
    metric.difference === null ? "–" : estimateText(metric.difference, decimals, true),
  ];
}
