import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { TrainyardError } from "@trainyard/core";
import { readRefusal } from "../local/file-refusals.ts";

/** The folder that `--from` names, relative to where the command was given. @throws FILE_NOT_FOUND, FILE_UNREADABLE */
export async function repositoryFolder(folder: string, from: string): Promise<string> {
  const path = resolve(folder, from);
  try {
    if ((await stat(path)).isDirectory()) return path;
  } catch (error) {
    throw readRefusal(error, from, "The repository");
  }
  throw new TrainyardError("FILE_UNREADABLE", { path: from, problem: "it is not a folder" });
}
