import { htmlText } from "../../escape.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { evidenceLines } from "../evidence-lines.ts";
import { gateTable } from "../gate-table.ts";
import { htmlSentence } from "../phrase.ts";
import { requirementLines } from "../requirement-lines.ts";
import { htmlTable } from "./element.ts";

const SIGNS = { pass: "✓", fail: "✕", inconclusive: "?", skipped: "–" } as const;

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
  const cells = rows.slice(0, 60).map((row) => [
    { html: htmlSentence(row.rule) },
    row.baseline,
    row.candidate,
    {
      html:
        row.sketch === "" || row.judged.length > 45
          ? htmlText(row.judged)
          : `<span class="whole">${htmlText(row.judged)}</span>`,
    },
    { html: row.sketch === "" ? "" : `<span aria-hidden="true">${row.gainSketch}</span>` },
    { html: `<span class="verdict ${row.status}">${SIGNS[row.status]} ${row.word}</span>` },
  ]);
  const needed = [...evidenceLines(report), ...requirementLines(report)]
    .slice(0, 60)
    .map((line) => `<li>${htmlSentence(line)}</li>`);
  const list = needed.length === 0 ? "" : `\n<ul class="muted">${needed.join("")}</ul>`;
  return htmlTable(columns, cells, true, "Gates") + list;
}
