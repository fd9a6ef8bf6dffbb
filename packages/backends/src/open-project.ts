import { isAbsolute, join } from "node:path";
import type { Progress, Registry, Store } from "@trainyard/core";
import { loadConfig } from "./config/load-config.ts";
import { gitSource } from "./git/git-source.ts";
import { localMachine } from "./local/machine.ts";
import { localRuns } from "./local/runs.ts";
import { sha256 } from "./local/sha256.ts";
import { folderStore } from "./local/store.ts";
import { localWorkspace } from "./local/workspace.ts";
import { openProjectRegistry, type ProjectRegistry, type ProjectRegistryOptions } from "./open-project-registry.ts";
import { localProcesses } from "./process/run-command.ts";
import type { Stop } from "./process/stop.ts";
import type { Project } from "./project.ts";
import { openTables } from "./tables/open-tables.ts";
import { openTargets } from "./targets/open-targets.ts";

export interface ProjectOptions extends ProjectRegistryOptions {
  readonly progress: Progress;
  readonly stop: Stop;
  /** Version of what runs, recorded. */
  readonly tool: string;
  /** Seconds a stopped command gets to save a checkpoint. */
  readonly grace?: number;
  /** The project's registry, where it was opened already. */
  readonly registry?: Promise<ProjectRegistry>;
  /** Where bytes go, instead of the folder that the config's `store` names. */
  readonly store?: (at: { readonly state: string; readonly registry: Registry }) => Store;
}

/** Opens the project a folder lies in, on the local backend. @throws CONFIG_NOT_FOUND, GIT_MISSING, NO_REPOSITORY and what the config refuses */
export async function openProject(options: ProjectOptions): Promise<Project> {
  const { environment, progress, stop } = options;
  const opening = options.registry ?? openProjectRegistry(options); // git answers while the config is read
  opening.catch(() => {}); // a wrong config is told first
  const { root, config } = await loadConfig(options.folder);
  const { chosen, registry, actor, clock, random } = await opening;
  const state = isAbsolute(config.store) ? config.store : join(root, config.store);
  const backend = {
    branch: chosen.branch,
    store: options.store?.({ state, registry }) ?? folderStore(state),
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
    random,
    actor,
    progress,
  };
  return {
    root,
    config,
    backend,
    registry,
    stop,
    mayWrite: () => chosen.mayWrite(),
    tool: `trainyard ${options.tool}`,
  };
}
