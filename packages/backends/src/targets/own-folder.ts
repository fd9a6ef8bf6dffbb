import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { TrainyardError } from "@trainyard/core";
import { errorCode } from "../local/file-refusals.ts";
import { isDraft } from "./draft-name.ts";

/** Files that other tools leave in any folder. */
const HARMLESS: ReadonlySet<string> = new Set([".gitkeep", ".gitignore", ".DS_Store", "lost+found"]);

/** Refuses a target folder with anything in it that a deployment does not put there. A folder that does not exist is fine. @throws TARGET_FOREIGN */
export async function mustBeOurs(folder: string, location: string): Promise<void> {
  const foreign = (found: string) => new TrainyardError("TARGET_FOREIGN", { path: location, found });
  const names = await entries(folder, foreign);
  for (const name of names) {
    if (name === "versions" || name === "current") {
      const stat = await lstat(join(folder, name));
      const right = name === "versions" ? stat.isDirectory() : stat.isSymbolicLink();
      if (!right)
        throw foreign(name === "versions" ? "a `versions` that is no folder" : "a `current` that is no symlink");
    } else if (!HARMLESS.has(name) && !name.startsWith(".lock") && !isDraft(name)) throw foreign(JSON.stringify(name));
  }
  if (!names.includes("versions")) return;
  for (const name of await entries(join(folder, "versions"), foreign)) {
    if (!/^[0-9a-f]{64}$/.test(name) && !HARMLESS.has(name)) throw foreign(JSON.stringify(`versions/${name}`));
  }
}

async function entries(folder: string, foreign: (found: string) => Error): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    if (errorCode(error) === "ENOTDIR") throw foreign("a file in place of the folder");
    throw error;
  }
}
