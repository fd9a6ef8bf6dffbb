/** One import, export-from or dynamic import of a module. */
export interface Import {
  readonly specifier: string;
  /** Written `import type` or `export type`: gone at run time. */
  readonly typeOnly: boolean;
}

const BINDINGS = String.raw`(?:\*(?:\s+as\s+[\w$]+)?|\{[^}]*\}|[\w$]+(?:\s*,\s*(?:\{[^}]*\}|\*\s+as\s+[\w$]+))?)`;
const STATIC = new RegExp(
  String.raw`(?<![.\w$])(?:import|export)(\s+type(?!\s*from\b))?\s*${BINDINGS}\s*from\s*["']`,
  "g",
);
const SIDE_EFFECT = /(?<![.\w$])import\s*["']/g;
const DYNAMIC = /(?<![.\w$])import\s*\(\s*["']/g;

/** The imports of a module; what stands in comments and strings is none. */
export function importsOf(source: string): Import[] {
  const code = codeOf(source);
  const found: Import[] = [];
  for (const pattern of [STATIC, SIDE_EFFECT, DYNAMIC]) {
    for (const match of code.matchAll(pattern)) {
      const open = match.index + match[0].length - 1; // where the quote is, the same in both texts
      const specifier = source.slice(open + 1, source.indexOf(source.charAt(open), open + 1));
      found.push({ specifier, typeOnly: pattern === STATIC && match[1] !== undefined });
    }
  }
  return found;
}

/** The source with the insides of comments, strings and regular expressions blanked, every character at its old place. */
export function codeOf(source: string): string {
  const out = source.split("");
  const holes: number[] = []; // open braces inside each `${` that is being read
  let at = 0;

  const blank = (end: number) => {
    for (; at < end; at++) if (out[at] !== "\n") out[at] = " ";
  };
  /** From just after an opening backtick or a hole's closing brace, to the end of the template or its next hole. */
  const template = () => {
    let end = at;
    while (end < source.length && source[end] !== "`" && !source.startsWith("${", end))
      end += source[end] === "\\" ? 2 : 1;
    blank(Math.min(end, source.length));
    if (source[at] === "`") at += 1;
    else if (at < source.length) {
      holes.push(0);
      at += 2;
    }
  };

  while (at < source.length) {
    const character = source.charAt(at);
    const top = holes.length - 1;
    if (source.startsWith("//", at)) blank(until(source, "\n", at));
    else if (source.startsWith("/*", at)) blank(until(source, "*/", at) + 2);
    else if (character === '"' || character === "'") {
      at += 1;
      blank(closing(source, character, at));
      at += 1;
    } else if (character === "/" && startsRegExp(out.slice(Math.max(0, at - 80), at).join(""))) {
      at += 1;
      blank(closingSlash(source, at));
      at += 1;
    } else if (character === "`" || (character === "}" && holes[top] === 0)) {
      if (character === "}") holes.pop();
      at += 1;
      template();
    } else {
      if (top >= 0 && (character === "{" || character === "}"))
        holes[top] = (holes[top] ?? 0) + (character === "{" ? 1 : -1);
      at += 1;
    }
  }
  return out.join("").slice(0, source.length);
}

function until(source: string, end: string, from: number): number {
  const found = source.indexOf(end, from);
  return found === -1 ? source.length : found;
}

function closing(source: string, quote: string, from: number): number {
  let at = from;
  while (at < source.length && source[at] !== quote && source[at] !== "\n") at += source[at] === "\\" ? 2 : 1;
  return Math.min(at, source.length);
}

function closingSlash(source: string, from: number): number {
  let inClass = false;
  let at = from;
  for (; at < source.length && source[at] !== "\n"; at++) {
    if (source[at] === "\\") at += 1;
    else if (source[at] === "[") inClass = true;
    else if (source[at] === "]") inClass = false;
    else if (source[at] === "/" && !inClass) break;
  }
  return Math.min(at, source.length);
}

/** A slash divides after a value, and opens a regular expression after anything else. */
function startsRegExp(before: string): boolean {
  const code = before.trimEnd();
  return /(?:^|[^\w$)\]}"'`]|\b(?:return|typeof|case|in|of|do|else|void|await|yield))$/.test(code);
}
