import type { TextColumn } from "@trainyard/core";

/** Dictionary codes of a text column, one a row; −1 is null. */
export class CodeBuilder {
  #codes = new Int32Array(1024);
  length = 0;

  push(code: number): void {
    if (this.length === this.#codes.length) {
      const codes = new Int32Array(this.#codes.length * 2);
      codes.set(this.#codes);
      this.#codes = codes;
    }
    this.#codes[this.length++] = code;
  }

  finish(): Int32Array {
    return this.#codes.slice(0, this.length);
  }
}

/** A text column that grows by one string at a time. */
export class TextBuilder {
  readonly #codes = new CodeBuilder();
  readonly #known = new Map<string, number>();

  get length(): number {
    return this.#codes.length;
  }

  push(text: string): void {
    let code = this.#known.get(text);
    if (code === undefined) {
      code = this.#known.size;
      this.#known.set(text, code);
    }
    this.#codes.push(code);
  }

  pushNull(): void {
    this.#codes.push(-1);
  }

  /** Appends nulls until the column has `rows` rows. */
  padTo(rows: number): void {
    while (this.length < rows) this.pushNull();
  }

  finish(): TextColumn {
    return { type: "text", codes: this.#codes.finish(), dictionary: [...this.#known.keys()] };
  }
}
