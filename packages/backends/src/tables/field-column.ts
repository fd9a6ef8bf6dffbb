import type { Column } from "@trainyard/core";
import { ByteDictionary } from "./byte-dictionary.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import { NumericBuilder } from "./numeric-builder.ts";
import { CodeBuilder } from "./text-builder.ts";
import { booleanOf, instantOf, isNullWord, numberOf } from "./token.ts";

type Mode = "open" | "number" | "boolean" | "time" | "text";

/**
 * One column of a text table, typed by all of its fields: number, boolean or time when every field is one, else text. Empty is null.
 *
 * Fields are parsed as they come and not kept, so a column that turns out to be text after numbers were parsed ("12", then "n12")
 * cannot be completed: it says so in `undecided`, and the caller reads it a second time as text.
 */
export class FieldColumn {
  #mode: Mode = "open";
  /** Words like NA that count as null unless the column turns out to be text. */
  #nullWords = false;
  readonly #numbers: NumericBuilder;
  readonly #codes: CodeBuilder;
  readonly #dictionary: ByteDictionary;
  undecided = false;

  constructor(mode: "open" | "text", budget: MemoryBudget) {
    this.#mode = mode;
    this.#numbers = new NumericBuilder(budget);
    this.#codes = new CodeBuilder(budget);
    this.#dictionary = new ByteDictionary(budget);
  }

  /** Appends the field that stands in [start, end). */
  push(bytes: Buffer, start: number, end: number): void {
    if (this.#mode === "text") this.#codes.push(start === end ? -1 : this.#dictionary.code(bytes, start, end));
    else if (this.undecided) return;
    else if (start === end) this.#numbers.pushNull();
    else if (!this.#typed(bytes, start, end)) this.#becomeText(bytes, start, end);
  }

  finish(): Column {
    if (this.#mode === "text") {
      return { type: "text", codes: this.#codes.finish(), dictionary: this.#dictionary.strings() };
    }
    return this.#numbers.finish(this.#mode === "open" ? "number" : this.#mode);
  }

  /** Appends the field as what the column is so far; false when it is not that. */
  #typed(bytes: Buffer, start: number, end: number): boolean {
    const value = this.#valueOf(bytes, start, end);
    if (value !== null) {
      this.#numbers.push(value);
      return true;
    }
    if (!isNullWord(bytes, start, end)) return false;
    this.#nullWords = true;
    this.#numbers.pushNull();
    return true;
  }

  #valueOf(bytes: Buffer, start: number, end: number): number | null {
    if (this.#mode === "open") {
      for (const mode of ["number", "boolean", "time"] as const) {
        const value = read(mode, bytes, start, end);
        if (value === null) continue;
        this.#mode = mode;
        return value;
      }
      return null;
    }
    return read(this.#mode, bytes, start, end);
  }

  #becomeText(bytes: Buffer, start: number, end: number): void {
    if (this.#mode !== "open" || this.#nullWords) {
      this.undecided = true;
      return;
    }
    this.#mode = "text";
    for (let row = 0; row < this.#numbers.length; row++) this.#codes.push(-1);
    this.push(bytes, start, end);
  }
}

function read(mode: Mode, bytes: Buffer, start: number, end: number): number | null {
  if (mode === "number") return numberOf(bytes, start, end);
  if (mode === "time") return instantOf(bytes, start, end);
  const truth = booleanOf(bytes, start, end);
  return truth < 0 ? null : truth;
}
