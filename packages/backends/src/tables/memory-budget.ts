import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import { TrainyardError } from "@trainyard/core";

const MIB = 1024 * 1024;

/** Upper bounds, in bytes, for the table one file may become. */
export interface MemoryLimits {
  /** Numbers and codes, outside the JavaScript heap. */
  readonly columns: number;
  /** Texts and the values under way, on the JavaScript heap; Node ends the process when that is full. */
  readonly heap: number;
}

/** Half of what there is: a column is held twice while it grows, and the caller needs room to work with the table. */
export function machineLimits(): MemoryLimits {
  const constrained = process.constrainedMemory(); // the container's limit; 0 or beyond the machine's memory without one
  const memory = Math.min(totalmem(), constrained || Number.POSITIVE_INFINITY);
  return { columns: memory / 2, heap: getHeapStatistics().heap_size_limit / 2 };
}

/** What the readers ask before they allocate what a file asks for, so that a hostile file is refused instead of filling the memory. */
export class MemoryBudget {
  readonly path: string;
  readonly #limits: MemoryLimits;
  #columns = 0;
  #heap = 0;

  constructor(path: string, limits: MemoryLimits = machineLimits()) {
    this.path = path;
    this.#limits = limits;
  }

  /** @throws TABLE_TOO_LARGE when this many bytes more of numbers or codes are too many; a negative number gives bytes back. */
  takeColumns(bytes: number): void {
    this.#columns += bytes;
    if (this.#columns > this.#limits.columns) this.#refuse("its columns", this.#columns, this.#limits.columns);
  }

  /** @throws TABLE_TOO_LARGE when this many bytes more on the heap are too many; a negative number gives bytes back. */
  takeHeap(bytes: number): void {
    this.#heap += bytes;
    if (this.#heap > this.#limits.heap) this.#refuse("its values", this.#heap, this.#limits.heap);
  }

  #refuse(what: string, needed: number, limit: number): never {
    throw tooLarge(this.path, `${what} need at least ${megabytes(needed)} of memory`, `${megabytes(limit)} here`);
  }
}

/** A column costs about a kilobyte before it has a value; beyond this many it is no table. */
const MOST_COLUMNS = 100_000;

/** @throws TABLE_TOO_LARGE */
export function mustHoldColumns(columns: number, { path }: MemoryBudget): void {
  if (columns > MOST_COLUMNS) throw tooLarge(path, `it has ${columns} columns or more`, `${MOST_COLUMNS} columns`);
}

/** A refusal that names the limit. */
export function tooLarge(path: string, what: string, limit: string): TrainyardError<"TABLE_TOO_LARGE"> {
  return new TrainyardError("TABLE_TOO_LARGE", { path, what, limit });
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / MIB).toLocaleString("en-US")} MiB`;
}
