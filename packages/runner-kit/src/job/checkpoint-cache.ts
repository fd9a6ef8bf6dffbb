import { relative, sep } from "node:path";
import type { Project } from "@trainyard/backends";
import type { RunRecord, Runs, Sha256 } from "@trainyard/core";
import { restoreCache, saveCache } from "../lazy/cache.ts";
import type { Job } from "../step/action.ts";
import type { GithubJob } from "../step/github-job.ts";

/** A project whose checkpoints outlive its machine. */
export interface CheckpointCache {
  readonly project: Project;
  /** Keeps what an interrupted training left. Never throws: a checkpoint that cannot be kept costs time, nothing else. */
  keep(record: Pick<RunRecord, "model" | "inputsDigest">): Promise<void>;
}

/**
 * Checkpoints through the cache of the repository: brought back before a training starts whose folder is empty here, by its model and what goes in. The
 * newest entry is what the folder last held: one that was emptied, because its training is done, is kept empty. An entry is seen by jobs of its own
 * branch or pull request, and of the default branch by all: what an entry holds, code of that branch could have made anyway.
 */
export function checkpointCache(
  project: Project,
  { workspace }: Pick<Job, "workspace">,
  { runId, attempt }: Pick<GithubJob, "runId" | "attempt">,
): CheckpointCache {
  const { runs, progress, random } = project.backend;
  const looked = new Set<string>();
  const kept = new Set<string>(); // the cache holds something under these

  async function save(folder: string, prefix: string): Promise<boolean> {
    const done = await saveCache([portable(folder, workspace)], `${prefix}${runId}.${attempt}.${random.uuid()}`).catch(
      () => false,
    );
    if (done) kept.add(prefix);
    return done;
  }

  const checkpoints: Runs["checkpoints"] = async (model, digest) => {
    const here = await runs.checkpoints(model, digest);
    const prefix = prefixOf(model, digest);
    if (!looked.has(prefix)) {
      looked.add(prefix);
      const found = (await here.holds()) ? null : await bring(here.path, prefix);
      if (found !== null && (await here.holds())) {
        kept.add(prefix);
        progress.done(model, "goes on from the checkpoint that an earlier job kept");
      }
    }
    return {
      ...here,
      async clear() {
        await here.clear();
        if (kept.has(prefix)) await save(here.path, prefix);
      },
    };
  };
  const bring = (folder: string, prefix: string) =>
    restoreCache([portable(folder, workspace)], `${prefix}${runId}.${attempt}`, [prefix]).catch(() => null);

  return {
    project: { ...project, backend: { ...project.backend, runs: { ...runs, checkpoints } } },
    async keep({ model, inputsDigest }) {
      const { path, holds } = await runs.checkpoints(model, inputsDigest);
      if (!(await holds())) return;
      if (await save(path, prefixOf(model, inputsDigest)))
        progress.done(model, "its checkpoint is kept for another machine");
      else progress.note("The checkpoint could not be kept in the cache: only this machine can go on from it.");
    },
  };
}

const prefixOf = (model: string, digest: Sha256) => `trainyard-checkpoint-${model}-${digest.slice("sha256:".length)}-`;

/** An entry is found by the path it was saved under; runners check out in folders of their own, so it is told from there where it can be. */
function portable(folder: string, workspace: string): string {
  const path = relative(workspace, folder);
  return path.startsWith("..") ? folder : path.split(sep).join("/");
}
