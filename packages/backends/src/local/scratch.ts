import { chmod, lstat, mkdir, mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isRelativePath, type Scratch, TrainyardError } from "@trainyard/core";
import { errorCode, writeRefusal } from "./file-refusals.ts";
import { copyHashed, readText, writeAtomically } from "./plain-file.ts";

/** A new empty folder below the system's temporary one, for what a command is handed and what it writes. */
export async function makeScratch(): Promise<Scratch> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "trainyard-")).catch(refuse(tmpdir())));

  function path(name: string): string {
    if (name === "") return folder;
    if (!isRelativePath(name)) throw new TrainyardError("PATH_OUTSIDE", { path: name, what: "The scratch file" });
    return join(folder, name);
  }

  return {
    path,
    write: async (name, text) => writeAtomically(path(name), text),
    read: async (name) => readText(path(name)),

    async add(name, file) {
      await mkdir(dirname(path(name)), { recursive: true }).catch(refuse(path(name)));
      await copyHashed(file, path(name));
    },

    async size(name) {
      try {
        const stat = await lstat(path(name));
        return stat.isFile() ? stat.size : null;
      } catch (error) {
        if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return null;
        throw error;
      }
    },

    seal: async (name) => changeModes(path(name), (mode) => mode & ~0o222),

    async remove() {
      await changeModes(folder, (mode) => mode | 0o700).catch(() => {}); // rm says what really stands in the way
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Changes the permissions of a file or of a folder and everything below it; of symlinks never, for they may lead anywhere. */
async function changeModes(path: string, change: (mode: number) => number): Promise<void> {
  const stat = await lstat(path);
  if (stat.isSymbolicLink()) return;
  const opens = stat.isDirectory() && (change(stat.mode) & 0o200) !== 0;
  if (opens) await chmod(path, change(stat.mode) & 0o7777); // before what lies in it
  if (stat.isDirectory()) for (const name of await readdir(path)) await changeModes(join(path, name), change);
  if (!opens) await chmod(path, change(stat.mode) & 0o7777);
}

const refuse = (path: string) => (error: unknown) => {
  throw writeRefusal(error, path);
};
