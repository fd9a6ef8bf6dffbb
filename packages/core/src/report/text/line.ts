import { visibleText } from "../../escape.ts";

/** What a piece of a line means; the terminal decides how that looks, and a pipe shows nothing of it. */
export type Tone = "plain" | "strong" | "muted" | "pass" | "fail" | "warn";

export interface TextPiece {
  readonly text: string;
  readonly tone: Tone;
}

export type TextLine = readonly TextPiece[];

/** A piece of text from wherever: terminal sequences and hidden characters are taken out here. */
export function piece(text: string, tone: Tone = "plain"): TextPiece {
  return { text: shown(text), tone };
}

/** The lines as one string, each piece passed through `paint`, which adds colour; without it, plain text. */
export function textOf(
  lines: readonly TextLine[],
  paint: (text: string, tone: Tone) => string = (text) => text,
): string {
  return `${lines
    .map((line) =>
      line
        .map(({ text, tone }) => paint(text, tone))
        .join("")
        .replace(/[ \u00a0]+$/, ""),
    )
    .join("\n")}\n`;
}

/** Columns of a terminal that our own lines keep to; a long name may go beyond. */
export const WIDTH = 100;

/** Words on lines of at most `width` columns, each after `indent`; `first` stands before the first of them in its place. */
export function wrapped(text: string, indent = "", width = WIDTH, first = indent, tone: Tone = "plain"): TextLine[] {
  const lines: string[] = [];
  for (const word of shown(text).split(" ")) {
    const last = lines.at(-1);
    const before = lines.length === 1 ? first : indent;
    if (last !== undefined && columns(last) + 1 + columns(word) <= width - before.length)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, at) => [{ text: (at === 0 ? first : indent) + line, tone }]);
}

/** A table with aligned columns, two spaces apart. The tone of a cell is the cell's own. */
export function alignedTable(
  rows: readonly (readonly TextPiece[])[],
  right: readonly number[] = [],
  indent = "  ",
): TextLine[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, { text }] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, columns(text));
  return rows.map((row) => [
    { text: indent, tone: "plain" as const },
    ...row.flatMap(({ text, tone }, at): TextPiece[] => {
      const pad = " ".repeat((widths[at] ?? 0) - columns(text));
      const between: TextPiece = { text: at === row.length - 1 ? "" : "  ", tone: "plain" };
      return right.includes(at)
        ? [{ text: pad, tone: "plain" }, { text, tone }, between]
        : [{ text, tone }, { text: pad, tone: "plain" }, between];
    }),
  ]);
}

/** Columns the longest of the lines takes. */
export function widthOf(lines: readonly TextLine[]): number {
  return Math.max(
    0,
    ...lines.map((line) =>
      columns(
        line
          .map(({ text }) => text)
          .join("")
          .trimEnd(),
      ),
    ),
  );
}

/** Columns of a terminal a text takes: code points, wide ones (East Asian, emoji) twice, combining ones not at all. */
function columns(text: string): number {
  let total = 0;
  for (const character of text)
    total += /\p{Mn}|\p{Me}|\u200d|\ufe0f/u.test(character)
      ? 0
      : /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|[\u{20000}-\u{3fffd}]/u.test(
            character,
          )
        ? 2
        : 1;
  return total;
}

function shown(text: string): string {
  const [, before = "", after = ""] = /^( *)[\s\S]*?( *)$/.exec(text) ?? [];
  const inner = visibleText(text, 2_000);
  return inner === "" ? text.replace(/[^ \u00a0]/g, "") : before + inner + after;
}
