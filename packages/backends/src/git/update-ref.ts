import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import type { Socket } from "node:net";
import { normalize } from "node:path";
import { TrainyardError } from "@trainyard/core";
import { gitArguments, gitEnvironment, gitMissing, lastWords } from "./git.ts";
import { registryWriteRefusal } from "./object-writer.ts";
import { lockNamed, outwaitLock } from "./stale-ref-lock.ts";

/** A lock older than this belongs to nobody: git holds a ref for milliseconds. */
const STALE_SECONDS = 5;

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
      if (lock === null || !(await outwaitLock(lock))) {
        if (moved) return;
        throw await refRefusal(child.problem || "it ended without a word", ref, "git update-ref");
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
export async function refRefusal(stderr: string, ref: string, command: string): Promise<unknown> {
  const lock = /Unable to create '([^']+\.lock)': File exists/i.exec(stderr)?.[1];
  if (lock !== undefined) {
    const seconds = await ageOf(lock);
    if (seconds !== null && seconds >= STALE_SECONDS)
      return new TrainyardError("REGISTRY_LOCKED", { path: normalize(lock), seconds: Math.round(seconds) });
    return new TrainyardError("REGISTRY_CONFLICT", { model: ref });
  }
  const problem = lastWords(stderr);
  // Of a lock that it made and could not write into, git does not say why: there was no room.
  if (/No space left|disk quota|couldn't write '[^']*\.lock'/i.test(stderr))
    return new TrainyardError("DISK_FULL", { path: ref });
  if (/Permission denied|Read-only file system|insufficient permission/i.test(stderr))
    return new TrainyardError("REGISTRY_READ_ONLY", { problem });
  if (
    /exists; cannot create|is at [0-9a-f]+ but expected|reference already exists|unable to resolve reference|but expected/i.test(
      stderr,
    )
  ) {
    // A branch called `trainyard` leaves no room for `trainyard/registry`; waiting for it would never end.
    if (/exists; cannot create/.test(stderr))
      return new TrainyardError("REGISTRY_READ_ONLY", { problem: `another branch is in the way: ${problem}` });
    return new TrainyardError("REGISTRY_CONFLICT", { model: ref });
  }
  return registryWriteRefusal(new TrainyardError("GIT_FAILED", { command, problem }), ref);
}

async function ageOf(path: string): Promise<number | null> {
  try {
    return (Date.now() - (await stat(path)).mtimeMs) / 1000;
  } catch {
    return null; // gone by now
  }
}
