import type { Dirent } from "node:fs";
import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { instant, ModelName, parseJson, type RunFolder, type Runs, TrainyardError } from "@trainyard/core";
import { describeOwner, tryLock } from "./file-lock.ts";
import { errorCode, writeRefusal } from "./file-refusals.ts";
import { leftBehind } from "./left-behind.ts";
import { readText } from "./plain-file.ts";
import { runFolder } from "./run-folder.ts";
import { makeStateFolder } from "./state-folder.ts";

const RECORD = "record.json";
const RUN_ID = /^[0-9a-z][0-9a-z-]{3,63}$/; // as RunRecord has it

/**
 * Run bundles below `runs/MODEL/ID/` of the state folder; `checkpoints/MODEL/HEX` and the locks of models lie beside them.
 * A bundle without a record belongs to a run that is under way, or that was killed.
 */
export function localRuns(state: string): Runs {
  const runs = join(state, "runs");
  const folderOf = (model: string) => join(runs, named("a model", model, ModelName.safeParse(model).success));

  /** Every run here that has a folder, finished or not. */
  async function everyRun(): Promise<{ id: string; folder: string }[]> {
    const found: { id: string; folder: string }[] = [];
    for (const model of await foldersIn(runs)) {
      for (const id of await foldersIn(join(runs, model))) found.push({ id, folder: join(runs, model, id) });
    }
    return found;
  }

  return {
    async create(model, id) {
      const folder = join(folderOf(model), named("a run", id, RUN_ID.test(id)));
      await makeStateFolder(state);
      try {
        await mkdir(folderOf(model), { recursive: true });
        await mkdir(folder);
      } catch (error) {
        if (errorCode(error) === "EEXIST") throw new TrainyardError("FILE_EXISTS", { path: folder }, { cause: error });
        throw writeRefusal(error, folder);
      }
      return runFolder(id, folder);
    },

    async open(id) {
      if (id.includes("/")) return opened(basename(resolve(id)), resolve(id)); // a bundle brought from elsewhere
      const all = await everyRun();
      const matches = all.filter((run) => run.id === id || (id.length >= 4 && run.id.startsWith(id)));
      const exact = matches.find((run) => run.id === id) ?? (matches.length === 1 ? matches[0] : undefined);
      if (exact !== undefined) return opened(exact.id, exact.folder);
      if (matches.length > 1)
        throw new TrainyardError("RUN_AMBIGUOUS", { run: id, matches: matches.map((run) => run.id).sort() });
      const newest = await newestFirst(all);
      throw new TrainyardError("RUN_UNKNOWN", { run: id, known: newest.slice(0, 5) });
    },

    async list(model) {
      const folder = folderOf(model);
      return newestFirst((await foldersIn(folder)).map((id) => ({ id, folder: join(folder, id) })));
    },

    models: () => foldersIn(runs),

    async checkpoints(model, inputsDigest) {
      named("a model", model, ModelName.safeParse(model).success);
      await makeStateFolder(state);
      const path = join(state, "checkpoints", model, inputsDigest.replace("sha256:", ""));
      const make = () =>
        mkdir(path, { recursive: true }).catch((error: unknown) => Promise.reject(writeRefusal(error, path)));
      await make();
      return {
        path,
        holds: async () => (await readdir(path)).length > 0,
        async clear() {
          await rm(path, { recursive: true, force: true });
          await make();
        },
      };
    },

    async lock(model) {
      named("a model", model, ModelName.safeParse(model).success);
      await makeStateFolder(state);
      const path = join(state, "locks", `${model}.train`);
      const outcome = await tryLock(path);
      if ("release" in outcome) {
        const running = leftBehind((await foldersIn(folderOf(model))).map((id) => join(folderOf(model), id)));
        if (running === null) return outcome.release;
        await outcome.release();
        throw new TrainyardError("RUN_LEFT_BEHIND", { model, pid: running.pid });
      }
      throw new TrainyardError("RUN_BUSY", { model, owner: describeOwner(outcome.owner, path) });
    },
  };
}

/** A name that becomes a part of a path. @throws NAME_INVALID */
function named(what: string, name: string, valid: boolean): string {
  if (valid) return name;
  throw new TrainyardError("NAME_INVALID", { what, name, rule: "lower-case letters, digits and `-`, `_`, `.` inside" });
}

async function opened(id: string, folder: string): Promise<RunFolder> {
  const stat = await lstat(join(folder, RECORD)).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return null;
    throw error;
  });
  if (stat?.isFile()) return runFolder(id, folder);
  const problem =
    stat === null ? `it has no ${RECORD}; the run is under way, or was killed` : `${RECORD} is not a plain file`;
  throw new TrainyardError("BUNDLE_INVALID", { path: folder, problem });
}

/** Names of the folders in a folder; none when it does not exist. */
async function foldersIn(folder: string): Promise<string[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error; // an unreadable folder is not an empty history
  }
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** Finished runs by the start their record tells; where that is the same (a simulated clock stands still), by when the record was written. */
async function newestFirst(runs: readonly { id: string; folder: string }[]): Promise<string[]> {
  const finished: { id: string; started: number; written: bigint }[] = [];
  for (const { id, folder } of runs) {
    const path = join(folder, RECORD);
    const stat = await lstat(path, { bigint: true }).catch(() => null);
    if (stat === null) continue;
    const written = stat.mtimeNs;
    // A damaged record keeps its place in the list, so that using it is refused with the reason rather than the run being lost.
    const started = startOf(await readText(path).catch(() => null), path) ?? Number(written / 1_000_000n);
    finished.push({ id, started, written });
  }
  return finished
    .sort((a, b) => b.started - a.started || Number(b.written - a.written) || (a.id < b.id ? 1 : -1))
    .map((run) => run.id);
}

function startOf(text: string | null, path: string): number | null {
  try {
    const record = parseJson(text ?? "", path) as { startedAt?: unknown };
    return typeof record.startedAt === "string" ? instant(record.startedAt) : null;
  } catch {
    return null;
  }
}
