import { htmlText } from "../../escape.ts";

/** A cell: text to be escaped, or HTML that already is. */
export type Cell = string | { readonly html: string };

export interface Column {
  readonly name: string;
  /** `num` aligns to the right; `sketch` keeps its spaces; `long` may break anywhere, `rule` has room for words. */
  readonly kind?: "num" | "sketch" | "long" | "rule";
}

/**
 * A table; its first column names the rows. `stack` turns its rows into blocks with named lines on a phone; others scroll inside themselves, by keyboard too.
 * @param caption What it shows, read out before it; text.
 */
export function htmlTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  stack = false,
  caption = "",
): string {
  const attribute = ({ kind }: Column) => (kind === undefined ? "" : ` class="${kind}"`);
  const head = columns.map((column) => `<th scope="col"${attribute(column)}>${htmlText(column.name)}</th>`).join("");
  const body = rows.map((cells) => {
    const written = cells.map((cell, at) => {
      const column = columns[at] ?? { name: "" };
      const label = stack && at > 0 && column.name !== "" ? ` data-label="${htmlText(column.name)}"` : "";
      return at === 0
        ? `<th scope="row"${attribute(column)}>${cellHtml(cell)}</th>`
        : `<td${attribute(column)}${label}>${cellHtml(cell)}</td>`;
    });
    return `<tr>${written.join("")}</tr>`;
  });
  const named = caption === "" ? "" : `<caption>${htmlText(caption)}</caption>\n`;
  const table = `<table${stack ? ' class="stack"' : ""}>\n${named}<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody></table>`;
  return scrolling(table, caption);
}

/** A box that scrolls sideways by itself, and takes the keyboard's focus for it. */
export function scrolling(html: string, label: string): string {
  const named = label === "" ? "" : ` role="group" aria-label="${htmlText(label)}"`;
  return `<div class="scroll" tabindex="0"${named}>${html}</div>`;
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
