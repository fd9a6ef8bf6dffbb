import { setTimeout as sleep } from "node:timers/promises";
import { isRefusal, TrainyardError } from "@trainyard/core";
import type { Github } from "./github.ts";

/** Writers of one thing at the same time get out of each other's way within this many rounds; each waits a little longer than the last. */
const ROUNDS = 8;
/** How long another job may take from reading to writing; what it overwrites in that time is written again. Seconds. */
const SETTLE = 2;
const LOST_ANSWERS = 3;

/**
 * Brings something on GitHub, which knows no compare-and-swap for it, to where it should be: look, do one thing, look again. A write whose answer
 * was lost is not repeated but looked for, and one that another job overwrote is seen and made again.
 *
 * @param look What is there now.
 * @param next What is still to be done; null when nothing is. What the work returns ends it at once: for what no other job writes.
 * @throws SERVICE_UNREACHABLE when answers stay away; run again, it goes on where it stopped
 */
export async function converge<S>(
  github: Github,
  what: string,
  { look, next }: { look(round: number): Promise<S>; next(seen: S): (() => Promise<S | undefined>) | null },
): Promise<S> {
  const { pace } = github.connection;
  let lost = 0;
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) await sleep((SETTLE + Math.random() * round) * 1000 * pace);
    const seen = await look(round);
    const work = next(seen);
    if (work === null) return seen;
    try {
      const made = await work();
      if (made !== undefined) return made;
    } catch (error) {
      lost++;
      if (!isRefusal(error) || error.code !== "SERVICE_UNREACHABLE" || lost >= LOST_ANSWERS) throw error;
    }
  }
  throw new TrainyardError("SERVICE_UNREACHABLE", {
    service: "GitHub",
    problem: `other jobs kept writing ${what} at the same time`,
  });
}
