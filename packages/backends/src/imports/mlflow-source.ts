import { lstat, readdir } from "node:fs/promises";
import { isAbsolute, join, posix, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  byCodePoint,
  type FileRef,
  isRelativePath,
  type MlflowModel,
  type UpstreamBytes,
  withoutPassword,
} from "@trainyard/core";

import type { KeepFile } from "./keep-file.ts";

/** What an MLflow has, from its database or its server. */
export interface MlflowSource {
  readonly models: readonly MlflowModel[];
  /** Models that nothing more could be read of, and why. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
  /** Where the artifacts of runs (`runs:/ID`) and logged models (`models:/m-ID`) are: an URI. */
  readonly places: ReadonlyMap<string, string>;
  /** The folder that relative places start from; null where files of this machine are not to be touched, as another one names them. */
  readonly local: string | null;
}

/** More files than this are a data set, not a model. */
export const MOST_FILES = 10_000;

/** The place a version's source means once its run or logged model is looked up; null where that is not known. */
export function placeOf(source: string | null, places: MlflowSource["places"]): string | null {
  if (source === null) return null;
  const [, name, rest = ""] = /^(runs:\/[^/]+|models:\/m-[^/]+)(\/.*)?$/.exec(source) ?? [];
  if (name === undefined) return source;
  const place = places.get(name);
  return place === undefined ? null : `${place.replace(/\/+$/, "")}${rest}`;
}

/** The files of a place on this machine: a folder, without links in it. */
export async function localFiles(place: string, folder: string, keep: KeepFile): Promise<UpstreamBytes> {
  const path = localPath(place, folder);
  if (path === null) return { missing: `${withoutPassword(place).slice(0, 300)} is not on this machine` };
  const stat = await lstat(path).catch(() => null);
  if (stat === null) return { missing: `${path} is not there` };
  if (!stat.isDirectory()) return { missing: `${path} is not a folder` };
  const names = await plainNames(path);
  if (!Array.isArray(names)) return names;
  const files: FileRef[] = [];
  for (const name of names) files.push({ ...(await keep(join(path, name))), path: name });
  return { files };
}

function localPath(place: string, folder: string): string | null {
  if (/^file:/i.test(place)) {
    try {
      return fileURLToPath(place);
    } catch {
      return null;
    }
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(place)) return null;
  return isAbsolute(place) ? place : resolve(folder, place);
}

/** All files below a folder, by name. */
async function plainNames(folder: string): Promise<string[] | { missing: string }> {
  const names: string[] = [];
  const waiting = [""];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const name = posix.join(below, entry.name);
      if (entry.isSymbolicLink()) return { missing: `${name} in it is a symlink` };
      if (!isRelativePath(name)) return { missing: `${JSON.stringify(name)} in it cannot be a path here` };
      if (entry.isDirectory()) waiting.push(name);
      else names.push(name);
      if (names.length > MOST_FILES) return { missing: `it has more than ${MOST_FILES} files` };
    }
  }
  return names.sort(byCodePoint);
}
