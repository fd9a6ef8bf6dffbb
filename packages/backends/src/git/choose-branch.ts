import {
  type Actor,
  type Clock,
  countVersions,
  isRefusal,
  type RegistryBranch,
  type Revision,
  TrainyardError,
} from "@trainyard/core";
import { sha256 } from "../local/sha256.ts";
import { findRepository, runGit } from "./git.ts";
import { type GitBranch, openGitBranch } from "./git-branch.ts";
import { ObjectReader } from "./object-reader.ts";
import { askRemote, fetchRef, originOf, pushRef, type Remote } from "./remote.ts";
import { type GitSettings, gitSettings } from "./settings.ts";

export const REGISTRY_REF = "refs/heads/trainyard/registry";
const LOCAL_REF = "refs/trainyard/local/registry";
const TRACKING_REF = "refs/remotes/origin/trainyard/registry";

export type RegistryWrite = "push" | "local" | "job" | null;

export interface BranchChoice {
  /** The project's folder. */
  readonly root: string;
  /** `push`: write to origin; `local`: to a separate ref that is never merged; `job`: to origin where there is one, because what stays in a job's clone is gone with it; null: to this repository's own branch, refused where origin has one. */
  readonly write: RegistryWrite;
  readonly actor: Actor | Promise<Actor>;
  readonly clock: Pick<Clock, "now">;
  /** Where they were asked already. */
  readonly settings?: Promise<GitSettings>;
  /** Told when origin does not answer and what was fetched last is read instead. */
  readonly note?: (text: string) => void;
}

export interface ChosenBranch {
  readonly branch: RegistryBranch & { close(): void };
  /** `own`: the branch of this repository; `origin`: that of its origin; `local`: the separate ref. */
  readonly place: "own" | "origin" | "local";
  /** Refuses now what a commit would refuse later, before bytes are stored. @throws REGISTRY_ON_ORIGIN */
  mayWrite(): Promise<void>;
}

/**
 * The registry branch of a project. A clone whose origin carries one never starts a second truth by accident: it reads origin's, and writes only
 * when told where. Without an origin, or where origin has none, the registry is this repository's own branch.
 *
 * Whether origin carries one is read from what was fetched; asked of origin when that is a folder, or when nothing here tells.
 * @throws GIT_MISSING, NO_REPOSITORY, SERVICE_UNREACHABLE
 */
export async function openBranch(choice: BranchChoice): Promise<ChosenBranch> {
  // Three processes at once: what the repository is, what its settings say, and the one that will read it.
  const reader = new ObjectReader(choice.root);
  reader.start();
  const [repository, settings, actor] = await Promise.all([
    findRepository(choice.root),
    choice.settings ?? gitSettings(choice.root),
    choice.actor,
  ]);
  const { commonFolder: folder } = repository;
  const open = (ref: string, name: string, seen: string) =>
    openGitBranch({ folder, ref, name, seen, actor, clock: choice.clock, opened: { repository, reader } });
  const anywhere = async () => {};

  if (choice.write === "local") {
    return {
      branch: await open(LOCAL_REF, "trainyard/registry (local)", "refs/trainyard/seen/local"),
      place: "local",
      mayWrite: anywhere,
    };
  }
  const origin = settings.hasOrigin ? await originOf(folder) : null;
  const push = choice.write === "push" || (choice.write === "job" && origin !== null);
  if (origin === null && push)
    throw new TrainyardError("SERVICE_UNREACHABLE", {
      service: "origin",
      problem: "this repository has no such remote",
    });
  if (origin === null || (!push && !(await carriesRegistry(folder, origin)))) {
    return {
      branch: await open(REGISTRY_REF, "trainyard/registry", "refs/trainyard/seen/registry"),
      place: "own",
      mayWrite: anywhere,
    };
  }
  const tracking = await open(TRACKING_REF, "origin/trainyard/registry", "refs/trainyard/seen/origin");
  if (push) return { branch: pushingBranch(folder, origin, tracking), place: "origin", mayWrite: anywhere };
  const branch = readingBranch(folder, origin, tracking, choice.note ?? (() => {}));
  return {
    branch,
    place: "origin",
    mayWrite: async () => {
      throw await onOrigin(branch, origin);
    },
  };
}

async function carriesRegistry(folder: string, origin: Remote): Promise<boolean> {
  const here = async (ref: string) => (await runGit(folder, ["rev-parse", "--verify", "--quiet", ref])).code === 0;
  if (await here(TRACKING_REF)) return true;
  // A repository with its own registry, and an origin that had none when it was fetched, goes on offline.
  if (!origin.local && (await here(REGISTRY_REF))) return false;
  return (await askRemote(folder, origin, REGISTRY_REF)) !== null;
}

/** Origin's branch, read-only; without an answer from origin, as it was fetched last. */
function readingBranch(folder: string, origin: Remote, tracking: GitBranch, note: (text: string) => void): GitBranch {
  let fetched: Promise<void> | undefined;
  const fetchOnce = async () => {
    try {
      const revision = await fetchRef(folder, origin, REGISTRY_REF, TRACKING_REF);
      if (revision === null) await tracking.accept(async () => null); // it was there before: gone is damage
    } catch (error) {
      if (!isRefusal(error) || error.code !== "SERVICE_UNREACHABLE" || (await tracking.head()) === null) throw error;
      note(`${error.message} Reading the registry as it was fetched last.`);
    }
  };
  const branch: GitBranch = {
    ...tracking,
    async head() {
      fetched ??= fetchOnce();
      await fetched;
      return tracking.head();
    },
    async commit() {
      throw await onOrigin(branch, origin);
    },
  };
  return branch;
}

/** Origin's branch, written by fast-forward pushes. */
function pushingBranch(folder: string, origin: Remote, tracking: GitBranch): GitBranch {
  return {
    ...tracking,
    head: () => tracking.accept(() => fetchRef(folder, origin, REGISTRY_REF, TRACKING_REF)),
    async commit(parent, changes, message): Promise<Revision> {
      const revision = await tracking.write(parent, changes, message);
      await pushRef(folder, origin, revision, REGISTRY_REF);
      await tracking.remember(revision);
      return revision;
    },
  };
}

async function onOrigin(branch: RegistryBranch, origin: Remote): Promise<TrainyardError> {
  return new TrainyardError("REGISTRY_ON_ORIGIN", {
    remote: origin.name,
    versions: await countVersions({ branch, sha256 }),
  });
}
