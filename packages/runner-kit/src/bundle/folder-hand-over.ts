import { cp, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digestFile } from "@trainyard/backends";
import { isRelativePath, ModelName, TrainyardError } from "@trainyard/core";
import { RECORD_FILE } from "./bundle-files.ts";
import type { HandedOn, HandOver } from "./hand-over.ts";
import { SCORES_FILE, SCORES_ID } from "./scores-file.ts";

const FOLDER = "handed-on";

/**
 * Run bundles through the folder that `store:` names, for servers without artifacts and for files too big for them. The digest of the record pins
 * the digests of all other files.
 */
export function folderHandOver(store: string, runId: number): HandOver {
  const place = (id: string) => {
    if (!isRelativePath(id) || !id.startsWith(`${FOLDER}/`))
      throw new TrainyardError("BUNDLE_GONE", { what: JSON.stringify(id), reason: "it is no bundle of this store" });
    return join(store, id);
  };

  return {
    sharesStore: true,
    refuseUnavailable() {},

    async send(half, { model, id: run, digest }, folder, files) {
      const id = `${FOLDER}/${runId}/${model}/${run}/${half}`;
      await rm(place(id), { recursive: true, force: true });
      for (const file of files) {
        const target = join(place(id), file);
        await mkdir(dirname(target), { recursive: true });
        await cp(join(folder, file), target);
      }
      return { id, digest };
    },

    async bring(half, { id, digest }, into) {
      const from = place(String(id));
      const stat = await lstat(from).catch(() => null);
      if (!stat?.isDirectory())
        throw new TrainyardError("BUNDLE_GONE", { what: String(id), reason: "the store has no such folder" });
      await cp(from, into, { recursive: true, verbatimSymlinks: true }); // links are found, and refused, when it is checked
      if (half === "bytes") return; // the record names each of its files with its digest
      const document = half === "record" ? RECORD_FILE : SCORES_FILE;
      const { digest: got } = await digestFile(join(into, document));
      if (got !== digest)
        throw new TrainyardError("DIGEST_MISMATCH", { what: `${id}/${document}`, expected: digest, got });
    },

    async refuseOthers({ id }, made, run) {
      const got = String(id).split("/")[1] ?? "none";
      if (got !== String(made))
        throw new TrainyardError("BUNDLE_FOREIGN", { run, field: "workflow run", expected: String(made), got });
    },

    async list(run) {
      const found: HandedOn[] = [];
      const top = place(`${FOLDER}/${run}`);
      for (const model of await foldersIn(top)) {
        if (!ModelName.safeParse(model).success) continue;
        const scores = `${FOLDER}/${run}/${model}/${SCORES_ID}/scores`;
        const scored = await digestFile(join(place(scores), SCORES_FILE)).catch(() => null);
        if (scored !== null) found.push({ model, half: "scores", part: { id: scores, digest: scored.digest } });
        const newest = await newestRecord(join(top, model));
        if (newest === null) continue;
        const { digest } = await digestFile(join(top, model, newest, "record", RECORD_FILE));
        for (const half of ["record", "bytes"] as const)
          if ((await foldersIn(join(top, model, newest))).includes(half))
            found.push({ model, half, part: { id: `${FOLDER}/${run}/${model}/${newest}/${half}`, digest } });
      }
      return found;
    },
  };
}

async function newestRecord(folder: string): Promise<string | null> {
  const runs: { run: string; at: number }[] = [];
  for (const run of await foldersIn(folder)) {
    const stat = await lstat(join(folder, run, "record", RECORD_FILE)).catch(() => null);
    if (stat !== null) runs.push({ run, at: stat.mtimeMs });
  }
  return runs.sort((a, b) => b.at - a.at)[0]?.run ?? null;
}

/** Names of the folders in a folder; none where it is not there. */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
