import { TrainyardError } from "../../errors.ts";

/** A piece of an expression. `at`: where it starts, in characters from 0. */
export interface Token {
  /** `text` was quoted: its quotes and backslashes are taken out. */
  readonly kind: "word" | "text" | "sign";
  readonly text: string;
  readonly at: number;
}

const SPACE = /\s+/y;
const SIGN = /[()]|[=!<>]=|[=<>]/y;
const QUOTED = /'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"/y;
const WORD = /[^\s()=!<>'"]+/y;

/** Splits an expression. @throws QUERY_INVALID */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const match = (pattern: RegExp) => {
      pattern.lastIndex = at;
      return pattern.exec(text);
    };
    const space = match(SPACE);
    const sign = match(SIGN);
    const quoted = match(QUOTED);
    const word = match(WORD);
    const taken = space ?? sign ?? quoted ?? word;
    if (taken === null) throw unreadable(text, at);
    if (sign !== null) found.push({ kind: "sign", text: sign[0], at });
    else if (quoted !== null)
      found.push({ kind: "text", text: (quoted[1] ?? quoted[2] ?? "").replace(/\\([\s\S])/g, "$1"), at });
    else if (word !== null) found.push({ kind: "word", text: word[0], at });
    at += taken[0].length;
  }
  return found;
}

function unreadable(text: string, at: number): TrainyardError {
  const isQuote = text[at] === "'" || text[at] === '"';
  return new TrainyardError("QUERY_INVALID", {
    position: at + 1,
    expected: isQuote ? "a closing quote after it" : "one of = != < <= > >=",
    got: isQuote ? "the end" : `"${text[at]}"`,
    nearest: null,
  });
}
