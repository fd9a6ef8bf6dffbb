import { markdownCode, markdownHtml } from "../../escape.ts";
import type { Change } from "../../evaluate/evaluation-report.ts";
import { changeRows, changesSummary } from "../verdict/change-summary.ts";
import { andMore, folded, markdownTable } from "./block.ts";

/** Parameters, data, code and environment that differ, folded. */
export function changesMarkdown(changes: readonly Change[], most: number): string {
  if (changes.length === 0) return "";
  const all = changeRows(changes);
  const rows = all
    .slice(0, most)
    .map(({ what, name, from, to }) => [
      what,
      markdownCode(name, 120),
      from === null ? "–" : markdownCode(shortDigest(from), 80),
      to === null ? "–" : markdownCode(shortDigest(to), 80),
    ]);
  const table = markdownTable(["what", "name", "baseline", "candidate"], rows) + andMore(all.length - most, "changes");
  return folded(`What changed: ${markdownHtml(changesSummary(changes))}`, table);
}

/** A whole digest would push the table off the page; the HTML report has it. */
function shortDigest(text: string): string {
  return text.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]{52}(?= \(|$)/, "$1…");
}
