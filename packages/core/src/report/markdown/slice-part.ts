import { markdownHtml, markdownText } from "../../escape.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { estimateText } from "../format/interval.ts";
import { metricName } from "../format/metric-name.ts";
import { count, decimalsOf, fixed } from "../format/number.ts";
import { rankedSlices, slicesSummary, smallSlicesText } from "../slice-ranking.ts";
import { andMore, folded, markdownTable } from "./block.ts";

/** Values too small to tell that are named. */
const SMALL = 5;

/** The slices that matter most, folded. */
export function slicesMarkdown(report: EvaluationReport, most: number): string {
  const small = smallSlicesText(report, SMALL);
  const after = small === "" ? "" : `\n\n${markdownText(`${small}.`, 500)}`;
  if (report.slices.length === 0) return small === "" ? "" : folded("Slices: all too small to tell", after.trim());
  const shown = rankedSlices(report.slices).slice(0, most);
  const decimals = Math.max(
    ...shown.map(({ gain, candidate }) => Math.min(decimalsOf(gain?.value ?? candidate, gain?.interval ?? null), 5)),
  );
  const rows = shown.map((slice) => [
    `${markdownText(slice.column)} = ${markdownText(slice.value)}`,
    count(slice.rows),
    slice.baseline === null ? "–" : fixed(slice.baseline, decimals),
    fixed(slice.candidate, decimals),
    slice.gain === null ? "–" : markdownText(estimateText(slice.gain, decimals, true)),
    slice.worse ? "❌ worse" : "",
  ]);
  const metric = metricName(shown[0]?.metric ?? "");
  const head = [
    "slice",
    "rows",
    markdownText(report.baseline?.label ?? "baseline"),
    "candidate",
    `gain in ${markdownText(metric)}, more is better`,
    "",
  ];
  const table = markdownTable(head, rows, [1, 2, 3]) + andMore(report.slices.length - shown.length, "slices");
  return folded(`Slices: ${markdownHtml(slicesSummary(report))}`, table + after);
}
