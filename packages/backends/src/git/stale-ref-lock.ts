import { randomUUID } from "node:crypto";
import { link, rename, rm, stat } from "node:fs/promises";
import { normalize, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TrainyardError } from "@trainyard/core";

/** Git holds the lock of a ref for milliseconds: one that stays the same for so long belongs to a git that was killed. */
const STALE_MILLISECONDS = 5_000;
const LOOK_MILLISECONDS = 25;

/** The lock that git found taken; null when its words are about something else. */
function lockIn(stderr: string, folder: string): string | null {
  const said = /Unable to create '([^']+\.lock)': File exists/i.exec(stderr)?.[1];
  return said === undefined ? null : resolve(folder, said);
}

/** The lock of one of these refs that git found taken; null when its words are about something else. */
export function lockNamed(stderr: string, refs: readonly string[], folder: string): string | null {
  const path = lockIn(stderr, folder);
  return path !== null && refs.some((ref) => path.endsWith(normalize(`/${ref}.lock`))) ? path : null;
}

/** A lock in the way of a move: a conflict when it is released, a refusal when it stays. Null when git's words are about something else. */
export async function lockRefusal(stderr: string, ref: string, folder: string): Promise<TrainyardError | null> {
  const path = lockIn(stderr, folder);
  if (path === null) return null;
  return (await stays(path)) === null ? new TrainyardError("REGISTRY_CONFLICT", { model: ref }) : lockedBy(path);
}

/** Of a lock that stayed and could not be taken away. */
export function lockedBy(path: string): TrainyardError {
  return new TrainyardError("REGISTRY_LOCKED", { path, seconds: STALE_MILLISECONDS / 1000 });
}

/**
 * Waits until git's lock on a ref is released, and takes it away when it stays. Should a git that only stood still go on after that, its move is lost or doubled in name only: whoever wrote looks
 * whether the operation arrived.
 * @returns False when it is stale and cannot be taken away.
 */
export async function outwaitLock(path: string): Promise<boolean> {
  const watched = await stays(path);
  if (watched === null) return true;
  const grave = `${path.slice(0, -".lock".length)}.${randomUUID()}.lock`; // git takes nothing that ends so for a ref
  try {
    await rename(path, grave); // of several rescuers one succeeds
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
  if ((await identity(grave)) !== watched) await link(grave, path).catch(() => {}); // a live one slipped in between: give it back
  await rm(grave, { force: true });
  return true;
}

/**
 * Which file the lock is, when it stays the same for so long that nobody can hold it; null when it was released. Watched here and not judged by its
 * date, because the clock of a shared disk may be another.
 */
async function stays(path: string): Promise<string | null> {
  const watched = await identity(path);
  if (watched === null) return null;
  for (const began = performance.now(); performance.now() - began < STALE_MILLISECONDS; ) {
    await sleep(LOOK_MILLISECONDS);
    if ((await identity(path)) !== watched) return null;
  }
  return watched;
}

/** Which file it is: one that was made anew is another. Null when there is none. */
async function identity(path: string): Promise<string | null> {
  try {
    const { ino, mtimeMs, birthtimeMs } = await stat(path);
    return `${ino} ${mtimeMs} ${birthtimeMs}`;
  } catch {
    return null;
  }
}
