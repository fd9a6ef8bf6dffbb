import { randomUUID } from "node:crypto";
import { link, rename, rm, stat } from "node:fs/promises";
import { normalize, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Git holds the lock of a ref for milliseconds: one that stays the same for so long belongs to a git that was killed. */
const STALE_MILLISECONDS = 5_000;
const LOOK_MILLISECONDS = 25;

/** The lock of one of these refs that git found taken; null when its words are about something else. */
export function lockNamed(stderr: string, refs: readonly string[], folder: string): string | null {
  const said = /Unable to create '([^']+\.lock)': File exists/i.exec(stderr)?.[1];
  if (said === undefined) return null;
  const path = resolve(folder, said);
  return refs.some((ref) => path.endsWith(normalize(`/${ref}.lock`))) ? path : null;
}

/**
 * Waits until git's lock on a ref is released, and takes it away when it stays. Watched here and not judged by its date, because the clock of a
 * shared disk may be another. Should a git that only stood still go on after that, its move is lost or doubled in name only: whoever wrote looks
 * whether the operation arrived.
 * @returns False when it is stale and cannot be taken away.
 */
export async function outwaitLock(path: string): Promise<boolean> {
  const watched = await identity(path);
  if (watched === null) return true;
  for (const began = performance.now(); performance.now() - began < STALE_MILLISECONDS; ) {
    await sleep(LOOK_MILLISECONDS);
    if ((await identity(path)) !== watched) return true;
  }
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

/** Which file it is: one that was made anew is another. Null when there is none. */
async function identity(path: string): Promise<string | null> {
  try {
    const { ino, mtimeMs, birthtimeMs } = await stat(path);
    return `${ino} ${mtimeMs} ${birthtimeMs}`;
  } catch {
    return null;
  }
}
