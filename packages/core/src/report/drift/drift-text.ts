import type { DriftReport } from "../../drift/drift-report.ts";
import { noteLines } from "../evaluation-text.ts";
import { count } from "../format/number.ts";
import { pText } from "../format/p-value.ts";
import { alignedTable, piece, type TextLine, type Tone, textOf, wrapped } from "../text/line.ts";
import {
  COLUMN_WORDS,
  currentText,
  DRIFT_HEADLINES,
  effectText,
  missingText,
  nextText,
  performanceSentence,
  rankedColumns,
  stillText,
  watched,
} from "./drift-words.ts";

const TONES: Readonly<Record<DriftReport["verdict"], Tone>> = {
  quiet: "pass",
  drift: "warn",
  "data-broken": "fail",
  "insufficient-data": "muted",
};

/** What `trainyard drift-check` prints for people: the summary, performance, the columns that moved. Lines of pieces; see `textOf`. */
export function driftLines(report: DriftReport): TextLine[] {
  const { loud, quiet } = rankedColumns(report);
  const columns = loud
    .slice(0, 30)
    .map((column) => [
      piece(column.name),
      piece(effectText(column)),
      piece(pText(column.adjustedP)),
      piece(missingText(column)),
      piece(
        COLUMN_WORDS[column.status],
        column.status === "minor" ? "plain" : column.status === "broken" ? "fail" : "warn",
      ),
    ]);
  const head = ["column", "rows moved", "adjusted p", "missing", ""].map((text) => piece(text, "muted"));
  const failed = report.checks.filter(({ status }) => status === "fail");
  const rest = [
    loud.length > 30 ? `and ${count(loud.length - 30)} more columns that moved` : "",
    quiet.length > 0 ? `others   ${stillText(quiet)}` : "",
    `rows     ${currentText(report)}`,
    `next     ${nextText(report)}`,
  ].filter((line) => line !== "");
  return [
    [piece(`${watched(report)}: `), piece(DRIFT_HEADLINES[report.verdict], TONES[report.verdict])],
    ...wrapped(report.summary, "  "),
    ...(report.performance === null ? [] : [[], ...wrapped(performanceSentence(report.performance), "  ")]),
    ...(columns.length === 0 ? [] : [[], ...alignedTable([head, ...columns], [1, 2, 3])]),
    ...(failed.length === 0
      ? []
      : [[], ...failed.slice(0, 20).map((check) => [piece("  failed", "fail"), piece(`  ${failure(check)}`)])]),
    [],
    ...rest.map((line) => [piece(`  ${line}`)]),
    ...(report.notes.length === 0 ? [] : [[], ...report.notes.slice(0, 30).flatMap(noteLines)]),
  ];
}

/** The same as one plain string. */
export function driftText(report: DriftReport): string {
  return textOf(driftLines(report));
}

/** What failed, without saying its subject twice. */
function failure({ subject, reason, rule }: DriftReport["checks"][number]): string {
  const text = reason ?? rule;
  const said = text.includes(`\`${subject}\``) || `${text} `.startsWith(`${subject} `);
  return said ? text : `${subject}: ${text}`;
}
