import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { TrainyardError } from "@trainyard/core";
import { gitArguments, gitEnvironment, gitMissing, lastWords } from "./git.ts";
import { lockedBy, lockNamed, lockRefusal, outwaitLock } from "./stale-ref-lock.ts";
import { refusalInWords } from "./write-refusal.ts";

/** How often a move is tried again after a lock that was in its way is gone. */
const LOCK_TRIES = 4;

export interface RefMove {
  readonly ref: string;
  readonly to: string;
  /** The commit it must be at now; null: it must not exist. */
  readonly from: string | null;
  /** Follows the move without a condition: keeps the newest head that was seen here, also from `git gc`. */
  readonly seen: string;
}

/** Stops a child that moves nothing any more; the next move starts another. */
const IDLE_MILLISECONDS = 2_000;

/**
 * Moves refs through one `git update-ref --stdin`: a move costs a millisecond, not a process. A child whose move fails ends, and says why.
 * One move at a time. An idle child never keeps this process alive.
 */
export class RefMover {
  readonly #folder: string;
  /** Who the reflog names. */
  readonly #identity: Readonly<Record<string, string>>;
  #child: Child | null = null;
  #idle: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(folder: string, identity: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#identity = identity;
  }

  /**
   * Moves a ref if, and only if, it is where it was: compare-and-swap under git's own lock, flushed to the disk. Then, in a transaction of its
   * own that may fail, the ref that follows.
   * @throws REGISTRY_CONFLICT, REGISTRY_LOCKED, REGISTRY_READ_ONLY, DISK_FULL, GIT_MISSING, GIT_FAILED
   */
  move(move: RefMove): Promise<void> {
    const moved = this.#last.then(() => this.#move(move));
    this.#last = moved.catch(() => {});
    return moved;
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#child?.process.stdin.end();
    this.#child = null;
  }

  async #move({ ref, to, from, seen }: RefMove): Promise<void> {
    let updates = [`update ${ref} ${to} ${from ?? "0".repeat(to.length)}`, `update ${seen} ${to}`];
    let moved = false;
    for (let tries = 1; ; tries++) {
      const child = await this.#tell(updates);
      const done = child.said.split(COMMITTED).length - 1;
      if (done === updates.length) return;
      if (child.failure !== null) throw child.failure;
      const lock = tries < LOCK_TRIES ? lockNamed(child.problem, [ref, seen], this.#folder) : null;
      moved ||= done > 0;
      const stuck = lock !== null && !(await outwaitLock(lock));
      if (lock === null || stuck) {
        if (moved) return;
        if (stuck) throw lockedBy(lock);
        const place = { folder: this.#folder, ref, command: "git update-ref" };
        throw await refRefusal(child.problem || "it ended without a word", place);
      }
      updates = updates.slice(done);
    }
  }

  async #tell(updates: readonly string[]): Promise<Child> {
    const child = this.#start();
    holdAlive(child, true);
    child.said = "";
    child.process.stdin.write(updates.map((update) => `start\n${update}\nprepare\ncommit\n`).join(""));
    await Promise.race([child.ended, until(child, () => child.said.split(COMMITTED).length > updates.length)]);
    if (this.#child === child) {
      holdAlive(child, false);
      this.#idle = setTimeout(() => this.close(), IDLE_MILLISECONDS);
      this.#idle.unref();
    }
    return child;
  }

  #start(): Child {
    clearTimeout(this.#idle);
    if (this.#child !== null) return this.#child;
    const words = ["-c", "core.fsync=reference", "update-ref", "--create-reflog", "-m", "trainyard", "--stdin"];
    const process = spawn("git", [...gitArguments, ...words], {
      cwd: this.#folder,
      env: { ...gitEnvironment(), ...this.#identity },
      windowsHide: true,
    });
    const child: Child = { process, said: "", problem: "", failure: null, heard: () => {}, ended: Promise.resolve() };
    child.ended = new Promise((resolve) => {
      process.on("error", (error: NodeJS.ErrnoException) => {
        child.failure = gitMissing(this.#folder, error);
        resolve();
      });
      process.on("close", () => resolve());
    });
    void child.ended.then(() => {
      if (this.#child === child) this.#child = null;
    });
    process.stdin.on("error", () => {}); // the close that follows says why
    process.stdout.on("data", (chunk: Buffer) => {
      child.said += chunk.toString();
      child.heard();
    });
    process.stderr.on("data", (chunk: Buffer) => {
      child.problem = (child.problem + chunk.toString()).slice(-2_000);
    });
    this.#child = child;
    return child;
  }
}

const COMMITTED = "commit: ok";

interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  said: string;
  problem: string;
  failure: TrainyardError | null;
  heard: () => void;
  ended: Promise<void>;
}

function until(child: Child, happened: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    child.heard = () => happened() && resolve();
  });
}

/** While a move is under way the process waits for its end; otherwise the child is no reason to go on. */
function holdAlive({ process }: Child, alive: boolean): void {
  const handles = [process, process.stdin, process.stdout, process.stderr] as unknown as Socket[];
  for (const handle of handles) alive ? handle.ref() : handle.unref();
}

/** What git's words about a ref mean. */
export async function refRefusal(
  stderr: string,
  { folder, ref, command }: { readonly folder: string; readonly ref: string; readonly command: string },
): Promise<TrainyardError> {
  const problem = lastWords(stderr);
  const known = (await lockRefusal(stderr, ref, folder)) ?? refusalInWords(stderr, ref, problem);
  if (known !== null) return known;
  // A branch called `trainyard` leaves no room for `trainyard/registry`; waiting for it would never end.
  if (/exists; cannot create/i.test(stderr))
    return new TrainyardError("REGISTRY_READ_ONLY", { problem: `another branch is in the way: ${problem}` });
  if (/but expected|reference already exists|unable to resolve reference/i.test(stderr))
    return new TrainyardError("REGISTRY_CONFLICT", { model: ref });
  return new TrainyardError("GIT_FAILED", { command, problem });
}
