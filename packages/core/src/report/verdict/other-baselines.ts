import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { counted } from "../format/number.ts";
import { type MetricRow, metricRow } from "./metric-rows.ts";

/** What stands in a report of a baseline beside the first; texts are not escaped yet. */
export interface OtherBaseline {
  readonly label: string;
  /** "paired, 2,400 rows". */
  readonly rows: string;
  readonly table: readonly MetricRow[];
}

export function otherBaselines({ others }: EvaluationReport): OtherBaseline[] {
  return (others ?? []).map(({ baseline, pairing, metrics }) => ({
    label: baseline.label,
    rows: pairing.mode === "none" ? "point values" : `${pairing.mode}, ${counted(pairing.rows, "row")}`,
    table: metrics.slice(0, 60).map(metricRow),
  }));
}
