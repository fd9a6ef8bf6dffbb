import type { NumericColumn } from "@trainyard/core";
import type { MemoryBudget } from "./memory-budget.ts";

/** A numeric column that grows by one value at a time. */
export class NumericBuilder {
  #values = new Float64Array(0); // a table may have many columns and few rows
  #nulls: Uint8Array | null = null;
  length = 0;
  readonly #budget: MemoryBudget;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  push(value: number): void {
    if (this.length === this.#values.length) this.#grow();
    this.#values[this.length++] = value;
  }

  pushNull(): void {
    if (this.length === this.#values.length) this.#grow();
    if (this.#nulls === null) {
      this.#budget.takeColumns(this.#values.length);
      this.#nulls = new Uint8Array(this.#values.length);
    }
    this.#nulls[this.length] = 1;
    this.#values[this.length++] = Number.NaN;
  }

  /** Appends nulls until the column has `rows` rows. */
  padTo(rows: number): void {
    while (this.length < rows) this.pushNull();
  }

  /** The value of a row, null for null. */
  at(row: number): number | null {
    return this.#nulls?.[row] === 1 ? null : (this.#values[row] as number);
  }

  finish(type: NumericColumn["type"]): NumericColumn {
    return {
      type,
      values: this.#values.slice(0, this.length),
      nulls: this.#nulls?.slice(0, this.length) ?? null,
    };
  }

  #grow(): void {
    const size = Math.max(16, this.#values.length * 2);
    this.#budget.takeColumns((size - this.#values.length) * (this.#nulls === null ? 8 : 9));
    const values = new Float64Array(size);
    values.set(this.#values);
    this.#values = values;
    if (this.#nulls === null) return;
    const nulls = new Uint8Array(values.length);
    nulls.set(this.#nulls);
    this.#nulls = nulls;
  }
}
