import { isRefusal, type RegistryBranch, type Revision, TrainyardError } from "@trainyard/core";
import { sha256 } from "../local/sha256.ts";
import { runGit } from "./git.ts";
import type { GitBranch } from "./git-branch.ts";
import { fetchRef, pushRef, type Remote } from "./remote.ts";

export const TRACKING_REF = "refs/remotes/origin/trainyard/registry";

/** A clone and the remote whose registry it works on. */
export interface Clone {
  readonly folder: string;
  readonly origin: Remote;
  /** The registry's ref, here and there. */
  readonly ref: string;
  readonly note: (text: string) => void;
}

/** Origin's branch, read-only; without an answer from origin, as it was fetched last. */
export function readingBranch(clone: Clone, tracking: GitBranch, refusal: () => Promise<TrainyardError>): GitBranch {
  let fetched: Promise<void> | undefined;
  const fetchOnce = async () => {
    try {
      const revision = await fetchRef(clone.folder, clone.origin, clone.ref, TRACKING_REF, [], tracking.at);
      if (revision === null) await tracking.accept(async () => null); // it was there before: gone is damage
    } catch (error) {
      if (!isRefusal(error) || error.code !== "SERVICE_UNREACHABLE" || (await tracking.head()) === null) throw error;
      clone.note(`${error.message} Reading the registry as it was fetched last.`);
    }
  };
  return {
    ...tracking,
    async head() {
      fetched ??= fetchOnce();
      await fetched;
      return tracking.head();
    },
    async commit() {
      throw await refusal();
    },
  };
}

/**
 * Origin's branch, written by fast-forward pushes. While origin has none, this clone's own branch is the registry: the first commit goes on top
 * of it, and one push brings both, so that nobody ever sees a second, empty one.
 */
export function pushingBranch({ folder, origin, ref, note }: Clone, tracking: GitBranch, own: GitBranch): GitBranch {
  const publish = { from: null as Revision | null };
  return {
    ...tracking,
    async head() {
      const there = await tracking.accept(() => fetchRef(folder, origin, ref, TRACKING_REF, [], tracking.at));
      publish.from = there === null ? await own.head() : null;
      return there ?? publish.from;
    },
    async commit(parent, changes, message): Promise<Revision> {
      const publishes = parent !== null && parent === publish.from;
      const revision = await tracking.write(parent, changes, message);
      await pushRef(folder, origin, revision, ref);
      await tracking.remember(revision);
      if (publishes) {
        publish.from = null;
        // A clone that tracks one branch only would not know of it.
        await runGit(folder, ["update-ref", TRACKING_REF, revision]);
        const versions = await versionsOf(tracking);
        note(`origin had no registry: this clone's own (${versions}) was pushed there and is everybody's from now on.`);
      }
      return revision;
    },
  };
}

/** Why a clone does not write; `own`: its own branch is a registry that origin does not have. */
export async function onOrigin(origin: Remote, branch: RegistryBranch, own: boolean): Promise<TrainyardError> {
  const versions = await count(branch);
  return new TrainyardError("REGISTRY_ON_ORIGIN", { remote: origin.name, versions, own });
}

async function versionsOf(branch: RegistryBranch): Promise<string> {
  const versions = await count(branch);
  return versions === 1 ? "1 version" : `${versions} versions`;
}

/** The registry's schemas are loaded for this alone: git is started before them. */
async function count(branch: RegistryBranch): Promise<number> {
  const { countVersions } = await import("@trainyard/core/open-registry");
  return countVersions({ branch, sha256 });
}
