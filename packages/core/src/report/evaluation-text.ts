import type { CheckStatus } from "../check/check.ts";
import type { EvaluationReport } from "../evaluate/evaluation-report.ts";
import { changesSummary } from "./change-summary.ts";
import { footprintText } from "./footprint-text.ts";
import { gateTable } from "./gate-table.ts";
import { calibrationShift, fairnessText, flipsSummary, weakSliceText, weakSummary } from "./look-words.ts";
import { plainSentence } from "./phrase.ts";
import { slicesSummary, smallSlicesText } from "./slice-ranking.ts";
import { alignedTable, piece, type TextLine, type Tone, textOf, wrapped } from "./text/line.ts";
import { verdictSentence } from "./verdict-sentence.ts";

const TONES: Readonly<Record<CheckStatus, Tone>> = {
  pass: "pass",
  fail: "fail",
  inconclusive: "warn",
  skipped: "muted",
};

/** What `trainyard evaluate` prints for people: the sentence, the gates aligned, notes. Lines of pieces; see `textOf`. */
export function evaluationLines(report: EvaluationReport): TextLine[] {
  const { headline, body } = verdictSentence(report);
  const tone: Tone = report.verdict === "pass" ? "pass" : report.verdict === "fail" ? "fail" : "warn";
  const { head, rows } = gateTable(report);
  const gates = rows
    .slice(0, 60)
    .map((row) => [
      piece(plainSentence(row.rule)),
      piece(row.baseline),
      piece(row.candidate),
      piece(row.judged),
      { text: row.sketch, tone: "muted" as const },
      piece(row.word, TONES[row.status]),
    ]);
  const table =
    rows.length === 0
      ? []
      : [[], ...alignedTable([[...head, ""].map((text) => piece(text, "muted")), ...gates], [1, 2])];
  const more = [
    ["slices", report.slices.length > 0 ? slicesSummary(report) : ""],
    ["small", smallSlicesText(report, 3)],
    ...weakLines(report).map((text, at) => [at === 0 ? "weak" : "", text]),
    ...(report.fairness ?? []).slice(0, 10).map((one, at) => [at === 0 ? "fairness" : "", fairnessText(one)]),
    ["shifted", (calibrationShift(report) ?? "").replace(/^Calibration shifted: /, "calibration: ")],
    [(report.flips?.by ?? "decision") === "decision" ? "flipped" : "rows", flipsSummary(report)],
    ["changed", report.changes.length > 0 ? changesSummary(report.changes) : ""],
    ...footprintText(report).map((text) => [text.slice(0, text.indexOf(" ")), text.slice(text.indexOf(" ") + 1)]),
  ].flatMap(([name = "", text = ""]) => (text === "" ? [] : [`${name.padEnd(8)} ${text}`]));
  return [
    [piece(`${report.model}: `), piece(headline, tone)],
    ...wrapped(plainSentence(body), "  "),
    ...table,
    ...(more.length === 0 ? [] : [[], ...more.map((line) => [piece(`  ${line}`)])]),
    ...(report.notes.length === 0 ? [] : [[], ...report.notes.slice(0, 30).flatMap((note) => noteLines(note))]),
  ];
}

function weakLines(report: EvaluationReport): string[] {
  const { confirmed } = report.weakSlices ?? { confirmed: [] };
  return [weakSummary(report), ...confirmed.slice(0, 5).map((slice) => `  ${weakSliceText(slice, report)}`)].filter(
    (text) => text !== "",
  );
}

/** The same as one plain string. */
export function evaluationText(report: EvaluationReport): string {
  return textOf(evaluationLines(report));
}

export function noteLines(note: string): TextLine[] {
  return wrapped(note, "    ").map((line, at) =>
    at === 0
      ? [piece("  note", "warn"), ...line.map(({ text, tone }) => ({ text: text.replace(/^ {4}/, "  "), tone }))]
      : line,
  );
}
