import type { Dirent } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { join, matchesGlob, sep } from "node:path";
import { byCodePoint, isRelativePath, TrainyardError } from "@trainyard/core";
import { errorCode, readRefusal } from "./file-refusals.ts";

/** A file or a symlink that a pattern named. */
export interface Match {
  /** Relative to the root, `/` between parts. */
  readonly path: string;
  /** A symlink; where it leads is checked by who uses it. */
  readonly link: boolean;
}

export interface Walk {
  /** Absolute and canonical. */
  readonly root: string;
  /** Absolute folders that are never looked into, beside every `.git`. */
  readonly skip: readonly string[];
  /** Whether folders that are symlinks inside the root are looked into, and symlinks to nowhere left out. */
  readonly follow: boolean;
}

const GLOB = /[*?[\]{}]/;

/**
 * What patterns match: a file, a folder (everything below it), or a glob of `*`, `**`, `?`, `[…]`, `{a,b}`, in which a wildcard matches no
 * leading dot. What is literally there goes before reading a name as a glob. A pattern that matches nothing gives nothing.
 *
 * @returns Sorted by code point, each path once.
 * @throws PATH_OUTSIDE for `..`, absolute patterns and symlinks out of the root; FILE_UNREADABLE; NAME_INVALID for names a document cannot hold
 */
export async function matchPatterns(patterns: readonly string[], walk: Walk): Promise<Match[]> {
  const found = new Map<string, Match>();
  for (const pattern of patterns) {
    const clean = cleaned(pattern);
    for await (const match of matchesOf(clean, walk)) found.set(match.path, match);
  }
  return [...found.values()].sort((a, b) => byCodePoint(a.path, b.path));
}

/** `./raw/` → `raw`. @throws PATH_OUTSIDE */
function cleaned(pattern: string): string {
  const clean = pattern.replace(/^(?:\.\/+)+/, "").replace(/\/+$/, "") || ".";
  if (!isRelativePath(clean)) throw outside(pattern);
  return clean;
}

const outside = (path: string) => new TrainyardError("PATH_OUTSIDE", { path, what: "The path" });

async function* matchesOf(pattern: string, walk: Walk): AsyncGenerator<Match> {
  const literal = await kindOf(pattern, walk);
  if (literal === "folder") yield* below(pattern, walk, []);
  else if (literal !== null) yield { path: pattern, link: literal === "link" };
  else if (GLOB.test(pattern)) {
    const parts = pattern.split("/");
    const fixed =
      parts
        .slice(
          0,
          parts.findIndex((part) => GLOB.test(part)),
        )
        .join("/") || ".";
    if ((await kindOf(fixed, walk)) !== "folder") return;
    for await (const match of below(fixed, walk, [])) if (matchesGlob(match.path, pattern)) yield match;
    // A glob may also name folders, `data/2001-*`: everything below these.
    for (const folder of await foldersMatching(pattern, fixed, walk)) yield* below(folder, walk, []);
  }
}

async function foldersMatching(pattern: string, fixed: string, walk: Walk): Promise<string[]> {
  const found: string[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    for (const entry of await entriesOf(folder, walk)) {
      if (!entry.isDirectory()) continue;
      const path = joined(folder, entry.name);
      if (matchesGlob(path, pattern)) found.push(path);
      else if (depth > 1 || pattern.includes("**")) await visit(path, depth - 1);
    }
  };
  await visit(fixed, pattern.split("/").length - (fixed === "." ? 0 : fixed.split("/").length));
  return found;
}

type Kind = "file" | "folder" | "link" | null;

/** What lies at a path; null when nothing does. A symlink to a folder inside is a folder when following. */
async function kindOf(path: string, walk: Walk): Promise<Kind> {
  const absolute = join(walk.root, path);
  if (walk.skip.some((folder) => isInside(absolute, folder)) || path.split("/").includes(".git")) return null;
  try {
    const parent = await realpath(join(absolute, ".."));
    if (path !== "." && !isInside(parent, walk.root)) throw outside(path);
    const entry = await lstat(absolute);
    if (entry.isDirectory()) return "folder";
    if (entry.isSymbolicLink()) return await linkKind(path, walk);
    if (entry.isFile()) return "file";
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return null;
    throw readRefusal(error, path);
  }
  throw new TrainyardError("FILE_UNREADABLE", { path, problem: "it is a socket, a pipe or a device" });
}

async function linkKind(path: string, walk: Walk): Promise<Kind> {
  if (!walk.follow) return "link";
  let target: string;
  try {
    target = await realpath(join(walk.root, path));
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ELOOP") return null;
    throw error;
  }
  if (!isInside(target, walk.root)) throw outside(path);
  return (await stat(target)).isDirectory() ? "folder" : "link";
}

/** Everything below a folder. `above` are the real paths of the folders on the way, so that a symlink to one of them does not go round. */
async function* below(folder: string, walk: Walk, above: readonly string[]): AsyncGenerator<Match> {
  const real = await realpath(join(walk.root, folder));
  if (above.includes(real)) return;
  for (const entry of await entriesOf(folder, walk)) {
    const path = joined(folder, entry.name);
    if (!isRelativePath(path) || (await isLossy(entry.name, path, walk))) throw unnameable(path);
    const kind = entry.isFile() ? "file" : await kindOf(path, walk);
    if (kind === "folder") yield* below(path, walk, [...above, real]);
    else if (kind !== null) yield { path, link: kind === "link" };
  }
}

/** A name that is not UTF-8 is listed with replacement characters, under which nothing is there. */
async function isLossy(name: string, path: string, walk: Walk): Promise<boolean> {
  return name.includes("\uFFFD") && (await lstat(join(walk.root, path)).catch(() => null)) === null;
}

async function entriesOf(folder: string, walk: Walk): Promise<Dirent[]> {
  try {
    const entries = await readdir(join(walk.root, folder), { withFileTypes: true });
    return entries.filter((entry) => entry.name !== ".git" && !walk.skip.includes(join(walk.root, folder, entry.name)));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return []; // removed meanwhile
    throw readRefusal(error, folder);
  }
}

const unnameable = (name: string) =>
  new TrainyardError("NAME_INVALID", { what: "a file", name, rule: "no backslashes or control characters, in UTF-8" });

const joined = (folder: string, name: string) => (folder === "." ? name : `${folder}/${name}`);

/** True for the folder itself and what lies below it; both absolute and canonical. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
