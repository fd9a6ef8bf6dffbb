import { htmlText } from "../../escape.ts";
import type { EvaluationReport, SliceResult } from "../../evaluate/evaluation-report.ts";
import { estimateText } from "../format/interval.ts";
import { capitalised, metricName } from "../format/metric-name.ts";
import { count, decimalsOf, fixed } from "../format/number.ts";
import { pText } from "../format/p-value.ts";
import { whereText } from "../look-words.ts";
import { rankedSlices, slicesSummary, smallSlicesText } from "../slice-ranking.ts";
import { slicePlot } from "../svg/slice-plot.ts";
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
  const ranked = rankedSlices(report.slices);
  if (ranked.length === 0) return "";
  const columns = new Set(ranked.map(({ column }) => column));
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
  const caption = `${capitalised(summary)}. Gain in ${metric} against ${baseline} with its interval; significantly worse ones first, then by rows × size of the difference.${first}`;
  return htmlFigure(
    (width) => slicePlot(rows, baseline, { width, title: `Gain in ${metric} by slice`, description: summary }),
    caption,
    table,
    `All ${count(ranked.length)} slices as a table`,
  );
}

function sliceTable(report: EvaluationReport, slices: readonly SliceResult[]): string {
  const decimals = Math.max(
    ...slices
      .slice(0, 50)
      .map(({ gain, candidate }) => Math.min(decimalsOf(gain?.value ?? candidate, gain?.interval ?? null), 5)),
  );
  const rows = slices.map((slice) => [
    whereText([slice], 80),
    count(slice.rows),
    slice.baseline === null ? "–" : fixed(slice.baseline, decimals),
    fixed(slice.candidate, decimals),
    slice.gain === null ? "–" : estimateText(slice.gain, decimals, true),
    pText(slice.adjustedP),
    slice.worse ? "worse" : "",
  ]);
  const num = "num" as const;
  return htmlTable(
    [
      { name: "slice" },
      { name: "rows", kind: num },
      { name: report.baseline?.label ?? "baseline", kind: num },
      { name: "candidate", kind: num },
      { name: "gain", kind: num },
      { name: "adjusted p", kind: num },
      { name: "" },
    ],
    rows,
    false,
    "Slices",
  );
}
