import { lstat, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CONFIG_NAME, TrainyardError } from "@trainyard/core";
import { errorCode, readRefusal } from "../local/file-refusals.ts";

/**
 * The folder that holds trainyard.yaml: this one or the nearest above it. Absolute, canonical.
 * @throws CONFIG_NOT_FOUND, FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function projectFolder(from: string): Promise<string> {
  const start = resolve(from);
  try {
    if (!(await stat(start)).isDirectory())
      throw new TrainyardError("FILE_UNREADABLE", { path: start, problem: "it is not a folder" });
  } catch (error) {
    throw readRefusal(error, from, "The folder");
  }
  const folder = await realpath(start);
  for (let here = folder; ; here = dirname(here)) {
    if (await exists(join(here, CONFIG_NAME))) return here;
    if (dirname(here) === here) throw new TrainyardError("CONFIG_NOT_FOUND", { folder });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return false;
    throw readRefusal(error, path);
  }
}
