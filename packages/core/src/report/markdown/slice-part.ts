import { markdownHtml, markdownText } from "../../escape.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { estimateText } from "../format/interval.ts";
import { metricName } from "../format/metric-name.ts";
import { count, fixed } from "../format/number.ts";
import {
  lessIsBetter,
  rankedSlices,
  sliceDecimals,
  sliceDifference,
  slicesSummary,
  smallSlicesText,
} from "../verdict/slice-ranking.ts";
import { andMore, folded, markdownTable } from "./block.ts";

/** Values too small to tell that are named. */
const SMALL = 5;

/** The slices that matter most, folded. */
export function slicesMarkdown(report: EvaluationReport, most: number): string {
  const small = smallSlicesText(report, SMALL);
  const after = small === "" ? "" : `\n\n${markdownText(`${small}.`, 500)}`;
  if (report.slices.length === 0) return small === "" ? "" : folded("Slices: all too small to tell", after.trim());
  const shown = rankedSlices(report).slice(0, most);
  const decimals = sliceDecimals(shown);
  const less = lessIsBetter(report);
  const differences = shown.map((slice) => sliceDifference(slice, less));
  const rows = shown.map((slice, at) => [
    `${markdownText(slice.column)} = ${markdownText(slice.value)}`,
    count(slice.rows),
    slice.baseline === null ? "–" : fixed(slice.baseline, decimals),
    fixed(slice.candidate, decimals),
    differences[at] == null ? "–" : markdownText(estimateText(differences[at], decimals, true)),
    slice.worse ? "❌ worse" : "",
  ]);
  const metric = metricName(shown[0]?.metric ?? "");
  const head = [
    "slice",
    "rows",
    markdownText(report.baseline?.label ?? "baseline"),
    "candidate",
    `difference in ${markdownText(metric)}, ${less ? "less" : "more"} is better`,
    "",
  ];
  const table = markdownTable(head, rows, [1, 2, 3]) + andMore(report.slices.length - shown.length, "slices");
  return folded(`Slices: ${markdownHtml(slicesSummary(report))}`, table + after);
}
