import { htmlText, visibleText } from "../../escape.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import type { FlipExample } from "../../evaluate/looks.ts";
import { capitalised } from "../format/metric-name.ts";
import { count, percent, plainNumber, signed } from "../format/number.ts";
import { flipsSummary, whereText } from "../verdict/look-words.ts";
import { type Cell, htmlFolded, htmlTable } from "./element.ts";

const SIDES = { decision: "was right", error: "was closer", score: "was better" } as const;

/** On which rows one side is better: all of them, by slice, and those that differ most. Empty where that is not known. */
export function flipSection(report: EvaluationReport): string {
  const { flips, baseline } = report;
  if (flips === null) return "";
  const by = flips.by ?? "decision";
  const other = baseline?.label ?? "the baseline";
  const all = flips.candidateRight + flips.baselineRight;
  if (all === 0 && by === "decision")
    return `<p>The candidate and ${htmlText(other)} decide alike on every row${decidedAt(report)}.</p>`;
  const right = [["candidate", flips.candidateRight] as const, [other, flips.baselineRight] as const].map(
    ([who, rows]) => [who, count(rows), all === 0 ? "–" : percent(rows / all)],
  );
  const what = `who ${SIDES[by]}`;
  return [
    `<p>${htmlText(capitalised(flipsSummary(report)))}${by === "decision" ? decidedAt(report) : ""}.</p>`,
    htmlTable(
      [{ name: what }, { name: "rows", kind: "num" }, { name: "share", kind: "num" }],
      right,
      false,
      capitalised(what),
    ),
    htmlFolded("By slice", sliceTable(report)),
    htmlFolded("The rows that differ most", exampleTable(flips.examples ?? [], other)),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function decidedAt({ task }: EvaluationReport): string {
  return task === "binary" ? ", at a threshold of 0.5 unless decisions were given" : "";
}

function sliceTable({ flips, baseline }: EvaluationReport): string {
  const slices = flips?.slices ?? [];
  if (slices.length === 0) return "";
  const rows = slices
    .slice(0, 50)
    .map((slice) => [
      whereText([slice], 120),
      signed(slice.candidateRight - slice.baselineRight, 0),
      count(slice.candidateRight),
      count(slice.baselineRight),
      count(slice.rows),
    ]);
  const num = "num" as const;
  const columns = [
    { name: "slice" },
    { name: "net", kind: num },
    { name: "for the candidate", kind: num },
    { name: `for ${baseline?.label ?? "the baseline"}`, kind: num },
    { name: "rows", kind: num },
  ];
  return htmlTable(columns, rows, true, "Rows by slice, the largest net change first");
}

function exampleTable(examples: readonly FlipExample[], other: string): string {
  if (examples.length === 0) return "";
  const said = ({ score, decision }: FlipExample["candidate"]) =>
    [decision === null ? null : visibleText(decision, 60), score === null ? null : plainNumber(score)]
      .filter((part) => part !== null)
      .join(", ");
  const rows = examples
    .slice(0, 20)
    .map(({ id, truth, candidate, baseline, better, slices }): Cell[] => [
      id,
      truth === null ? "–" : visibleText(truth, 60),
      said(candidate),
      said(baseline),
      better === "candidate" ? "candidate" : other,
      slices.length === 0 ? "" : whereText(slices, 40),
    ]);
  const columns = [
    { name: "row", kind: "long" as const },
    { name: "truth" },
    { name: "candidate" },
    { name: other },
    { name: "better" },
    { name: "slices", kind: "long" as const },
  ];
  return htmlTable(columns, rows, true, "The rows that differ most between the sides");
}
