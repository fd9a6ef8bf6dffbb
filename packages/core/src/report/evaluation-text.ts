import { visibleText } from "../escape.ts";
import type { EvaluationReport } from "../evaluate/evaluation-report.ts";
import { plainSentence } from "./phrase.ts";
import { gateLines } from "./text/gate-lines.ts";
import { alignedTable, piece, type TextLine, type Tone, textOf, WIDTH, wrapped } from "./text/line.ts";
import { changesSummary } from "./verdict/change-summary.ts";
import { footprintText } from "./verdict/footprint-text.ts";
import { calibrationShift, fairnessText, flipsSummary, weakSliceText, weakSummary } from "./verdict/look-words.ts";
import { metricRow, unjudgedMetrics } from "./verdict/metric-rows.ts";
import { otherBaselines } from "./verdict/other-baselines.ts";
import { slicesSummary, smallSlicesText } from "./verdict/slice-ranking.ts";
import { verdictSentence } from "./verdict/verdict-sentence.ts";

/** Metrics in a table of the terminal; a report in a file has all of them. */
const MOST_METRICS = 24;

/** What `trainyard evaluate` prints for people: the sentence, the gates aligned, the other metrics, notes. Lines of pieces; see `textOf`. */
export function evaluationLines(report: EvaluationReport): TextLine[] {
  const { headline, body } = verdictSentence(report);
  const tone: Tone = report.verdict === "pass" ? "pass" : report.verdict === "fail" ? "fail" : "warn";
  const gates = gateLines(report);
  const more = [
    ["slices", report.slices.length > 0 ? slicesSummary(report) : ""],
    ["small", smallSlicesText(report, 3)],
    ...weakLines(report).map((text, at) => [at === 0 ? "weak" : "", text]),
    ...(report.fairness ?? []).slice(0, 10).map((one, at) => [at === 0 ? "fairness" : "", fairnessText(one)]),
    ["shifted", (calibrationShift(report) ?? "").replace(/^Calibration shifted: /, "calibration: ")],
    [(report.flips?.by ?? "decision") === "decision" ? "flipped" : "rows", flipsSummary(report)],
    ["changed", report.changes.length > 0 ? changesSummary(report.changes) : ""],
    ...footprintText(report).map((text) => [text.slice(0, text.indexOf(" ")), text.slice(text.indexOf(" ") + 1)]),
  ].flatMap(([name = "", text = ""]) => (text === "" ? [] : entry(name, text)));
  return [
    [piece(`${report.model}: `), piece(headline, tone)],
    ...wrapped(plainSentence(body), "  "),
    ...apart(gates),
    ...apart(metricLines(report)),
    ...apart(more),
    ...apart(report.notes.slice(0, 30).flatMap((note) => noteLines(note))),
  ];
}

const apart = (lines: readonly TextLine[]): TextLine[] => (lines.length === 0 ? [] : [[], ...lines]);

/** A name in a narrow column, and what is to say of it beside, on as many lines as it takes. A name that is empty goes on with the one above. */
function entry(name: string, text: string): TextLine[] {
  const [, spaces = ""] = /^( *)/.exec(text) ?? [];
  return wrapped(text.trimStart(), " ".repeat(11 + spaces.length), WIDTH, `  ${name.padEnd(8)} ${spaces}`);
}

/** Metrics that no gate judged, and all of them against each baseline beside the first. */
function metricLines(report: EvaluationReport): TextLine[] {
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
    rows.length === 0
      ? []
      : alignedTable(
          [
            head.map((text) => piece(visibleText(text, 30), "muted")),
            ...rows.slice(0, MOST_METRICS).map((row) => row.map((cell) => piece(cell))),
          ],
          [1, 2],
        );
  const others = unjudgedMetrics(report).map(metricRow);
  const title = report.metrics.length > others.length ? "other metrics" : "metrics";
  const first =
    report.baseline === null
      ? table(
          [title, "candidate"],
          others.map(([name, , candidate]) => [name, candidate]),
        )
      : table([title, report.baseline.label, "candidate", "difference"], others);
  return [
    ...first,
    ...otherBaselines(report).flatMap(({ label, rows, table: figures }) =>
      apart(table([rows, label, "candidate", "difference"], figures)),
    ),
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
  const label = "  note  ";
  return wrapped(note, "    ", WIDTH, label).map((line, at) =>
    at === 0 ? [piece("  note", "warn"), ...line.map(({ text, tone }) => ({ text: text.slice(6), tone }))] : line,
  );
}
