import { userInfo } from "node:os";
import type { Actor, Clock, Random, Registry } from "@trainyard/core";
import { projectFolder } from "./config/project-folder.ts";
import { type ChosenBranch, openBranch, type RegistryWrite } from "./git/choose-branch.ts";
import { type GitSettings, gitSettings } from "./git/settings.ts";
import { clockFrom } from "./local/clock.ts";
import { systemRandom } from "./local/random.ts";
import { sha256 } from "./local/sha256.ts";

export interface ProjectRegistryOptions {
  /** Where to look for trainyard.yaml: here or above. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly progress: { note(text: string): void };
  /** Where registry writes go when origin has a registry; null: refused there; `job`: to origin where there is one. */
  readonly write: RegistryWrite;
  /** Who acts; default: git's user.name, else the system's user. */
  readonly actor?: Actor;
  /** Opens the registry's branch where git alone does not: on GitHub. `write` says nothing then. */
  readonly branch?: (at: {
    readonly root: string;
    readonly actor: Promise<Actor>;
    readonly clock: Clock;
    readonly note: (text: string) => void;
  }) => Promise<ChosenBranch>;
}

/** A project's registry, and what it was opened with. */
export interface ProjectRegistry {
  readonly root: string;
  readonly chosen: ChosenBranch;
  readonly registry: Registry;
  readonly actor: Actor;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Opens the registry of the project a folder lies in without reading its config: what only looks at versions needs neither a YAML parser nor
 * a config that is right.
 * @throws CONFIG_NOT_FOUND, GIT_MISSING, NO_REPOSITORY
 */
export async function openProjectRegistry(options: ProjectRegistryOptions): Promise<ProjectRegistry> {
  return (await startProjectRegistry(options)).opened;
}

/** The same in two halves: git has been started when the first ends, and answers while the caller loads its code. @throws CONFIG_NOT_FOUND */
export async function startProjectRegistry(
  options: ProjectRegistryOptions,
): Promise<{ opened: Promise<ProjectRegistry> }> {
  const root = await projectFolder(options.folder);
  const opened = openAt(root, options);
  opened.catch(() => {}); // whoever awaits it hears of it
  return { opened };
}

async function openAt(root: string, options: ProjectRegistryOptions): Promise<ProjectRegistry> {
  const clock = clockFrom(options.environment);
  const settings = gitSettings(root);
  const asked = options.actor === undefined ? settings.then(personHere) : Promise.resolve(options.actor);
  const { write, progress } = options;
  const note = (text: string) => progress.note(text);
  const opening =
    options.branch?.({ root, actor: asked, clock, note }) ??
    openBranch({ root, write, actor: asked, clock, settings, note });
  const [chosen, actor, { openRegistry }] = await Promise.all([
    opening,
    asked,
    import("@trainyard/core/open-registry"), // its schemas are 15 ms of start-up
  ]);
  const random = systemRandom();
  const registry = openRegistry({ branch: chosen.branch, sha256, clock, random, actor });
  return { root, chosen, registry, actor, clock, random };
}

/** The person at this machine, as git knows them. */
function personHere({ user }: GitSettings): Actor {
  return { name: user ?? userInfo().username, kind: "person" };
}
