const MASK = "***";
/** Masking shorter values would black out ordinary words and digits, and tell the value by what is missing. */
const SHORTEST = 4;
const HARMLESS = /^(?:true|false|null|none|auto|\d{1,4})$/i;

/** Replaces secret values in a stream of text, also those that two pieces share. Line by line for secrets of several lines; also their base64, URL and JSON forms. */
export class Mask {
  readonly #pattern: RegExp | null;
  readonly #forms: readonly string[];
  readonly #longest: number;
  #held = "";

  constructor(secrets: readonly string[]) {
    const forms = new Set(secrets.flatMap(formsOf).filter((form) => form.length >= SHORTEST && !HARMLESS.test(form)));
    this.#forms = [...forms].sort((a, b) => b.length - a.length); // a secret that begins another must not hide its rest
    this.#longest = this.#forms[0]?.length ?? 0;
    this.#pattern = this.#longest === 0 ? null : new RegExp(this.#forms.map(escaped).join("|"), "g");
  }

  /** The text, masked, without an end that may be the beginning of a secret: that comes with the next piece. */
  push(text: string): string {
    if (this.#pattern === null) return text;
    const whole = this.#held + text;
    const { masked, rest } = this.#maskDecided(whole);
    this.#held = rest;
    return masked;
  }

  /** What was held back. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return this.#pattern === null ? rest : rest.replace(this.#pattern, MASK);
  }

  /** Masks from left to right, the longest first, up to where more text could still make a match, or a longer one. */
  #maskDecided(text: string): { masked: string; rest: string } {
    const pattern = this.#pattern as RegExp;
    const open = Math.max(0, text.length - this.#longest + 1); // before this every form fits into the text
    let masked = "";
    let at = 0;
    pattern.lastIndex = 0;
    for (let found = pattern.exec(text); found !== null && found.index < open; found = pattern.exec(text)) {
      masked += text.slice(at, found.index) + MASK;
      at = pattern.lastIndex;
    }
    masked += text.slice(at, Math.max(at, open));
    at = Math.max(at, open);
    while (at < text.length) {
      const end = text.slice(at);
      if (this.#forms.some((form) => form.length > end.length && form.startsWith(end))) break;
      const form = this.#forms.find((one) => end.startsWith(one));
      masked += form === undefined ? text[at] : MASK;
      at += form?.length ?? 1;
    }
    return { masked, rest: text.slice(at) };
  }
}

function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const base64 = Buffer.from(secret).toString("base64");
  return [
    secret,
    secret.trim(),
    ...lines,
    encodeURIComponentSafely(secret),
    JSON.stringify(secret).slice(1, -1),
    base64,
  ];
}

function encodeURIComponentSafely(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text; // half a surrogate pair has no URL form
  }
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
