import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type FileRef, isRelativePath, type RunFolder, TrainyardError } from "@trainyard/core";
import { writeRefusal } from "./file-refusals.ts";
import { copyHashed, digestFile, draftIn, publishDraft, readText, writeAtomically } from "./plain-file.ts";
import { sha256 } from "./sha256.ts";

/** The folder of one run: `record.json`, `log.txt`, `outputs/…`, `predictions/…`, `profiles/…`. */
export function runFolder(id: string, folder: string): RunFolder {
  function path(name: string): string {
    if (!isRelativePath(name)) throw new TrainyardError("PATH_OUTSIDE", { path: name, what: `The file of run ${id}` });
    return join(folder, name);
  }

  return {
    id,
    path,
    read: async (name) => readText(path(name)),

    async write(name, text) {
      await writeAtomically(path(name), text);
      return { path: name, size: Buffer.byteLength(text), digest: sha256(text) };
    },

    async add(name, file) {
      const target = path(name);
      const draft = draftIn(dirname(target));
      try {
        await mkdir(dirname(target), { recursive: true });
        const copied = await copyHashed(file, draft);
        await publishDraft(draft, target);
        return { path: name, ...copied };
      } catch (error) {
        throw writeRefusal(error, target);
      } finally {
        await rm(draft, { force: true });
      }
    },

    async ref(name): Promise<FileRef | null> {
      try {
        return { path: name, ...(await digestFile(path(name))) };
      } catch (error) {
        if (error instanceof TrainyardError && error.code === "FILE_NOT_FOUND") return null;
        throw error;
      }
    },
  };
}
