import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat } from "node:fs/promises";
import { isAbsolute, join, posix, resolve } from "node:path";
import { isRelativePath } from "@trainyard/core";
import { readBytes, readText } from "../local/plain-file.ts";
import { fieldOf } from "./commit-files.ts";
import type { DvcOutput } from "./dvc-outputs.ts";

/** A file as DVC keeps it: under its MD5, outside of git. */
export interface DvcFile {
  /** From the top of the repository. */
  readonly path: string;
  readonly file: string;
  readonly md5: string;
}

/**
 * The files of a path that an output holds, each looked up in the local cache and its MD5 checked, or why they cannot be had.
 * A folder is listed by its manifest in the cache (`.dir`), a JSON array of `md5` and `relpath`.
 */
export async function dvcFiles(
  repository: string,
  { path: held, md5 }: DvcOutput,
  wanted: string,
): Promise<{ files: DvcFile[] } | { missing: string }> {
  const cache = await cacheFolder(repository, held);
  if (cache === null) return { missing: "there is no .dvc folder here, so no cache" };
  const listed: { path: string; md5: string }[] = [];
  if (md5.endsWith(".dir")) {
    const list = await cached(cache, md5);
    if (list === null) return { missing: notCached(held, md5) };
    const entries = await dirEntries(list);
    if (entries === null) return { missing: `${held}: its list in the DVC cache (${md5}) is damaged` };
    for (const entry of entries) {
      const path = posix.join(held, entry.relpath);
      if (path === wanted || path.startsWith(`${wanted}/`) || wanted === held) listed.push({ path, md5: entry.md5 });
    }
    if (listed.length === 0) return { missing: `${wanted} is not in the folder ${held} that DVC tracks` };
  } else listed.push({ path: held, md5 });
  const files: DvcFile[] = [];
  for (const one of listed) {
    const file = await cached(cache, one.md5);
    if (file === null) return { missing: notCached(one.path, one.md5) };
    if ((await md5Of(file)) !== one.md5) return { missing: `${one.path}: its copy in the DVC cache is damaged` };
    files.push({ ...one, file });
  }
  return { files };
}

function notCached(path: string, md5: string): string {
  return `${path} (${md5}) is not in the DVC cache here; \`dvc fetch\` brings it`;
}

/** Null for a manifest that is none, or whose paths lead out of its folder. */
async function dirEntries(file: string): Promise<{ md5: string; relpath: string }[] | null> {
  let value: unknown;
  try {
    value = JSON.parse((await readText(file)) ?? "");
  } catch {
    return null;
  }
  if (!Array.isArray(value)) return null;
  const entries = value.map((entry: unknown) => ({ md5: fieldOf(entry, "md5"), relpath: fieldOf(entry, "relpath") }));
  const isSound = (entry: (typeof entries)[number]): entry is { md5: string; relpath: string } =>
    typeof entry.md5 === "string" &&
    /^[0-9a-f]{32}$/.test(entry.md5) &&
    typeof entry.relpath === "string" &&
    isRelativePath(entry.relpath);
  return entries.every(isSound) ? entries : null;
}

/** DVC 3 keeps files below files/md5, older ones at the top. */
async function cached(cache: string, md5: string): Promise<string | null> {
  const name = join(md5.slice(0, 2), md5.slice(2));
  for (const file of [join(cache, "files", "md5", name), join(cache, name)])
    if ((await lstat(file).catch(() => null))?.isFile()) return file;
  return null;
}

/** The cache of the DVC project that a path lies in: `.dvc/cache`, or where `cache.dir` of its config says. */
async function cacheFolder(repository: string, path: string): Promise<string | null> {
  for (let at = posix.dirname(path); ; at = posix.dirname(at)) {
    const home = join(repository, at, ".dvc");
    if ((await lstat(home).catch(() => null))?.isDirectory()) {
      for (const name of ["config.local", "config"]) {
        const set = cacheSetting((await readBytes(join(home, name)).catch(() => null))?.toString("utf8") ?? "");
        if (set !== null) return isAbsolute(set) ? set : resolve(home, set);
      }
      return join(home, "cache");
    }
    if (at === ".") return null;
  }
}

function cacheSetting(text: string): string | null {
  let section = "";
  for (const line of text.split(/\r?\n/)) {
    section = /^\s*\[\s*(.+?)\s*\]\s*$/.exec(line)?.[1] ?? section;
    const value = /^\s*dir\s*=\s*(.+?)\s*$/.exec(line)?.[1];
    if (value !== undefined && section === "cache") return value;
  }
  return null;
}

async function md5Of(file: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
