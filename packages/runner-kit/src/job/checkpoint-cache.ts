import { rename, rm } from "node:fs/promises";
import { relative, sep } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Project } from "@trainyard/backends";
import type { RunRecord, Runs, Sha256 } from "@trainyard/core";
import { restoreCache, saveCache } from "../lazy/cache.ts";
import type { Job } from "../step/action.ts";
import type { GithubJob } from "../step/github-job.ts";
import { copyWhole, linkWhole, stateOf } from "./checkpoint-copy.ts";

/** A project whose checkpoints outlive its machine. */
export interface CheckpointCache extends AsyncDisposable {
  readonly project: Project;
  /** Keeps what an interrupted training left. Never throws: a checkpoint that cannot be kept costs time, nothing else. */
  keep(record: Pick<RunRecord, "model" | "inputsDigest">): Promise<void>;
}

/**
 * Checkpoints through the cache of the repository: brought back before a training starts whose folder is empty here, by its model and what goes in; kept
 * when the training is stopped and, with `checkpoint-every`, while it runs. The newest entry is what the folder last held: one that was emptied, because
 * its training is done, is kept empty. An entry is seen by jobs of its own branch or pull request, and of the default branch by all: what an entry holds,
 * code of that branch could have made anyway. What goes into the cache lies beside the folder, so that nobody writes to it meanwhile.
 */
export function checkpointCache(
  project: Project,
  { workspace }: Pick<Job, "workspace">,
  { runId, attempt }: Pick<GithubJob, "runId" | "attempt">,
): CheckpointCache {
  const { runs, progress, random } = project.backend;
  const looked = new Set<string>();
  const kept = new Set<string>(); // the cache holds something under these
  const watches = new Map<string, { readonly over: AbortController; readonly done: Promise<void> }>();

  /** Saves what lies beside the folder. */
  async function save(folder: string, prefix: string): Promise<boolean> {
    const beside = besideOf(folder);
    const key = `${prefix}${runId}.${attempt}.${random.uuid()}`;
    const done = await saveCache([portable(beside, workspace)], key).catch(() => false);
    if (done) kept.add(prefix);
    await rm(beside, { recursive: true, force: true });
    return done;
  }

  /** True where the cache had something, which is now in the folder. */
  async function bring(folder: string, prefix: string): Promise<boolean> {
    const beside = besideOf(folder);
    const path = portable(beside, workspace);
    const found = await restoreCache([path], `${prefix}${runId}.${attempt}`, [prefix]).catch(() => null);
    const holds = found !== null && (await stateOf(beside).catch(() => "")) !== "";
    if (holds) {
      await rm(folder, { recursive: true, force: true });
      await rename(beside, folder);
    }
    await rm(beside, { recursive: true, force: true });
    return holds;
  }

  /** Keeps what changed, every so many minutes, until the training is over. */
  async function watch(
    model: string,
    folder: string,
    { prefix, minutes, signal }: { prefix: string; minutes: number; signal: AbortSignal },
  ): Promise<void> {
    let last = await stateOf(folder);
    for (;;) {
      await pause(minutes * 60_000, null, { signal });
      if ((await stateOf(folder)) === last) continue;
      const copied = await copyWhole(folder, besideOf(folder));
      if (copied === null) continue; // it was being written: the next look finds it whole
      if (!(await save(folder, prefix))) {
        progress.note(`The checkpoint of ${model} could not be kept in the cache: a machine that dies takes it along.`);
        return;
      }
      last = copied;
      progress.done(model, "its checkpoint is kept for another machine");
    }
  }

  const checkpoints: Runs["checkpoints"] = async (model, digest) => {
    const here = await runs.checkpoints(model, digest);
    const prefix = prefixOf(model, digest);
    if (!looked.has(prefix)) {
      looked.add(prefix);
      if (!(await here.holds()) && (await bring(here.path, prefix))) {
        kept.add(prefix);
        progress.done(model, "goes on from the checkpoint that an earlier job kept");
      }
      const every = project.config.models[model]?.train["checkpoint-every"];
      if (every !== undefined) {
        const over = new AbortController();
        const setting = { prefix, minutes: every, signal: over.signal };
        watches.set(prefix, { over, done: watch(model, here.path, setting).catch(() => {}) }); // its end, or a folder that went
      }
    }
    return {
      ...here,
      async clear() {
        await end(prefix);
        await here.clear();
        if (kept.has(prefix)) {
          await linkWhole(here.path, besideOf(here.path));
          await save(here.path, prefix);
        }
      },
    };
  };

  return {
    project: { ...project, backend: { ...project.backend, runs: { ...runs, checkpoints } } },
    async keep({ model, inputsDigest }) {
      await end(prefixOf(model, inputsDigest));
      const { path, holds } = await runs.checkpoints(model, inputsDigest);
      if (!(await holds())) return;
      const done = await linkWhole(path, besideOf(path)).then(
        () => save(path, prefixOf(model, inputsDigest)),
        () => false,
      );
      if (done) progress.done(model, "its checkpoint is kept for another machine");
      else progress.note("The checkpoint could not be kept in the cache: only this machine can go on from it.");
    },
    async [Symbol.asyncDispose]() {
      for (const prefix of watches.keys()) await end(prefix);
    },
  };

  /** A save that is under way goes first: two at once would share the place beside the folder. */
  async function end(prefix: string): Promise<void> {
    watches.get(prefix)?.over.abort();
    await watches.get(prefix)?.done;
  }
}

const prefixOf = (model: string, digest: Sha256) => `trainyard-checkpoint-${model}-${digest.slice("sha256:".length)}-`;

const besideOf = (folder: string) => `${folder}.kept`;

/** An entry is found by the path it was saved under; runners check out in folders of their own, so it is told from there where it can be. */
function portable(folder: string, workspace: string): string {
  const path = relative(workspace, folder);
  return path.startsWith("..") ? folder : path.split(sep).join("/");
}
