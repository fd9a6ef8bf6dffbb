import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Actor, type Clock, isRefusal, type Revision } from "@trainyard/core";
import { type ChosenBranch, REGISTRY_REF } from "../../git/choose-branch.ts";
import { runGit } from "../../git/git.ts";
import { openGitBranch } from "../../git/git-branch.ts";
import { fetchRef } from "../../git/remote.ts";
import { sha256 } from "../../local/sha256.ts";
import type { Github } from "../call/github.ts";
import { commitWriter } from "./commit-writer.ts";
import { gitAccess } from "./git-access.ts";
import { repositoryFor } from "./repository-for.ts";

/** How often a fetch is tried that broke, and the wait before the second; each further one is twice as long. Milliseconds. */
const FETCHES = 4;
const FETCH_WAIT = 1_000;
/** How often GitHub is asked again that still shows the branch as it was before our own commit. */
const LAGGING = 3;

export interface GithubBranchOptions {
  /** A folder, most often the project's. Where it is in no repository git can use, or null, the branch is fetched into one that goes away with `close`. */
  readonly root: string | null;
  readonly github: Github;
  readonly actor: Actor | Promise<Actor>;
  readonly clock: Pick<Clock, "now">;
  /** Told when GitHub's GraphQL makes no commits. */
  readonly note?: (text: string) => void;
  /**
   * Milliseconds for which a head that was fetched, or made here, is not asked for again: a step of a job asks a dozen times in two seconds. Safe, as
   * a commit on an older head is refused by GitHub; then, and after any other failure, it is asked for at once. 0: each time.
   */
  readonly freshFor?: number;
}

/**
 * The registry branch of a repository on GitHub. Reads are git's: one fetch into the clone that is here, every check of a laptop's holds.
 * A commit is one call that GitHub answers with compare-and-swap; the id of its files is worked out before, and compared.
 * @throws GIT_MISSING; each call GITHUB_FORBIDDEN, GITHUB_LIMIT, SERVICE_UNREACHABLE beside what every branch throws
 */
export async function githubBranch({
  root,
  github,
  actor,
  clock,
  note,
  freshFor = 0,
}: GithubBranchOptions): Promise<ChosenBranch> {
  const { owner, name, serverUrl, pace } = github.connection;
  const place = await repositoryFor(root);
  const { commonFolder: folder } = place.repository;
  // Owner and name are no part of a ref: they may hold what git forbids there.
  const key = sha256(`${serverUrl}/${owner}/${name}`.toLowerCase()).slice("sha256:".length, "sha256:".length + 12);
  const ref = `refs/trainyard/github/${key}`;
  const branch = await openGitBranch({
    folder,
    ref,
    name: `trainyard/registry of ${owner}/${name}`,
    seen: `refs/trainyard/seen/github-${key}`,
    actor: await actor,
    clock,
  });
  const remote = gitAccess(github.connection);
  const write = commitWriter(github, note ?? (() => {}));
  /** The newest commit of ours, while it was not fetched. */
  let made: Revision | null = null;
  /** The head as it was learnt last, and when. */
  let known: { readonly revision: Revision | null; readonly at: number } | null = null;

  async function fetch(): Promise<Revision | null> {
    for (let tries = 1; ; tries++) {
      try {
        return await fetchRef(folder, remote, REGISTRY_REF, ref, await depth(), branch.at);
      } catch (error) {
        if (tries === FETCHES || !isRefusal(error) || error.code !== "SERVICE_UNREACHABLE") throw error;
        await pause(pace * FETCH_WAIT * 2 ** (tries - 1));
      }
    }
  }

  /** A shallow clone, as jobs have it, gets the newest commit alone; from then on what follows it. */
  async function depth(): Promise<string[]> {
    const shallow = place.own || existsSync(join(folder, "shallow"));
    if (!shallow || made !== null) return [];
    return (await runGit(folder, ["rev-parse", "--verify", "--quiet", ref])).code === 0 ? [] : ["--depth=1"];
  }

  async function head(): Promise<Revision | null> {
    if (known === null || performance.now() - known.at >= freshFor)
      known = { revision: await ask(), at: performance.now() };
    return known.revision;
  }

  async function ask(): Promise<Revision | null> {
    for (let tries = 1; ; tries++) {
      try {
        const revision = await branch.accept(fetch);
        if (made !== null && revision !== null) await branch.remember(revision);
        made = null;
        return revision;
      } catch (error) {
        if (made === null || tries === LAGGING || !isRefusal(error) || error.code !== "REGISTRY_DAMAGED") throw error;
        await pause(pace * FETCH_WAIT * tries);
      }
    }
  }

  /** Another client's commit, or one of ours that is long ago. */
  async function bring(revision: Revision): Promise<void> {
    if (!(await branch.has(revision))) await fetch();
  }

  return {
    place: "github",
    mayWrite: async () => {},
    branch: {
      ...branch,
      confirmed: (revision) => revision === made,
      head,
      async read(revision, paths) {
        await bring(revision);
        return branch.read(revision, paths);
      },
      async list(revision, inner) {
        await bring(revision);
        return branch.list(revision, inner);
      },
      async log(revision, limit) {
        if (limit > 1 && made !== null) await ask();
        await bring(revision);
        return branch.log(revision, limit);
      },
      async commit(parent, changes, message) {
        if (parent !== null) await bring(parent);
        const draft = await branch.draft(parent, changes, message);
        const tree = parent === null ? undefined : (await branch.log(parent, 1))[0]?.tree;
        const base = parent === null || tree === undefined ? null : { revision: parent, tree };
        known = null;
        const revision = await write(base, { changes, message: draft.message }, draft.tree);
        known = { revision, at: performance.now() };
        branch.adopt(revision, draft);
        made = revision;
        return revision;
      },
      close() {
        branch.close();
        place.close();
      },
    },
  };
}
