import { htmlText } from "../../escape.ts";
import type { EvaluationReport, SliceResult } from "../../evaluate/evaluation-report.ts";
import { estimateText } from "../format/interval.ts";
import { capitalised, metricName } from "../format/metric-name.ts";
import { count, fixed } from "../format/number.ts";
import { pText } from "../format/p-value.ts";
import { slicePlot } from "../svg/slice-plot.ts";
import { whereText } from "../verdict/look-words.ts";
import {
  lessIsBetter,
  rankedSlices,
  sliceDecimals,
  sliceDifference,
  slicesSummary,
  smallSlicesText,
} from "../verdict/slice-ranking.ts";
import { htmlFigure, htmlTable } from "./element.ts";

const DRAWN = 16;
const LISTED = 400;
/** Values too small to tell that are named, and characters that takes at most. */
const [SMALL, MOST_TEXT] = [20, 3_000];

/** Slices by how much they matter; the first are drawn, all are listed, and those too small to tell are named. Empty without slices. */
export function sliceSection(report: EvaluationReport): string {
  const small = smallSlicesText(report, SMALL);
  return told(report) + (small === "" ? "" : `<p>${htmlText(`${small}.`, MOST_TEXT)}</p>`);
}

function told(report: EvaluationReport): string {
  const ranked = rankedSlices(report);
  if (ranked.length === 0) return "";
  const columns = new Set(ranked.map(({ column }) => column));
  const [only] = columns.size === 1 ? columns : ["slice"];
  const label = ({ column, value }: SliceResult) => (columns.size === 1 ? value : `${column} = ${value}`);
  const drawn = ranked.filter(({ gain }) => gain !== null).slice(0, DRAWN);
  const table = sliceTable(report, ranked.slice(0, LISTED));
  if (drawn.length === 0) return table;
  const rows = drawn.map((slice) => ({
    label: label(slice),
    rows: count(slice.rows),
    gain: slice.gain?.value ?? 0,
    interval: slice.gain?.interval ?? null,
    worse: slice.worse,
  }));
  const baseline = report.baseline?.label ?? "baseline";
  const summary = slicesSummary(report);
  const metric = metricName(drawn[0]?.metric ?? "");
  const first = ranked.length > drawn.length ? ` The ${drawn.length} that matter most of ${count(ranked.length)}.` : "";
  const less = lessIsBetter(report);
  const caption = `${capitalised(summary)}. Figures are the ${metric} of the candidate − that of ${baseline}, of which ${less ? "less" : "more"} is better, each with its own interval; right of the line is better. Significantly worse ones first, then by rows × size of the difference.${first}`;
  const head = { column: only ?? "slice", baseline, less };
  return htmlFigure(
    (width) => slicePlot(rows, head, { width, title: `Difference in ${metric} by slice`, description: summary }),
    caption,
    table,
    `All ${count(ranked.length)} slices as a table`,
  );
}

function sliceTable(report: EvaluationReport, slices: readonly SliceResult[]): string {
  const decimals = sliceDecimals(slices.slice(0, 50));
  const less = lessIsBetter(report);
  const num = "num" as const;
  if (report.baseline === null)
    return htmlTable(
      [{ name: "slice" }, { name: metricName(slices[0]?.metric ?? ""), kind: num }, { name: "rows", kind: num }],
      slices.map((slice) => [whereText([slice], 80), fixed(slice.candidate, decimals), count(slice.rows)]),
      false,
      "Slices, the weakest first",
    );
  const rows = slices.map((slice) => {
    const difference = sliceDifference(slice, less);
    return [
      whereText([slice], 80),
      difference === null ? "–" : estimateText(difference, decimals, true) + (slice.worse ? ", worse" : ""),
      slice.baseline === null ? "–" : fixed(slice.baseline, decimals),
      fixed(slice.candidate, decimals),
      count(slice.rows),
      pText(slice.adjustedP),
    ];
  });
  return htmlTable(
    [
      { name: "slice" },
      { name: "difference", kind: num },
      { name: report.baseline.label, kind: num },
      { name: "candidate", kind: num },
      { name: "rows", kind: num },
      { name: "adjusted p", kind: num },
    ],
    rows,
    true,
    "Slices",
  );
}
