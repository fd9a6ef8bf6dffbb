import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRegistry, type Progress, type Registry, type RegistryBranch, type Store } from "@trainyard/core";
import type { GithubConnection } from "../github/call/connection.ts";
import type { Github } from "../github/call/github.ts";
import { clockFrom } from "../local/clock.ts";
import { systemRandom } from "../local/random.ts";
import { sha256 } from "../local/sha256.ts";

/** The registry and the releases of a repository on GitHub, looked at from outside a job. What is read lies in a folder of its own until it is closed. */
export interface Releases extends AsyncDisposable {
  readonly github: Github;
  readonly branch: RegistryBranch;
  readonly registry: Registry;
  readonly store: Store;
}

/** @param root A clone whose objects spare a part of the fetch; null for none. */
export async function openReleases(
  connection: GithubConnection,
  root: string | null,
  {
    environment,
    progress,
  }: { readonly environment: Readonly<Record<string, string | undefined>>; readonly progress: Progress },
): Promise<Releases> {
  const [{ openGithub }, { githubBranch }, { githubStore }, { registryHomes }] = await Promise.all([
    import("../github/call/github.ts"),
    import("../github/registry/registry-branch.ts"),
    import("../github/store/github-store.ts"),
    import("../github/store/registry-homes.ts"),
  ]);
  const github = openGithub(connection);
  const actor = { name: "trainyard", kind: "person" } as const; // writes no commit there
  const clock = clockFrom(environment);
  const state = await mkdtemp(join(tmpdir(), "trainyard-releases-"));
  const remove = () => rm(state, { recursive: true, force: true });
  try {
    const { branch } = await githubBranch({ root, github, actor, clock });
    const registry = openRegistry({ branch, sha256, clock, random: systemRandom(), actor });
    const store = githubStore({ github, state, homes: registryHomes(registry), progress });
    return {
      github,
      branch,
      registry,
      store,
      async [Symbol.asyncDispose]() {
        branch.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
