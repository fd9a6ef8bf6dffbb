import type { TextColumn } from "@trainyard/core";
import { type MemoryBudget, tooLarge } from "./memory-budget.ts";

/** Most entries of a JavaScript Map. */
const MOST_TEXTS = 2 ** 24;

/** @throws TABLE_TOO_LARGE when a column that has `size` distinct texts cannot have one more. */
export function mustFit(size: number, budget: MemoryBudget): void {
  if (size < MOST_TEXTS) return;
  throw tooLarge(budget.path, "a column has more distinct texts than a JavaScript Map holds", `${MOST_TEXTS}`);
}

/** About what a string in a Map costs on the heap, at most: two bytes a character, its header and its entry. */
export function textBytes(text: string): number {
  return text.length * 2 + 64;
}

/** Dictionary codes of a text column, one a row; −1 is null. */
export class CodeBuilder {
  #codes = new Int32Array(0);
  length = 0;
  readonly #budget: MemoryBudget;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  push(code: number): void {
    if (this.length === this.#codes.length) {
      const size = Math.max(16, this.#codes.length * 2);
      this.#budget.takeColumns((size - this.#codes.length) * 4);
      const codes = new Int32Array(size);
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
  readonly #codes: CodeBuilder;
  readonly #known = new Map<string, number>();
  readonly #budget: MemoryBudget;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
    this.#codes = new CodeBuilder(budget);
  }

  get length(): number {
    return this.#codes.length;
  }

  push(text: string): void {
    let code = this.#known.get(text);
    if (code === undefined) {
      mustFit(this.#known.size, this.#budget);
      this.#budget.takeHeap(textBytes(text));
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
