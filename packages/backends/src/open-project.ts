import { userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { type Actor, openRegistry, type Progress } from "@trainyard/core";
import { loadConfig } from "./config/load-config.ts";
import { openBranch, type RegistryWrite } from "./git/choose-branch.ts";
import { runGit } from "./git/git.ts";
import { gitSource } from "./git/git-source.ts";
import { clockFrom } from "./local/clock.ts";
import { localMachine } from "./local/machine.ts";
import { systemRandom } from "./local/random.ts";
import { localRuns } from "./local/runs.ts";
import { sha256 } from "./local/sha256.ts";
import { folderStore } from "./local/store.ts";
import { localWorkspace } from "./local/workspace.ts";
import { localProcesses } from "./process/run-command.ts";
import type { Stop } from "./process/stop.ts";
import type { Project } from "./project.ts";
import { openTables } from "./tables/open-tables.ts";
import { openTargets } from "./targets/open-targets.ts";

export interface ProjectOptions {
  /** Where to look for trainyard.yaml: here or above. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
  readonly stop: Stop;
  /** Where registry writes go when origin has a registry; null: refused there; `job`: to origin where there is one. */
  readonly write: RegistryWrite;
  /** Version of what runs, recorded. */
  readonly tool: string;
  /** Who acts; default: git's user.name, else the system's user. */
  readonly actor?: Actor;
  /** Seconds a stopped command gets to save a checkpoint. */
  readonly grace?: number;
}

/** Opens the project a folder lies in, on the local backend. @throws CONFIG_NOT_FOUND, GIT_MISSING, NO_REPOSITORY and what the config refuses */
export async function openProject(options: ProjectOptions): Promise<Project> {
  const { root, config } = await loadConfig(options.folder);
  const { environment, progress, stop } = options;
  const state = isAbsolute(config.store) ? config.store : join(root, config.store);
  const clock = clockFrom(environment);
  const actor = options.actor ?? (await personHere(root));
  const chosen = await openBranch({ root, write: options.write, actor, clock, note: (text) => progress.note(text) });
  const backend = {
    branch: chosen.branch,
    store: folderStore(state),
    runs: localRuns(state),
    workspace: localWorkspace(root, state),
    source: gitSource(root),
    processes: localProcesses({
      folder: root,
      environment,
      stop,
      ...(options.grace === undefined ? {} : { grace: options.grace }),
    }),
    tables: openTables(),
    targets: openTargets(root),
    machine: localMachine(environment),
    sha256,
    clock,
    random: systemRandom(),
    actor,
    progress,
  };
  return {
    root,
    config,
    backend,
    registry: openRegistry(backend),
    stop,
    mayWrite: () => chosen.mayWrite(),
    tool: `trainyard ${options.tool}`,
  };
}

/** The person at this machine, as git knows them. */
async function personHere(root: string): Promise<Actor> {
  const { code, stdout } = await runGit(root, ["config", "user.name"]);
  const name = code === 0 ? stdout.trim() : "";
  return { name: name === "" ? userInfo().username : name, kind: "person" };
}
