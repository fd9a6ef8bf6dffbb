import { cp, link, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/** What a folder holds, so that two looks can be compared: every file's path, size and time of change; "" when it holds none. */
export async function stateOf(folder: string): Promise<string> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const { size, mtimeNs, ino } = await lstat(path, { bigint: true });
    found.push(JSON.stringify([relative(folder, path), String(size), String(mtimeNs), String(ino)]));
  }
  return found.sort().join("\n");
}

/** Copies a folder that a training may be writing to. @returns What it held; null where it changed meanwhile, or holds nothing: the copy is worth nothing then. */
export async function copyWhole(folder: string, into: string): Promise<string | null> {
  await rm(into, { recursive: true, force: true });
  const before = await stateOf(folder);
  if (before === "") return null;
  await cp(folder, into, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return (await stateOf(folder)) === before ? before : null;
}

/** The same files under another name, at once: for a folder that nobody writes to any more. Where the disk knows no links they are copied. */
export async function linkWhole(folder: string, into: string): Promise<void> {
  await rm(into, { recursive: true, force: true });
  await mkdir(into, { recursive: true });
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const target = join(into, relative(folder, path));
    if (entry.isDirectory()) await mkdir(target, { recursive: true });
    else {
      await mkdir(dirname(target), { recursive: true });
      await link(path, target).catch(() => cp(path, target, { verbatimSymlinks: true }));
    }
  }
}
