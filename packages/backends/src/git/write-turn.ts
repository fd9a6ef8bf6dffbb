import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isRefusal } from "@trainyard/core";
import { tryLock } from "../local/file-lock.ts";

/** Longest wait for a turn: whoever holds one longer than this is no reason to wait, as compare-and-swap decides anyway. */
const PATIENCE = 30_000;

/** Waits between looks, milliseconds, with jitter. */
const LOOK = 5;
const OWNER_EVERY = 20;

/**
 * Does work while no other writer of this machine does any, so that it is not overtaken and done again. Only for speed: when the lock cannot
 * be had (a folder that cannot be written, an owner that stands still), the work is done without it. The lock of a dead process is taken over.
 */
export async function inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
  const release = await turn(path);
  try {
    return await work();
  } finally {
    await release?.();
  }
}

async function turn(path: string): Promise<(() => Promise<void>) | null> {
  const began = performance.now();
  for (let look = 0; performance.now() - began < PATIENCE; look++) {
    // A lock that is there is asked for its owner only now and then: asking costs more than looking.
    if (look % OWNER_EVERY === 0 || !existsSync(path)) {
      try {
        const outcome = await tryLock(path);
        if ("release" in outcome) return outcome.release;
      } catch (error) {
        if (isRefusal(error)) return null; // the write itself will say why
        throw error;
      }
    }
    await sleep(LOOK * (0.5 + Math.random()));
  }
  return null;
}
