import { setTimeout as sleep } from "node:timers/promises";
import { isRefusal } from "@trainyard/core";
import type { Github } from "../call/github.ts";

/** Uploads at once. Hundreds at once made GitHub refuse half of them (softprops/action-gh-release #239). */
const AT_ONCE = 3;
/** GitHub asks for a second between two writes. */
const BETWEEN_MS = 1000;
/** Longest wait that is asked for and kept; as in github.ts. */
const LONGEST_WAIT_S = 15 * 60;

/** Does work on all items, a few at a time, each begun a second after the one before. The first failure ends it. */
export async function politely<T>(
  github: Github,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  let next = 0;
  let failed = false;
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined && !failed; item = waiting.shift()) {
      const begin = Math.max(Date.now(), next);
      next = begin + BETWEEN_MS * github.connection.pace;
      await sleep(Math.max(0, begin - Date.now()));
      await work(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
}

/** Waits before another try: 1, 2, 4 … seconds, up to half a minute. */
export async function beforeTry(github: Github, tries: number): Promise<void> {
  await sleep(Math.min(30_000, 1000 * 2 ** (tries - 1)) * github.connection.pace);
}

/** Waits as long as an answer asks for. False where it asks for none, or for too long. */
export async function waitAsAsked(
  github: Github,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Promise<boolean> {
  const reset = Number(headers["x-ratelimit-reset"]);
  const spent = headers["x-ratelimit-remaining"] === "0";
  const seconds = Number(headers["retry-after"] ?? (spent ? Math.ceil(reset - Date.now() / 1000) : Number.NaN));
  if (!(seconds >= 0 && seconds <= LONGEST_WAIT_S)) return false;
  await sleep(seconds * 1000 * github.connection.pace);
  return true;
}

/** True for a failure after which nobody knows what was done, so that looking and trying again may help. */
export function isOpenEnded(error: unknown): boolean {
  return isRefusal(error) && error.code === "SERVICE_UNREACHABLE";
}
