/**
 * Text from outside (names, labels, log lines, commit titles) on its way into Markdown, HTML or a terminal. What is
 * written by somebody else is only ever read as text: it cannot format, link, mention, hide or reorder anything.
 */

/** Longest text from outside that is shown in one place, in code points. */
export const TEXT_CAP = 300;

// Control characters, soft hyphen, zero-width and bidirectional marks, line and paragraph separators, and the invisible "tag" letters.
const INVISIBLE =
  /\p{Cc}|[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
// A terminal's own language: CSI … final byte, OSC … BEL or ST, and two-character escapes.
const TERMINAL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences start with a control character
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\^_`a-z]/g;
const BREAK = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/** U+2060 WORD JOINER, invisible: put into what GitHub would make a mention, a reference or a link of. */
const JOINER = "\u2060";

/** One line of visible text: no control, zero-width or bidirectional characters, at most `cap` code points. For terminals, attributes and sentences. */
export function visibleText(text: string, cap = TEXT_CAP): string {
  const line = wellFormed(text.slice(0, cap * 4))
    .replace(TERMINAL, "")
    .replace(BREAK, " ")
    .replace(INVISIBLE, "");
  return capped(line.trim(), cap);
}

/** Text as GitHub's Markdown shows it, in a paragraph, a heading or a table's cell: nothing in it is markup. */
export function markdownText(text: string, cap = TEXT_CAP): string {
  return escapeMarkdown(visibleText(text, cap));
}

/** The same as code: for names, paths and digests. Works inside tables and outside. */
export function markdownCode(text: string, cap = TEXT_CAP): string {
  const line = visibleText(text, cap);
  if (line === "") return "";
  // A backslash, a pipe or a backtick would need other rules in a table than elsewhere; the tag has one rule for both.
  return /[`\\|]/.test(line) ? `<code>${escapeMarkdown(line)}</code>` : `\`${line}\``;
}

/** Text inside HTML that stands in Markdown, such as a `<summary>`: no Markdown is read there, but mentions and links are still made. */
export function markdownHtml(text: string, cap = TEXT_CAP): string {
  return unlinked(visibleText(text, cap))
    .replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll("$", () => MATH);
}

/** A fenced block that its content cannot close: the fence is longer than any run of backticks in it. Each line at most 500 characters. */
export function markdownFence(lines: readonly string[], language = ""): string {
  const shown = lines.flatMap((line) => line.split(/\r\n|\r|\n/)).map(logLine);
  const longest = shown.reduce(
    (most, line) => Math.max(most, ...(line.match(/`+/g) ?? []).map((run) => run.length)),
    0,
  );
  const fence = "`".repeat(Math.max(3, longest + 1));
  return [fence + language, ...shown, fence].join("\n");
}

/** One line of a log: tabs and leading spaces stay, terminal sequences and hidden characters go. */
export function logLine(line: string): string {
  return capped(shownLine(line).trimEnd(), 500);
}

function shownLine(line: string): string {
  return wellFormed(line.slice(0, 4_000)).replace(TERMINAL, "").replaceAll("\t", "    ").replace(INVISIBLE, "");
}

/** Our own lines that hold words of others (a refusal names files, columns and labels), for a terminal or a job's log: lines stay lines, and nothing in them acts or hides. */
export function visibleLines(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map(shownLine)
    .join("\n");
}

/** A link; only the text when the address is not plain http(s). */
export function markdownLink(text: string, url: string): string {
  const address = safeUrl(url);
  return address === null ? markdownText(text) : `[${markdownText(text)}](${address})`;
}

/** Text between tags or inside a quoted attribute. */
export function htmlText(text: string, cap = TEXT_CAP): string {
  return visibleText(text, cap).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An http(s) address without characters that end an attribute or a Markdown link; null for anything else. */
export function safeUrl(url: string): string | null {
  if (!/^https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#]|$)/.test(url) || url.length > 2_000) return null;
  const encoded = url.replace(/[^A-Za-z0-9\-._~:/?#@!$&+,;=%]/gu, (character) => {
    const code = character.codePointAt(0) as number;
    return code >= 0xd800 && code <= 0xdfff ? "" : percentEncoded(character);
  });
  return encoded;
}

function escapeMarkdown(text: string): string {
  return unlinked(text)
    .replace(/[&<>]/g, (character) => ENTITIES[character] as string)
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|[\\`*[\]~|]|^[-+=](?=[-+=\s]|$)|^#/g, "\\$&")
    .replace(/^\d+(?=[.)](?:\s|$))/, `$&${JOINER}`)
    .replaceAll("$", () => MATH);
}

/** Breaks what GitHub finds in finished text: mentions, e-mail and web addresses, issue numbers, emoji names. */
function unlinked(text: string): string {
  return text.replace(/@(?=\S)|#(?=\S)|:(?=\/\/)|(?<=www)\.|(?<=GH)-(?=\d)|:(?=[\w+-]+:)/gi, (found) => found + JOINER);
}

/** GitHub's own advice for a dollar sign that starts no formula. */
const MATH = "<span>$</span>";
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function percentEncoded(character: string): string {
  return character === "'" || character === "(" || character === ")" || character === "*"
    ? `%${character.charCodeAt(0).toString(16).toUpperCase()}`
    : encodeURIComponent(character);
}

function capped(text: string, cap: number): string {
  if (text.length <= cap) return text;
  const points = [...text];
  return points.length <= cap ? text : `${points.slice(0, cap - 1).join("")}…`;
}

/** Lone halves of surrogate pairs become the replacement character. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
