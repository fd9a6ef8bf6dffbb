import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { TrainyardError } from "@trainyard/core";
import { gitArguments, gitEnvironment, gitMissing, lastWords } from "./git.ts";

export interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly bytes: Buffer;
}

interface Asked {
  readonly resolve: (object: GitObject | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Stops a child that nobody asks any more; the next question starts another. */
const IDLE_MILLISECONDS = 2_000;

/**
 * Reads git objects and refs through one `git cat-file --batch`: a question costs a tenth of a millisecond, not a process. Questions may be asked
 * at once; they are answered in order. An idle child never keeps this process alive.
 */
export class ObjectReader {
  readonly #folder: string;
  #child: ChildProcessWithoutNullStreams | null = null;
  #asked: Asked[] = [];
  #parts: Buffer[] = [];
  #held = 0;
  /** The header of the object whose bytes are arriving. */
  #arriving: { id: string; type: string; size: number } | null = null;
  #idle: NodeJS.Timeout | undefined;
  #said = "";
  #unsent = "";

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The object a name (an id, a full ref) means; null when there is none. @throws GIT_MISSING, GIT_FAILED */
  ask(name: string): Promise<GitObject | null> {
    return new Promise((resolve, reject) => this.#ask(name, { resolve, reject }));
  }

  /** The objects that names mean, in their order: ten thousand with one promise. @throws GIT_MISSING, GIT_FAILED */
  askAll(names: readonly string[]): Promise<(GitObject | null)[]> {
    if (names.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const objects: (GitObject | null)[] = [];
      const take = (object: GitObject | null) => {
        if (objects.push(object) === names.length) resolve(objects); // answers come in order
      };
      for (const name of names) this.#ask(name, { resolve: take, reject });
    });
  }

  #ask(name: string, asked: Asked): void {
    if (/[\s\0]/.test(name)) throw new Error(`not a name of an object: ${JSON.stringify(name)}`);
    const child = this.#start();
    this.#asked.push(asked);
    if (this.#asked.length === 1) this.#holdAlive(child, true);
    if (this.#unsent === "") queueMicrotask(() => this.#send());
    this.#unsent += `${name}\n`;
  }

  /** Starts the child before the first question, so that both need not wait for each other. */
  start(): void {
    const child = this.#start();
    if (this.#asked.length === 0) this.#rest(child);
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#send();
    this.#child?.stdin.end();
    this.#child = null;
  }

  /** Questions asked at once go in one write: a write costs as much as an answer. */
  #send(): void {
    const names = this.#unsent;
    this.#unsent = "";
    if (names !== "") this.#child?.stdin.write(names);
  }

  #start(): ChildProcessWithoutNullStreams {
    clearTimeout(this.#idle);
    if (this.#child !== null) return this.#child;
    const child = spawn("git", [...gitArguments, "cat-file", "--batch"], {
      cwd: this.#folder,
      env: gitEnvironment(),
      windowsHide: true,
    });
    this.#child = child;
    this.#parts = [];
    this.#held = 0;
    this.#arriving = null;
    this.#said = "";
    child.stdin.on("error", () => {}); // the close that follows says why
    child.stdout.on("data", (chunk: Buffer) => this.#child === child && this.#take(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-2_000);
    });
    child.on("error", (error: NodeJS.ErrnoException) => this.#fail(child, gitMissing(this.#folder, error)));
    child.on("close", (code) => {
      const problem = lastWords(this.#said) || `it ended with ${code}`;
      this.#fail(child, new TrainyardError("GIT_FAILED", { command: "git cat-file --batch", problem }));
    });
    return child;
  }

  #take(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#held += chunk.length;
    for (;;) {
      if (this.#arriving === null) {
        const newline = this.#joined().indexOf(0x0a);
        if (newline < 0) return;
        const header = this.#cut(newline + 1).toString("utf8", 0, newline);
        const [, id, type, size] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(header) ?? [];
        if (id === undefined || type === undefined)
          this.#answer(null); // "NAME missing", "NAME ambiguous"
        else this.#arriving = { id, type, size: Number(size) };
      } else {
        const { id, type, size } = this.#arriving;
        if (this.#held < size + 1) return;
        const bytes = this.#cut(size + 1).subarray(0, size);
        this.#arriving = null;
        this.#answer({ id, type, bytes });
      }
    }
  }

  #joined(): Buffer {
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts)];
    return this.#parts[0] ?? Buffer.alloc(0);
  }

  #cut(length: number): Buffer {
    const all = this.#joined();
    this.#parts = length < all.length ? [all.subarray(length)] : [];
    this.#held = all.length - length;
    return all.subarray(0, length);
  }

  #answer(object: GitObject | null): void {
    this.#asked.shift()?.resolve(object);
    if (this.#asked.length === 0 && this.#child !== null) this.#rest(this.#child);
  }

  #rest(child: ChildProcessWithoutNullStreams): void {
    this.#holdAlive(child, false);
    this.#idle = setTimeout(() => this.close(), IDLE_MILLISECONDS);
    this.#idle.unref();
  }

  #fail(child: ChildProcessWithoutNullStreams, error: unknown): void {
    if (this.#child !== child) return;
    this.#child = null;
    const asked = this.#asked;
    this.#asked = [];
    this.#unsent = "";
    for (const { reject } of asked) reject(error);
  }

  /** While a question is open the process waits for its answer; otherwise the child is no reason to go on. */
  #holdAlive(child: ChildProcessWithoutNullStreams, alive: boolean): void {
    const handles = [child, child.stdin, child.stdout, child.stderr] as unknown as Socket[];
    for (const handle of handles) alive ? handle.ref() : handle.unref();
  }
}
