/** Longer lines are cut: a command that never ends its line must not fill our memory. */
const LINE_BYTES = 8 * 1024;

/**
 * Cuts a stream of text into lines as a terminal would show them: a carriage return begins the line again, so of a progress bar only its last
 * state remains, and terminal colours are taken out.
 */
export class OutputLines {
  readonly #each: (line: string) => void;
  #line = "";
  #returned = false;

  constructor(each: (line: string) => void) {
    this.#each = each;
  }

  push(text: string): void {
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const char = text.charCodeAt(i);
      if (char !== 10 && char !== 13) continue;
      this.#add(text, start, i);
      start = i + 1;
      if (char === 10) this.#flush();
      else this.#returned = true; // forgotten only when something follows: "\r\n" ends a line
    }
    this.#add(text, start, text.length);
  }

  end(): void {
    if (this.#line !== "") this.#flush();
  }

  #add(text: string, start: number, end: number): void {
    if (start === end) return;
    if (this.#returned) this.#line = "";
    this.#returned = false;
    const room = LINE_BYTES - this.#line.length;
    if (room > 0) this.#line += text.slice(start, Math.min(end, start + room));
  }

  #flush(): void {
    const line = this.#line.replace(COLOURS, "");
    this.#line = "";
    this.#returned = false;
    this.#each(
      Buffer.byteLength(line) <= LINE_BYTES
        ? line
        : Buffer.from(line)
            .subarray(0, LINE_BYTES)
            .toString()
            .replace(/\uFFFD$/, ""),
    );
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a colour (ECMA-48 SGR and cursor sequences)
const COLOURS = /\u001b\[[0-9;?]*[A-Za-z]/g;
