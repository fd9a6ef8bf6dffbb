import type { CheckStatus } from "../../check/check.ts";
import { visibleText } from "../../escape.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { plainSentence } from "../phrase.ts";
import { type GateRow, gateTable } from "../verdict/gate-table.ts";
import { alignedTable, piece, type TextLine, type TextPiece, type Tone, WIDTH, widthOf, wrapped } from "./line.ts";

const TONES: Readonly<Record<CheckStatus, Tone>> = {
  pass: "pass",
  fail: "fail",
  inconclusive: "warn",
  skipped: "muted",
};
const MOST = 60;

/** The gates aligned, a line each where that fits a terminal; else each rule on a line of its own with its figures beneath. Reasons stand beneath, too. */
export function gateLines(report: EvaluationReport): TextLine[] {
  const { head, rows } = gateTable(report);
  if (rows.length === 0) return [];
  const shown = rows.slice(0, MOST);
  const [gate, ...sides] = head.map((text) => piece(visibleText(text, 30), "muted"));
  const inLine = (sketch: boolean) =>
    alignedTable(
      [
        [gate as TextPiece, ...sides, ...(sketch ? [piece("")] : []), piece("")],
        ...shown.map((row) => [piece(plainSentence(row.rule)), ...figures(row, sketch), wordOf(row)]),
      ],
      [1, 2],
    );
  const fits = [true, false].map(inLine).find((lines) => widthOf(lines) <= WIDTH);
  if (fits !== undefined) return woven(fits, shown, () => []);
  const beneath = (sketch: boolean) =>
    alignedTable(
      [
        [gate as TextPiece, ...sides],
        ...shown.map((row) => [wordOf(row), ...(isBare(row) ? [] : figures(row, sketch))]),
      ],
      [1, 2],
    );
  const drawn = beneath(true);
  return woven(widthOf(drawn) <= WIDTH ? drawn : beneath(false), shown, (row) =>
    wrapped(plainSentence(row.rule), "  "),
  );
}

/** Nothing of it is a figure: a check of the rows, a gate that was skipped. */
const isBare = ({ baseline, candidate, judged }: GateRow) => baseline === "–" && candidate === "–" && judged === "";

const figures = (row: GateRow, sketch: boolean): TextPiece[] => [
  piece(row.baseline),
  piece(row.candidate),
  piece(row.judged),
  ...(sketch ? [{ text: row.sketch, tone: "muted" as const }] : []),
];

const wordOf = ({ word, status }: GateRow) => piece(word, TONES[status]);

/** Each row's line between what stands above and its reason. */
function woven(
  [head, ...lines]: readonly TextLine[],
  rows: readonly GateRow[],
  above: (row: GateRow) => TextLine[],
): TextLine[] {
  const body = rows.flatMap((row, at) => [
    ...above(row),
    lines[at] as TextLine,
    ...(row.reason === null ? [] : wrapped(row.reason, "    ", WIDTH, "    ", "muted")),
  ]);
  return [head as TextLine, ...body];
}
