import { htmlText } from "../../escape.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { counted } from "../format/number.ts";
import { htmlSentence } from "../phrase.ts";
import { evidenceLines } from "../verdict/evidence-lines.ts";
import { type GateRow, gateTable } from "../verdict/gate-table.ts";
import { requirementLines } from "../verdict/requirement-lines.ts";
import { type Cell, htmlFolded, htmlTable } from "./element.ts";

const SIGNS = { pass: "✓", fail: "✕", inconclusive: "?", skipped: "–" } as const;
/** The picture belongs on the first screen: beyond so many gates those that passed are folded, and beyond so many lines what evidence they need. */
const [MOST_GATES, MOST_LINES] = [12, 2];

/** The gates as in the comment: one row each, the verdict as sign and word. */
export function gateSection(report: EvaluationReport): string {
  const { head, rows } = gateTable(report);
  if (rows.length === 0) return "";
  const drawn = rows.some(({ gainSketch }) => gainSketch !== "");
  const columns = [
    { name: head[0], kind: "rule" as const },
    { name: head[1], kind: "num" as const },
    { name: head[2], kind: "num" as const },
    { name: head[3] },
    { name: drawn ? "better →" : "", kind: "sketch" as const },
    { name: "verdict" },
  ];
  const table = (some: readonly GateRow[], caption: string) =>
    some.length === 0 ? "" : htmlTable(columns, some.slice(0, 60).map(cellsOf), true, caption);
  const passed = rows.length > MOST_GATES ? rows.filter(({ status }) => status === "pass") : [];
  const open = rows.filter((row) => !passed.includes(row));
  const needed = [...evidenceLines(report), ...requirementLines(report)]
    .slice(0, 60)
    .map((line) => `<li>${htmlSentence(line)}</li>`);
  const list = needed.length === 0 ? "" : `<ul class="muted">${needed.join("")}</ul>`;
  return [
    table(open, "Gates"),
    htmlFolded(counted(passed.length, "gate passed", "gates passed"), table(passed, "Gates that passed")),
    needed.length > MOST_LINES ? htmlFolded("How much evidence each gate needs", list) : list,
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function cellsOf(row: GateRow): Cell[] {
  const judged = htmlText(row.judged);
  const figures = row.sketch === "" || row.judged.length > 45 ? judged : `<span class="whole">${judged}</span>`;
  const reason = row.reason === null ? "" : `<span class="reason">${htmlText(row.reason, 600)}</span>`;
  return [
    { html: htmlSentence(row.rule) },
    row.baseline,
    row.candidate,
    { html: row.judged === "" && row.reason === null ? "–" : figures + reason },
    { html: row.sketch === "" ? "" : `<span aria-hidden="true">${row.gainSketch}</span>` },
    { html: `<span class="verdict ${row.status}">${SIGNS[row.status]}\u00a0${row.word.replace(", ", ",<br>")}</span>` },
  ];
}
