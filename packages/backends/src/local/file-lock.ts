import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode, writeRefusal } from "./file-refusals.ts";
import { mayBeAlive, type ProcessIdentity, thisProcess } from "./process-identity.ts";

export type Release = () => Promise<void>;
type Outcome = { readonly release: Release } | { readonly owner: ProcessIdentity };

/**
 * Takes a lock file, or says who holds it. The lock of a process that is gone is taken over. On a shared disk the lock of another
 * machine is never taken over: nobody can tell whether its process lives.
 * @throws DISK_FULL, FILE_UNWRITABLE
 */
export async function tryLock(path: string): Promise<Outcome> {
  const me = thisProcess();
  const draft = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, JSON.stringify(me), { flag: "wx" });
    for (;;) {
      if (await linked(draft, path)) return { release: () => rm(path, { force: true }) };
      const owner = await ownerOf(path);
      if (owner === null) continue; // released between the two calls
      if (mayBeAlive(owner)) return { owner };
      await removeStale(path, draft);
    }
  } catch (error) {
    throw writeRefusal(error, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Does short work while holding a lock, waiting for its turn. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (let wait = 2; ; wait = Math.min(wait * 2, 50)) {
    const outcome = await tryLock(path);
    if (!("release" in outcome)) {
      await sleep(wait);
      continue;
    }
    try {
      return await work();
    } finally {
      await outcome.release();
    }
  }
}

/** "process 4711 on gpu-3; if it is gone, remove PATH" */
export function describeOwner(owner: ProcessIdentity, path: string): string {
  const remedy = owner.host === thisProcess().host ? "" : `; if it is gone, remove ${path}`;
  return `process ${owner.pid} on ${owner.host}${remedy}`;
}

/** A hard link appears whole, with its owner in it, or not at all. */
async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Null when there is no lock. Text that is none (a disk that lost the bytes) counts as a process that is gone. */
async function ownerOf(path: string): Promise<ProcessIdentity | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
  try {
    const { pid, started, host } = JSON.parse(text);
    if (Number.isInteger(pid) && pid > 0 && typeof host === "string") return { pid, started: started ?? null, host };
  } catch {
    // cut short
  }
  return { pid: 2 ** 30, started: "never", host: thisProcess().host };
}

/**
 * Removes the lock of a dead process. Only who holds the lock on the lock removes one that is not its own, after looking again: else of two
 * rescuers the slower would remove the lock the faster one took. The lock on the lock is held for microseconds; one left by a kill in these is moved away.
 */
async function removeStale(path: string, draft: string): Promise<void> {
  const rescue = `${path}.rescue`;
  if (!(await linked(draft, rescue))) {
    const rescuer = await ownerOf(rescue);
    if (rescuer !== null && !mayBeAlive(rescuer)) {
      await rename(rescue, `${draft}.grave`).catch(() => {}); // of several one succeeds
      await rm(`${draft}.grave`, { force: true });
    } else await sleep(2);
    return;
  }
  try {
    const owner = await ownerOf(path);
    if (owner !== null && !mayBeAlive(owner)) await rm(path, { force: true });
  } finally {
    await rm(rescue, { force: true });
  }
}
