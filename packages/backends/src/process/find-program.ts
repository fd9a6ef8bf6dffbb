import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

type Found = { readonly path: string } | { readonly problem: string };

/** The file a command's first word starts, looked up as execvp does: with a slash from the folder, else along PATH. */
export function findProgram(word: string, folder: string, path: string): Found {
  const candidates = word.includes("/")
    ? [resolve(folder, word)]
    : path.split(delimiter).map((one) => join(resolve(folder, one), word)); // an empty part means the folder itself
  let present: string | null = null;
  for (const candidate of candidates) {
    if (!isFile(candidate)) continue;
    present ??= candidate;
    if (isExecutable(candidate)) return { path: candidate };
  }
  return {
    problem: present === null ? word : `${word} is there but may not be executed (chmod +x); a program of that name`,
  };
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // not there, or not to be seen: for a search that is the same
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
