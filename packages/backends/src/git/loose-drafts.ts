import { closeSync, fdatasync, mkdirSync, openSync, renameSync, unlinkSync, writeSync } from "node:fs";
import { dirname } from "node:path";

interface Draft {
  readonly draft: string;
  readonly path: string;
  /** Null once it is closed. */
  file: number | null;
}

/**
 * Small files that get their names together, once all are on the disk. Only flushing is left to other threads: it takes long and goes on at
 * once for all; the rest of a file takes 50 µs, a thread's answer as long again, and a commit has ten files.
 */
export class LooseDrafts {
  readonly #prefix: string;
  readonly #drafts: Draft[] = [];

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  write(bytes: Uint8Array, path: string): void {
    const draft = `${this.#prefix}-${this.#drafts.length}`;
    const file = openSync(draft, "wx", 0o444);
    this.#drafts.push({ draft, path, file });
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  }

  async flush(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#drafts.map(flush)); // none is still flushed when this returns
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  /** A file that is there already holds the same bytes. */
  publish(): void {
    for (let draft = this.#drafts[0]; draft !== undefined; draft = this.#drafts[0]) {
      close(draft);
      move(draft);
      this.#drafts.shift();
    }
  }

  /** Takes away what has no name yet. */
  discard(): void {
    for (const draft of this.#drafts) {
      close(draft);
      try {
        unlinkSync(draft.draft);
      } catch {
        // the error that led here says more
      }
    }
  }
}

function flush({ file }: Draft): Promise<void> {
  return new Promise((resolve, reject) =>
    fdatasync(file as number, (error) => (error === null ? resolve() : reject(error))),
  );
}

function close(draft: Draft): void {
  if (draft.file !== null) closeSync(draft.file);
  draft.file = null;
}

function move({ draft, path }: Draft): void {
  try {
    renameSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    mkdirSync(dirname(path), { recursive: true });
    renameSync(draft, path);
  }
}
