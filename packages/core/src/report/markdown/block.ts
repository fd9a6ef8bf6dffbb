import { markdownText } from "../../escape.ts";
import { count } from "../format/number.ts";

/** A GitHub table; cells are Markdown already. `right` names the columns with numbers. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, at) => (right.includes(at) ? "--:" : "---"));
  return [line(head), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
}

/** A folded section. The summary is HTML: `markdownHtml` makes it of text. */
export function folded(summary: string, body: string, open = false): string {
  return body === "" ? "" : `<details${open ? " open" : ""}><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** "and 12 more" under a list that was cut. */
export function andMore(left: number, what: string): string {
  return left > 0 ? `\n\n… and ${count(left)} more ${markdownText(what)}.` : "";
}
