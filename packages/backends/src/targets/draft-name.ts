import { createHash, randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

const DRAFT = /^\.(?:staging|current)-([0-9a-f]{8})-(\d+)-[0-9a-f-]{36}$/;
const host = () => createHash("sha256").update(hostname()).digest("hex").slice(0, 8);

/** A name for something unfinished that says whose it is: `.staging-<machine>-<process>-<random>`. */
export function draftName(kind: "staging" | "current"): string {
  return `.${kind}-${host()}-${process.pid}-${randomUUID()}`;
}

export function isDraft(name: string): boolean {
  return DRAFT.test(name);
}

/** Removes drafts whose process is gone. One of another machine stays: whether its process lives cannot be told. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, machine, pid] = DRAFT.exec(name) ?? [];
    if (machine !== host() || isAlive(Number(pid))) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
