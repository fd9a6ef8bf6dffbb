import { markdownHtml, markdownText } from "../../escape.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import type { Fairness } from "../../evaluate/looks.ts";
import { estimateText } from "../format/interval.ts";
import { metricName, metricTitle } from "../format/metric-name.ts";
import { count, counted, decimalsOf, percent, signed } from "../format/number.ts";
import {
  calibrationShift,
  fairnessSummary,
  fairnessText,
  flipHeading,
  flipsSummary,
  nearer,
  ratioText,
  weakNumbers,
  weakSummary,
  whereText,
} from "../verdict/look-words.ts";
import { classHead, classRows, classTitle } from "../verdict/per-class.ts";
import { andMore, folded, markdownTable } from "./block.ts";

/** Slices in which rows flipped, folded. Single rows stand in the page alone: a comment is mailed to everybody who watches. */
export function flipsMarkdown(report: EvaluationReport, most: number): string {
  const summary = flipsSummary(report);
  const slices = report.flips?.slices ?? [];
  if (summary === "" || slices.length === 0) return "";
  const other = markdownText(report.baseline?.label ?? "baseline", 60);
  const is = { decision: "right", error: "closer", score: "better" }[report.flips?.by ?? "decision"];
  const rows = slices
    .slice(0, most)
    .map((slice) => [
      markdownText(whereText([slice])),
      count(slice.rows),
      count(slice.candidateRight),
      count(slice.baselineRight),
      signed(slice.candidateRight - slice.baselineRight, 0),
    ]);
  const table = markdownTable(["slice", "rows", `candidate ${is}`, `${other} ${is}`, "net"], rows, [1, 2, 3, 4]);
  return folded(`${flipHeading(report)}: ${markdownHtml(summary)}`, table + andMore(slices.length - most, "slices"));
}

/** Only where it shifted: what is as it was needs no fold. */
export function calibrationMarkdown(report: EvaluationReport): string {
  const { calibration } = report;
  const shift = calibrationShift(report);
  if (shift === null || calibration?.baseline == null) return "";
  const sides = [
    ["candidate", calibration.candidate] as const,
    [markdownText(report.baseline?.label ?? "baseline", 60), calibration.baseline] as const,
  ];
  const rows = sides.map(([name, { observed, predicted, ratio }]) => [
    name,
    percent(observed),
    percent(predicted),
    markdownText(ratioText(ratio)),
  ]);
  const table = markdownTable(["", "observed", "predicted", "observed / predicted"], rows, [1, 2, 3]);
  const said = `${markdownText(shift, 600)}.`;
  return folded(
    `Calibration shifted: ${markdownHtml(nearer(report))} is nearer to what is observed`,
    `${said}\n\n${table}`,
  );
}

/** Slices that were found on one half of the rows and confirmed on the other, folded; nothing where none was. */
export function weakSlicesMarkdown(report: EvaluationReport): string {
  const { weakSlices } = report;
  if (weakSlices === undefined || weakSlices.confirmed.length === 0) return "";
  const other = report.baseline?.label ?? "baseline";
  const rows = weakSlices.confirmed.map((slice) => {
    const [ours, against] = weakNumbers(slice);
    return [
      markdownText(whereText(slice.where)),
      count(slice.rows),
      ours,
      `${against} ${slice.than === "elsewhere" ? "elsewhere" : markdownText(`of ${other}`, 60)}`,
    ];
  });
  const metric = markdownText(metricName(weakSlices.metric));
  const table = markdownTable(["slice", "rows", `${metric} here`, "against"], rows, [1, 2]);
  const said =
    "Found on one half of the rows and confirmed on the other, where these figures are from. They decide nothing.";
  return folded(`Weak slices: ${markdownHtml(weakSummary(report))}`, `${said}\n\n${table}`);
}

/** What decisions are taken for what, folded: a table of the candidate's, the baseline's count beside where there is one. */
export function confusionMarkdown(report: EvaluationReport): string {
  const { confusion, baseline } = report;
  if (confusion === undefined) return "";
  const other = markdownText(baseline?.label ?? "baseline", 60);
  if (confusion.classes.length === 0) {
    const rows = confusion.pairs.map(({ truth, decided, candidate, baseline: theirs }) => [
      markdownText(truth, 60),
      markdownText(decided, 60),
      count(candidate),
      theirs === null ? "–" : count(theirs),
    ]);
    const table = markdownTable(["truth", "decided", "candidate", other], rows, [2, 3]);
    return folded(`Decisions: the ${counted(rows.length, "pair")} confused most`, rows.length === 0 ? "" : table);
  }
  const { classes, candidate, baseline: theirs } = confusion;
  if (classes.length > 10) return ""; // wider than a comment; the page has it
  const rows = candidate.map((cells, truth) => [
    markdownText(classes[truth] as string, 40),
    ...cells.map((rowsOf, decided) => {
      const all = cells.reduce((sum, one) => sum + one, 0);
      const own = `${count(rowsOf)}${all === 0 ? "" : ` (${percent(rowsOf / all)})`}`;
      return truth === decided ? `**${own}**` : own;
    }),
    ...(theirs === null ? [] : [count(theirs[truth]?.[truth] ?? 0)]),
  ]);
  const head = [
    "truth \\ decided",
    ...classes.map((name) => markdownText(name, 40)),
    ...(theirs === null ? [] : [`${other} right`]),
  ];
  const table = markdownTable(head, rows, [...head.keys()].slice(1));
  return folded("Decisions of the candidate, in rows and as shares of the true class", table);
}

/** Precision, recall and F1 of the weakest classes, folded. @param most Classes to list. */
export function classesMarkdown(report: EvaluationReport, most: number): string {
  const all = classRows(report);
  const rows = all.slice(0, most).map((cells) => cells.map((cell) => markdownText(cell, 60)));
  if (rows.length === 0) return "";
  const head = classHead(report).map((name) => markdownText(name, 60));
  const table = markdownTable(head, rows, [...head.keys()].slice(1));
  return folded(classTitle(report), table + andMore(all.length - rows.length, "in the full report"));
}

/** A metric in every group of a sensitive column, folded. @param most Groups to list; 0: none, the sentences alone. */
export function fairnessMarkdown(report: EvaluationReport, most: number): string {
  const { fairness = [] } = report;
  if (fairness.length === 0) return "";
  const other = markdownText(report.baseline?.label ?? "baseline", 60);
  const parts = fairness
    .slice(0, 10)
    .map((one) =>
      [`${markdownText(fairnessText(one), 400)}.`, ...(most === 0 ? [] : [groupTable(one, other, most)])].join("\n\n"),
    );
  return folded(`Fairness: ${markdownHtml(fairnessSummary(report))}`, parts.join("\n\n"));
}

function groupTable({ column, metric, groups, more }: Fairness, other: string, most: number): string {
  const shown = groups.slice(0, most);
  const rows = shown.map(({ value, rows: size, support, judged, candidate, baseline }) => {
    const decimals = candidate === null ? 3 : Math.min(4, decimalsOf(candidate.value, candidate.interval));
    return [
      markdownText(value, 60),
      count(size),
      count(support),
      candidate === null ? "–" : markdownText(estimateText(candidate, decimals)),
      baseline === null ? "–" : markdownText(estimateText(baseline, decimals)),
      judged ? "" : "too small, set apart",
    ];
  });
  const head = [
    markdownText(column, 60),
    "rows",
    "support",
    `${markdownText(metricTitle(metric))}, candidate`,
    other,
    "",
  ];
  return markdownTable(head, rows, [1, 2]) + andMore(groups.length - shown.length + more, "groups");
}
