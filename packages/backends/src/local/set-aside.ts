import { randomUUID } from "node:crypto";
import { copyFile, lstat, mkdir, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorCode, writeRefusal } from "./file-refusals.ts";
import { draftIn, readText, writeAtomically } from "./plain-file.ts";
import { mayBeAlive, type ProcessIdentity, thisProcess } from "./process-identity.ts";
import { makeStateFolder } from "./state-folder.ts";

const OWNER = "owner.json";
const FILES = "files";
const DISCARDED = ".discarded";

export interface Aside {
  /** Puts back what did not come into being anew. */
  restore(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Moves files out of the project, into a folder beside them that says whose they are: when that process is killed, the next one puts them back.
 *
 * @param home Folder of all that is set aside; on the project's disk, so that a move is a rename.
 * @param paths Files and symlinks relative to the root.
 * @throws DISK_FULL, FILE_UNWRITABLE
 */
export async function setAside(root: string, state: string, home: string, paths: readonly string[]): Promise<Aside> {
  const folder = join(home, randomUUID());
  if (paths.length > 0) {
    await makeStateFolder(state);
    await writeAtomically(join(folder, OWNER), JSON.stringify(thisProcess())); // before the first move
    try {
      for (const path of paths) await move(join(root, path), join(folder, FILES, path));
    } catch (error) {
      await restoreFrom(folder, root);
      throw writeRefusal(error, folder);
    }
  }
  return { restore: () => restoreFrom(folder, root), discard: () => discard(folder) };
}

/** Puts back what killed processes left aside, and finishes what they were discarding. */
export async function recoverAside(root: string, home: string): Promise<void> {
  for (const name of await namesIn(home)) {
    const folder = join(home, name);
    if (name.endsWith(DISCARDED)) await rm(folder, { recursive: true, force: true });
    else if (await isLeftBehind(folder)) await restoreFrom(folder, root);
  }
}

async function isLeftBehind(folder: string): Promise<boolean> {
  const text = await readText(join(folder, OWNER));
  if (text === null) return (await namesIn(join(folder, FILES))).length === 0 ? isOld(folder) : true;
  try {
    return !mayBeAlive(JSON.parse(text) as ProcessIdentity);
  } catch {
    return true; // cut short: its writer was killed
  }
}

/** A folder whose owner is not written yet may be another process's that is just starting. */
async function isOld(folder: string): Promise<boolean> {
  const stat = await lstat(folder).catch(() => null);
  return stat !== null && Date.now() - stat.mtimeMs > 60_000;
}

async function restoreFrom(folder: string, root: string): Promise<void> {
  for await (const path of filesBelow(join(folder, FILES), "")) {
    const target = join(root, path);
    if ((await lstat(target).catch(() => null)) !== null) continue; // written anew
    await move(join(folder, FILES, path), target).catch((error: unknown) => {
      // Where the run made a file of what was a folder, or another process was faster to put it back, there is nothing to restore.
      if (errorCode(error) !== "ENOTDIR" && errorCode(error) !== "EEXIST" && errorCode(error) !== "ENOENT") throw error;
    });
  }
  await discard(folder);
}

/** In two steps, so that one who is killed in between leaves a folder that is known to be done with. */
async function discard(folder: string): Promise<void> {
  try {
    await rename(folder, folder + DISCARDED);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return; // nothing was set aside, or it was done already
    throw error;
  }
  await rm(folder + DISCARDED, { recursive: true, force: true });
}

async function* filesBelow(folder: string, prefix: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  });
  for (const entry of entries) {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(join(folder, entry.name), path);
    else if (!entry.name.endsWith(".tmp") || !entry.name.startsWith(".")) yield path;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

async function move(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await rename(from, to);
  } catch (error) {
    if (errorCode(error) !== "EXDEV") throw error;
    await moveAcross(from, to); // a part of the project is a disk of its own
  }
}

async function moveAcross(from: string, to: string): Promise<void> {
  const draft = draftIn(dirname(to));
  try {
    if ((await lstat(from)).isSymbolicLink()) await symlink(await readlink(from), draft);
    else await copyFile(from, draft);
    await rename(draft, to);
  } finally {
    await rm(draft, { force: true });
  }
  await rm(from);
}
