import { type Actor, type Clock, type RegistryBranch, TrainyardError } from "@trainyard/core";
import { findRepository, runGit } from "./git.ts";
import { openGitBranch } from "./git-branch.ts";
import { ObjectReader } from "./object-reader.ts";
import { onOrigin, pushingBranch, readingBranch, TRACKING_REF } from "./origin-branch.ts";
import { askRemote, fetchRef, originOf, type Remote } from "./remote.ts";
import { type GitSettings, gitSettings } from "./settings.ts";

export const REGISTRY_REF = "refs/heads/trainyard/registry";
const LOCAL_REF = "refs/trainyard/local/registry";

export type RegistryWrite = "push" | "local" | "job" | null;

export interface BranchChoice {
  /** The project's folder. */
  readonly root: string;
  /** `push`: write to origin, this repository's own branch along where origin has none; `local`: where origin never sees it; `job`: to origin where there is one, because what stays in a job's clone is gone with it; null: to this repository's own branch, refused where origin has one. */
  readonly write: RegistryWrite;
  readonly actor: Actor | Promise<Actor>;
  readonly clock: Pick<Clock, "now">;
  /** Where they were asked already. */
  readonly settings?: Promise<GitSettings>;
  /** Told when origin does not answer and what was fetched last is read instead, when a registry was published, and where `local` is. */
  readonly note?: (text: string) => void;
}

export interface ChosenBranch {
  readonly branch: RegistryBranch & { close(): void };
  /** `own`: the branch of this repository; `origin`: that of its origin; `local`: the separate ref; `github`: through its API. */
  readonly place: "own" | "origin" | "local" | "github";
  /** Refuses now what a commit would refuse later, before bytes are stored. @throws REGISTRY_ON_ORIGIN */
  mayWrite(): Promise<void>;
}

/**
 * The registry branch of a project. A clone whose origin carries one never starts a second truth by accident: it reads origin's, and writes only
 * when told where. Without an origin, or where origin has none, the registry is this repository's own branch; the first push brings it to origin.
 *
 * Whether origin carries one is read from what was fetched; asked of origin when that is a folder, or when nothing here tells.
 * @throws GIT_MISSING, NO_REPOSITORY, SERVICE_UNREACHABLE, REMOTE_MISSING
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
  const openOwn = () => open(REGISTRY_REF, "trainyard/registry", "refs/trainyard/seen/registry");
  const anywhere = async () => {};
  const note = choice.note ?? (() => {});
  const origin = settings.hasOrigin ? await originOf(folder) : null;

  if (choice.write === "local") {
    const ref = await localRef(folder, origin);
    note(`--local: ${ref}, a registry of this clone alone${origin === null ? "" : ", apart from origin's"}.`);
    if (ref === REGISTRY_REF) return { branch: await openOwn(), place: "own", mayWrite: anywhere };
    const branch = await open(LOCAL_REF, "trainyard/registry (local)", "refs/trainyard/seen/local");
    return { branch, place: "local", mayWrite: anywhere };
  }
  const push = choice.write === "push" || (choice.write === "job" && origin !== null);
  if (origin === null && push) throw new TrainyardError("REMOTE_MISSING", { remote: "origin" });
  if (origin === null || (!push && !(await carriesRegistry(folder, origin))))
    return { branch: await openOwn(), place: "own", mayWrite: anywhere };

  const tracking = await open(TRACKING_REF, "origin/trainyard/registry", "refs/trainyard/seen/origin");
  const clone = { folder, origin, ref: REGISTRY_REF, note };
  if (push) {
    const branch = pushingBranch(clone, tracking, await openOwn());
    return { branch, place: "origin", mayWrite: anywhere };
  }
  const refusal = async () => onOrigin(origin, tracking, (await localRef(folder, origin)) === REGISTRY_REF);
  const branch = readingBranch(clone, tracking, refusal);
  return {
    branch,
    place: "origin",
    mayWrite: async () => {
      await branch.head();
      throw await refusal();
    },
  };
}

const isHere = async (folder: string, ref: string) =>
  (await runGit(folder, ["rev-parse", "--verify", "--quiet", ref])).code === 0;

async function carriesRegistry(folder: string, origin: Remote): Promise<boolean> {
  if (await isHere(folder, TRACKING_REF)) return true;
  // A repository with its own registry, and an origin that had none when it was fetched, goes on offline.
  if (!origin.local && (await isHere(folder, REGISTRY_REF))) return false;
  return (await askRemote(folder, origin, REGISTRY_REF)) !== null;
}

/**
 * Where `--local` is: this clone's own branch while that is a registry that origin does not have, so that nobody gets a third one; else a ref
 * of its own, which no push ever takes along. Once that ref is there, it stays the place.
 */
async function localRef(folder: string, origin: Remote | null): Promise<string> {
  if (await isHere(folder, LOCAL_REF)) return LOCAL_REF;
  if (origin === null) return REGISTRY_REF;
  if (!(await isHere(folder, REGISTRY_REF))) return LOCAL_REF;
  if (!(await carriesRegistry(folder, origin))) return REGISTRY_REF;
  if (!(await isHere(folder, TRACKING_REF))) await fetchRef(folder, origin, REGISTRY_REF, TRACKING_REF);
  // Code 1: no commit in common. Where git cannot tell, the two are taken for the same.
  const { code } = await runGit(folder, ["merge-base", REGISTRY_REF, TRACKING_REF]);
  return code === 1 ? REGISTRY_REF : LOCAL_REF;
}
