import { markdownHtml, markdownText, visibleText } from "../../escape.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { metricTitle } from "../format/metric-name.ts";
import { count } from "../format/number.ts";
import { seedRows } from "../format/seeds.ts";
import { crossCheckText, testP, testTitle } from "../format/test-name.ts";
import { markdownSentence } from "../phrase.ts";
import { evidenceLines } from "../verdict/evidence-lines.ts";
import { metricRow, unjudgedMetrics } from "../verdict/metric-rows.ts";
import { otherBaselines } from "../verdict/other-baselines.ts";
import { requirementLines } from "../verdict/requirement-lines.ts";
import { folded, markdownTable } from "./block.ts";

/** Metrics no gate judged. */
export function metricsMarkdown(report: EvaluationReport): string {
  const others = unjudgedMetrics(report).slice(0, 60);
  if (others.length === 0) return "";
  const rows = others.map((metric) => metricRow(metric).map((cell) => markdownText(cell)));
  return folded(
    `Other metrics: ${count(others.length)}`,
    markdownTable(
      ["metric", markdownText(report.baseline?.label ?? "baseline"), "candidate", "difference"],
      rows,
      [1, 2],
    ),
  );
}

/** What each of several runs that were judged together has by itself. */
export function seedsMarkdown({ seeds }: EvaluationReport): string {
  if (seeds === undefined) return "";
  const rows = seedRows(seeds).map((cells) => cells.map((cell) => markdownText(cell)));
  const head = ["run", "seed", markdownText(metricTitle(seeds.metric))];
  return folded(`Seeds: ${count(seeds.runs.length)}`, markdownTable(head, rows, [1, 2]));
}

/** Which test stands behind each metric's interval, and what it says of no difference at all. */
export function testsMarkdown(report: EvaluationReport): string {
  const tested = report.metrics.filter(({ test }) => test !== undefined).slice(0, 60);
  if (tested.length === 0) return "";
  const compared = tested.some(({ test }) => test?.p != null);
  const checked = tested.some(({ crossCheck }) => crossCheck !== undefined);
  const grouped = tested.some(({ effectiveRows }) => effectiveRows !== undefined);
  const rows = tested.map((metric) => [
    markdownText(metricTitle(metric.name)),
    testTitle(metric),
    ...(compared ? [markdownText(testP(metric))] : []),
    ...(checked ? [markdownText(crossCheckText(metric))] : []),
    ...(grouped ? [metric.effectiveRows === undefined ? "–" : count(metric.effectiveRows)] : []),
  ]);
  const head = [
    ...(compared ? ["metric", "test", "p of no difference"] : ["metric", "interval by"]),
    ...(checked ? ["second opinion"] : []),
    ...(grouped ? ["as independent rows"] : []),
  ];
  const right = head.flatMap((name, at) => (name.startsWith("p of") || name.startsWith("as ") ? [at] : []));
  return folded("How it was tested", [markdownTable(head, rows, right), ...lineList(report)].join("\n\n"));
}

/** What the rows amount to, what a second opinion says, and what evidence each gate needs beside what there is. */
function lineList(report: EvaluationReport): string[] {
  const lines = [...evidenceLines(report), ...requirementLines(report)].slice(0, 60);
  return lines.length === 0 ? [] : [lines.map((line) => `- ${markdownSentence(line)}`).join("\n")];
}

/** The figures against baselines beside the first, each folded. */
export function othersMarkdown(report: EvaluationReport): string {
  return otherBaselines(report)
    .map(({ label, rows, table }) =>
      folded(
        `Against ${markdownHtml(visibleText(label, 60))} (${rows})`,
        markdownTable(
          ["metric", markdownText(label), "candidate", "difference"],
          table.map((row) => row.map((cell) => markdownText(cell))),
          [1, 2],
        ),
      ),
    )
    .join("\n\n");
}
