import type { Clock, Digester, Progress, Random } from "../backend.ts";
import type { Actor } from "../document.ts";
import { MemoryBranch } from "./memory-branch.ts";
import { MemoryRuns } from "./memory-runs.ts";
import { MemoryStore } from "./memory-store.ts";
import { MemoryTables, memoryScratch } from "./memory-tables.ts";

/** A clock that stands at `start` and moves only by `sleep` and `pass`. */
export class MemoryClock implements Clock {
  readonly simulated = true;
  #now: number;

  constructor(start = 1_000_000_000_000) {
    this.#now = start;
  }
  now(): number {
    return this.#now;
  }
  seconds(): number {
    return this.#now / 1000;
  }
  async sleep(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
  }
  pass(seconds: number): void {
    this.#now += seconds * 1000;
  }
}

/** Numbered ids and a fixed sequence of fractions: equal in every run of a test. */
export class MemoryRandom implements Random {
  readonly #stream: number;
  #drawn = 0;

  /** @param stream Two streams never give the same id. */
  constructor(stream = 0) {
    this.#stream = stream;
  }
  uuid(): string {
    this.#drawn += 1;
    return `${this.#stream.toString(16).padStart(8, "0")}-0000-4000-8000-${this.#drawn.toString(16).padStart(12, "0")}`;
  }
  fraction(): number {
    this.#drawn += 1;
    return (this.#drawn * 0.618_033_988_749_895) % 1;
  }
}

/** Says nothing, and keeps what was said. */
export class MemoryProgress implements Progress {
  readonly lines: string[] = [];
  done(subject: string, text: string): void {
    this.lines.push(`${subject} ${text}`);
  }
  working(): void {}
  note(text: string): void {
    this.lines.push(text);
  }
}

/**
 * The parts of a backend that need no machine: enough for the registry, register, alias and history.
 * @param sha256 Core cannot hash: hand in a real one.
 */
export function memoryBackend(sha256: Digester) {
  const disk = new Map<string, string>();
  const actor: Actor = { name: "ana", kind: "person" };
  const clock = new MemoryClock();
  return {
    branch: new MemoryBranch(sha256),
    store: new MemoryStore(sha256, disk, () => clock.now()),
    runs: new MemoryRuns(sha256, disk),
    tables: new MemoryTables(disk),
    workspace: memoryScratch(disk),
    clock,
    random: new MemoryRandom(),
    progress: new MemoryProgress(),
    sha256,
    actor,
  };
}
