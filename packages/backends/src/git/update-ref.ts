import { stat } from "node:fs/promises";
import { normalize } from "node:path";
import { TrainyardError } from "@trainyard/core";
import { lastWords, runGit } from "./git.ts";
import { registryWriteRefusal } from "./object-writer.ts";

/** A lock older than this belongs to nobody: git holds a ref for milliseconds. */
const STALE_SECONDS = 10;

export interface RefMove {
  readonly ref: string;
  readonly to: string;
  /** The commit it must be at now; null: it must not exist. */
  readonly from: string | null;
  /** Follows the move without a condition: keeps the newest head that was seen here, also from `git gc`. */
  readonly seen: string;
  readonly reason: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Moves a ref if, and only if, it is where it was: compare-and-swap under git's own lock. One process, two transactions: the second may fail.
 * @throws REGISTRY_CONFLICT, REGISTRY_LOCKED, REGISTRY_READ_ONLY, DISK_FULL, GIT_FAILED
 */
export async function moveRef(folder: string, move: RefMove): Promise<void> {
  const { ref, to, from, seen } = move;
  const input = [
    "start",
    `update ${ref} ${to} ${from ?? "0".repeat(to.length)}`,
    "prepare",
    "commit",
    "start",
    `update ${seen} ${to}`,
    "prepare",
    "commit",
    "",
  ].join("\n");
  const words = ["update-ref", "--create-reflog", "-m", move.reason, "--stdin"];
  const { code, stdout, stderr } = await runGit(folder, words, { input, environment: move.environment });
  if (stdout.includes("commit: ok")) return;
  throw await refRefusal(stderr || `it ended with ${code}`, ref, "git update-ref");
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
  if (/No space left|disk quota/i.test(stderr)) return new TrainyardError("DISK_FULL", { path: ref });
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
