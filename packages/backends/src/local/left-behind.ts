import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "@trainyard/core";
import { errorCode } from "./file-refusals.ts";
import { mayBeAlive, type ProcessIdentity, processWith } from "./process-identity.ts";

/** What a file that names a running command ends in; it lies beside the command's log while the command runs. */
const SUFFIX = ".process";
const Identity = z.object({ pid: z.int().positive(), started: z.string().nullable(), host: z.string() });

/** Notes which process a command is, so that a later run can find it when we are killed and it is not. */
export function noteProcess(log: string, pid: number): () => void {
  const file = `${log}${SUFFIX}`;
  writeFileSync(file, JSON.stringify(processWith(pid)));
  return () => rmSync(file, { force: true });
}

/** The first command of these folders that still runs although the Trainyard that started it is gone; notes of dead ones are removed. */
export function leftBehind(folders: readonly string[]): ProcessIdentity | null {
  for (const folder of folders) {
    for (const name of namesIn(folder).filter((entry) => entry.endsWith(SUFFIX))) {
      const file = join(folder, name);
      const owner = identityIn(file);
      if (owner !== null && mayBeAlive(owner)) return owner;
      rmSync(file, { force: true });
    }
  }
  return null;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
    throw error;
  }
}

/** Null for a note that was cut off while it was written: its writer died before the command could do much. */
function identityIn(file: string): ProcessIdentity | null {
  try {
    return Identity.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}
