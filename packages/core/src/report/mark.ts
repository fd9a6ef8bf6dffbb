/**
 * A line that nobody sees and only we read: an HTML comment with JSON in it, in a comment or an issue of ours. The JSON holds no `>`, so nothing in
 * it ends the comment.
 */
export function writeMark(word: string, value?: unknown): string {
  const json = value === undefined ? "" : ` ${JSON.stringify(value).replaceAll(">", "\\u003e")}`;
  return `${START}${word}${json} -->`;
}

export interface Mark {
  readonly word: string;
  /** Null where it has none, or where that is not JSON. */
  readonly value: unknown;
}

/** The mark a line is, whole; null for any other line. */
export function readMark(line: string): Mark | null {
  const [, word, json] = /^<!-- trainyard:([a-z]+)(?: (\{.*\}))? -->$/.exec(line) ?? [];
  return word === undefined ? null : { word, value: jsonOf(json) };
}

/** The mark on the first line of a text. */
export function firstMark(text: string): Mark | null {
  return readMark(text.split(/\r?\n/, 1)[0] ?? "");
}

/** A text in which nothing looks like a mark: U+2060 breaks the word, and a log that holds it still reads the same. */
export function withoutMarks(text: string): string {
  return text.replaceAll(START, "<!--\u2060 trainyard:");
}

const START = "<!-- trainyard:";

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
