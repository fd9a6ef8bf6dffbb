import type { Revision } from "@trainyard/core";
import type { Github } from "../call/github.ts";
import { otherFiles } from "./branch-refusal.ts";
import { createCommit, type NewCommit } from "./create-commit.ts";
import { commitByGitData } from "./git-data.ts";

/** The head a commit goes on, and the id of its files. */
export interface Base {
  readonly revision: Revision;
  readonly tree: string;
}

/**
 * Writes commits of the branch: the first one by REST, as GraphQL makes no branch; all others by GraphQL, or by REST where the server's GraphQL has no
 * such mutation. A rule or a permission that refuses one way refuses the other too: there is nothing to fall back to.
 */
export function commitWriter(github: Github, note: (text: string) => void) {
  let graphql = true;
  return async (base: Base | null, commit: NewCommit, tree: string): Promise<Revision> => {
    if (base !== null && graphql) {
      const made = await createCommit(github, base.revision, commit);
      if (made !== null && made.tree !== tree) throw otherFiles(made.tree, tree);
      if (made !== null) return made.revision;
      graphql = false;
      note("GitHub's GraphQL makes no commits here: the registry is written by REST.");
    }
    return (await commitByGitData(github, base, commit, tree)).revision;
  };
}
