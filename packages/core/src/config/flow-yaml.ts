import type { JsonValue } from "../data/params.ts";

type Result = { readonly value: JsonValue } | { readonly problem: string };

class FlowError extends Error {}

const DEEPEST = 64;

/**
 * A YAML 1.2 (core schema) value on one line: null, true, numbers, plain and quoted text, `[a, b]`, `{a: 1}`. Every JSON value is one.
 * Enough for a flag; anchors, tags and comments are not read but refused or taken as text, as YAML has it in a flow.
 */
export function parseFlowYaml(text: string): Result {
  try {
    return { value: new FlowParser(text).whole() };
  } catch (error) {
    if (error instanceof FlowError) return { problem: error.message };
    throw error;
  }
}

class FlowParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.trim();
  }

  whole(): JsonValue {
    if (!/^[[{"']/.test(this.#text)) return plain(this.#text);
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length)
      throw new FlowError(`nothing may follow at ${JSON.stringify(this.#text.slice(this.#at, this.#at + 20))}`);
    return value;
  }

  #value(depth: number): JsonValue {
    if (depth > DEEPEST) throw new FlowError("it is nested too deeply");
    this.#space();
    const char = this.#text[this.#at];
    if (char === "[") return this.#list(depth);
    if (char === "{") return this.#mapping(depth);
    if (char === '"' || char === "'") return this.#quoted(char);
    return plain(this.#plainText(false));
  }

  #list(depth: number): JsonValue[] {
    const list: JsonValue[] = [];
    this.#at++;
    for (;;) {
      if (this.#takes("]")) return list;
      list.push(this.#value(depth + 1));
      if (this.#takes("]")) return list;
      if (!this.#takes(",")) throw new FlowError("a , or ] is missing");
    }
  }

  #mapping(depth: number): { [key: string]: JsonValue } {
    const entries = new Map<string, JsonValue>();
    this.#at++;
    for (;;) {
      if (this.#takes("}")) return Object.fromEntries(entries);
      this.#space();
      const char = this.#text[this.#at];
      const quoted = char === '"' || char === "'";
      const key = quoted ? this.#quoted(char) : this.#plainText(true);
      if (key === "" && !quoted) throw new FlowError("a key is missing");
      if (entries.has(key)) throw new FlowError(`the key ${JSON.stringify(key)} stands twice`);
      if (!this.#takes(":")) throw new FlowError(`a : is missing after ${JSON.stringify(key)}`);
      entries.set(key, this.#value(depth + 1));
      if (this.#takes("}")) return Object.fromEntries(entries);
      if (!this.#takes(",")) throw new FlowError("a , or } is missing");
    }
  }

  #quoted(quote: '"' | "'"): string {
    const pattern = quote === '"' ? /"(?:[^"\\]|\\.)*"/y : /'(?:[^']|'')*'/y;
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new FlowError(`the ${quote} is not closed`);
    this.#at += found.length;
    if (quote === "'") return found.slice(1, -1).replaceAll("''", "'");
    try {
      return JSON.parse(found);
    } catch {
      throw new FlowError(`${found} holds an escape that JSON does not have`);
    }
  }

  /** Up to the next sign of the flow; a colon ends a key only before a space or a sign. */
  #plainText(key: boolean): string {
    const pattern = key ? /(?:[^,[\]{}:]|:(?=[^\s,[\]{}]))*/y : /[^,[\]{}]*/y;
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found.trim();
  }

  #takes(sign: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    while (this.#text[this.#at] === " " || this.#text[this.#at] === "\t") this.#at++;
  }
}

/** YAML 1.2.2, section 10.3.2: what unquoted text means. Numbers JSON cannot carry exactly are refused rather than rounded. */
function plain(text: string): JsonValue {
  if (/^(?:|~|null|Null|NULL)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[&*!|>%@`]/.test(text)) throw new FlowError(`text that begins with ${text[0]} must be quoted`);
  if (/^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(text)) throw new FlowError("it is not a finite number");
  const whole = /^[-+]?\d+$|^0o[0-7]+$|^0x[0-9a-fA-F]+$/.test(text);
  if (!whole && !/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return text;
  const number = Number(text);
  if (whole && !Number.isSafeInteger(number)) throw new FlowError("an integer beyond 2^53 would be rounded; quote it");
  if (!Number.isFinite(number)) throw new FlowError("it is not a finite number");
  return number === 0 ? 0 : number; // −0 has no JSON
}
