import type { Github } from "../call/github.ts";
import { NOTICE } from "./gc-lock.ts";
import { type Seen, statusOf, updateRelease } from "./releases.ts";

/** A release younger than this is relied on as it is: `gc` leaves it alone for as long again, and no registration takes that long. Milliseconds. */
const YOUNG = 12 * 3_600_000;
const MARK = /\s*<!-- trainyard: relied on at (\S+) -->\s*$/;

/** Notes in a release's text that somebody relies on it from now on. GitHub's own dates do not tell: a draft's is that of its commit. */
export function marked(body: string): string {
  return `${body.replace(MARK, "")}\n<!-- trainyard: relied on at ${new Date().toISOString()} -->\n`;
}

/** Milliseconds since 1970; null where nobody noted it. */
export function reliedOnAt(body: string): number | null {
  const at = Date.parse(MARK.exec(body)?.[1] ?? "");
  return Number.isNaN(at) ? null : at;
}

/** When somebody looked, and what they saw beside the releases. */
export interface Look {
  /** By performance.now(), before the question was sent. */
  readonly at: number;
  /** `gc` is taking releases away. */
  readonly collecting: boolean;
}

/**
 * Sees to it that a release stays for another half day. Nothing names it while a registration is under way, so `gc` could take an old one for garbage:
 * it is made young. Who looked before `gc` began, and is done within its notice, was seen by it; any other looks for a place of their own.
 * @returns Whether it stays.
 */
export async function stays(github: Github, release: Seen, look: Look): Promise<boolean> {
  const { id, title, body, publishedAt } = release;
  if (Date.now() - Math.max(publishedAt ?? 0, reliedOnAt(body) ?? 0) < YOUNG) return true;
  if (look.collecting) return false;
  try {
    await updateRelease(github, id, { title, body: marked(body) });
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
  return performance.now() - look.at < NOTICE;
}
