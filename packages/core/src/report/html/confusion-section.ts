import { htmlText } from "../../escape.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { count, percent } from "../format/number.ts";
import { classHead, classRows, classTitle } from "../verdict/per-class.ts";
import { type Column, htmlFolded, htmlTable, scrolling } from "./element.ts";

/** Decisions against the truth: a matrix a side, or of many classes the pairs that are confused most. Empty for tasks without classes. */
export function confusionSection(report: EvaluationReport): string {
  const { confusion, baseline } = report;
  if (confusion === undefined) return "";
  const other = baseline?.label ?? "baseline";
  const { classes, candidate, baseline: theirs, pairs } = confusion;
  if (classes.length === 0) {
    if (pairs.length === 0) return "<p>No row is taken for another class.</p>";
    const rows = pairs.map((pair) => [
      pair.truth,
      pair.decided,
      count(pair.candidate),
      pair.baseline === null ? "–" : count(pair.baseline),
    ]);
    const num = "num" as const;
    const columns = [
      { name: "truth" },
      { name: "decided" },
      { name: "candidate, rows", kind: num },
      { name: `${other}, rows`, kind: num },
    ];
    return `<p>The pairs that are confused most, of more classes than a matrix can show.</p>\n${htmlTable(columns, rows, true, "Most confused pairs of classes")}`;
  }
  const said =
    "Rows are true classes, columns the classes decided for. Shares are of the true class; the framed cells are right.";
  const sides = [matrix("candidate", classes, candidate), theirs === null ? "" : matrix(other, classes, theirs)];
  const many = classes.length > 4;
  const layout = many ? (classes.some((name) => [...name].length > 3) ? "many upright" : "many") : "pair";
  const hint = many ? `<p class="hint">${SIDEWAYS}</p>\n` : "";
  return `<p>${said}</p>\n${hint}<div class="${layout}">\n${sides.filter((side) => side !== "").join("\n")}\n</div>`;
}

/** Read on a phone alone, where a matrix of many classes may be wider than the screen. */
const SIDEWAYS = "Shares are left out on a narrow screen; a matrix that is wider than it scrolls sideways.";

/** Precision, recall and F1 of each class or label, folded. Empty where they are not known. */
export function classSection(report: EvaluationReport): string {
  const rows = classRows(report);
  if (rows.length === 0) return "";
  const columns = classHead(report).map(
    (name, at): Column => (at === 0 ? { name, kind: "long" } : { name, kind: "num" }),
  );
  return htmlFolded(classTitle(report), htmlTable(columns, rows, true, "Figures of each class"));
}

function matrix(side: string, classes: readonly string[], counts: readonly (readonly number[])[]): string {
  const caption = `Decisions of the ${side === "candidate" ? side : "baseline"} by true class`;
  const head = classes.map((name) => `<th scope="col"><span>${htmlText(name, 24)}</span></th>`).join("");
  const body = counts.map((cells, truth) => {
    const all = cells.reduce((sum, rows) => sum + rows, 0);
    const written = cells.map((rows, decided) => {
      const share = all === 0 ? 0 : rows / all;
      const shade = Math.round(share * 100);
      const style = shade === 0 ? "" : ` style="--s:${shade}"`;
      const small = all === 0 || rows === 0 ? "" : `<small>${percent(share)}</small>`;
      return `<td${decided === truth ? ' class="right"' : ""}${style}>${count(rows)}${small}</td>`;
    });
    return `<tr><th scope="row">${htmlText(classes[truth] as string, 40)}</th>${written.join("")}</tr>`;
  });
  const table = `<table class="matrix">\n<caption>${htmlText(caption)}</caption>\n<thead><tr><th scope="col">truth\u00a0↓ decided\u00a0→</th>${head}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody></table>`;
  return `<div><p class="muted">${htmlText(side, 60)}</p>\n${scrolling(table, caption)}</div>`;
}
