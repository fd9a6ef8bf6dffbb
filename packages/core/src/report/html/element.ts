import { htmlText } from "../../escape.ts";

/** A cell: text to be escaped, or HTML that already is. */
export type Cell = string | { readonly html: string };

export interface Column {
  readonly name: string;
  /** `num` aligns to the right; `sketch` keeps its spaces; `long` may break anywhere, `rule` has room for words. */
  readonly kind?: "num" | "sketch" | "long" | "rule";
}

/** A table. `stack` turns its rows into blocks with named lines on a phone; others scroll inside themselves. */
export function htmlTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], stack = false): string {
  const attribute = ({ kind }: Column) => (kind === undefined ? "" : ` class="${kind}"`);
  const head = columns.map((column) => `<th scope="col"${attribute(column)}>${htmlText(column.name)}</th>`).join("");
  const body = rows.map((cells) => {
    const written = cells.map((cell, at) => {
      const column = columns[at] ?? { name: "" };
      const label = stack && at > 0 && column.name !== "" ? ` data-label="${htmlText(column.name)}"` : "";
      return `<td${attribute(column)}${label}>${cellHtml(cell)}</td>`;
    });
    return `<tr>${written.join("")}</tr>`;
  });
  const table = `<table${stack ? ' class="stack"' : ""}>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody></table>`;
  return `<div class="scroll">${table}</div>`;
}

function cellHtml(cell: Cell): string {
  return typeof cell === "string" ? htmlText(cell) : cell.html;
}

/** A folded part. `summary` is text. */
export function htmlFolded(summary: string, body: string): string {
  return body === "" ? "" : `<details><summary>${htmlText(summary)}</summary>\n${body}\n</details>`;
}

/** Names and values below each other; empty values are left out. */
export function htmlFacts(facts: readonly (readonly [string, Cell | null])[]): string {
  const lines = facts
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `<dt>${htmlText(name)}</dt><dd>${cellHtml(value as Cell)}</dd>`);
  return `<dl>\n${lines.join("\n")}\n</dl>`;
}

/** A chart in the two widths a page has, with its figures in a table behind it for screen readers and copying. */
export function htmlFigure(
  draw: (width: number) => string,
  caption: string,
  table: string,
  summary = "The figures as a table",
): string {
  return [
    "<figure>",
    caption === "" ? "" : `<figcaption>${htmlText(caption, 600)}</figcaption>`,
    `<div class="wide">${draw(WIDE)}</div>`,
    `<div class="narrow">${draw(NARROW)}</div>`,
    htmlFolded(summary, table),
    "</figure>",
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** Content width of the page on a desk, and of a phone 360 pixels wide. */
export const WIDE = 920;
export const NARROW = 328;
