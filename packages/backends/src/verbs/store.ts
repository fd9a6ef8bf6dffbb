import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { collectGarbage, type Garbage, type Restoration, restore, TrainyardError } from "@trainyard/core";
import { openBranch, REGISTRY_REF } from "../git/choose-branch.ts";
import { findRepository } from "../git/git.ts";
import { openGitBranch } from "../git/git-branch.ts";
import { folderSource } from "../local/blob-source.ts";
import { systemClock } from "../local/clock.ts";
import type { Project } from "../project.ts";

/** `gc`: what in the store belongs to nothing; with `prune`, takes it away. */
export async function gcVerb(
  { root, config, backend, registry }: Project,
  inputs: { prune: boolean; "sole-user": boolean },
): Promise<Garbage> {
  const { prune } = inputs;
  const state = isAbsolute(config.store) ? config.store : join(root, config.store);
  if (prune && !inputs["sole-user"] && (await isOutside(state, root)))
    throw new TrainyardError("STORE_ELSEWHERE", { path: state });

  const { actor, sha256, store, runs, clock } = backend;
  const note = (problem: string) => {
    if (prune) throw new TrainyardError("SERVICE_UNREACHABLE", { service: "origin", problem: problem.trim() });
    backend.progress.note(problem);
  };
  // The store holds the bytes of every registry this clone knows, whichever of them is written now.
  const { commonFolder: folder } = await findRepository(root);
  const branches = await Promise.all([
    openBranch({ root, write: null, actor, clock, note }).then(({ branch }) => branch),
    openBranch({ root, write: "local", actor, clock }).then(({ branch }) => branch),
    openGitBranch({
      folder,
      ref: REGISTRY_REF,
      name: "trainyard/registry",
      seen: "refs/trainyard/seen/registry",
      actor,
      clock,
    }),
  ]);
  try {
    const models = [...Object.keys(config.models), ...(await registry.models())];
    const registries = branches.map((branch) => ({ branch, sha256 }));
    return await collectGarbage({ prune, models, now: systemClock().now() }, { registries, store, runs });
  } finally {
    for (const branch of branches) branch.close();
  }
}

async function isOutside(state: string, root: string): Promise<boolean> {
  const real = await realpath(state).catch(() => state);
  const way = relative(await realpath(root), real);
  return way.startsWith("..") || isAbsolute(way);
}

/** `restore`: puts back lost or damaged bytes from another store, run bundles, or any folder that has them. */
export async function restoreVerb({ backend }: Project, folder: string, from: string): Promise<Restoration> {
  return restore(folderSource(resolve(folder, from)), backend);
}
