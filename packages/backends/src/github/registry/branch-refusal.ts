import { TrainyardError } from "@trainyard/core";
import type { GithubConnection } from "../call/connection.ts";

/** The branch, as its refs are named in API calls. */
export const BRANCH = "trainyard/registry";

/** The same lost race by many names: of GraphQL, of `PATCH git/refs`, of `POST git/refs`, and of git itself, whose words GitHub passes on. */
const STALE =
  /expected branch to point to|but expected|pull and try again|not a fast[- ]?forward|reference already exists|reference does not exist|head branch was modified|no longer at|failed to lock|cannot lock ref|branch named .* does not exist|branch not found/i;
const PROTECTED =
  /rule violations|protected (?:branch|ref)|GH006|GH013|through a pull request|required status check|verified signatures|force[- ]push/i;
const DENIED = /not accessible by|must have (?:push|write|admin)|does not have (?:push|write|permission|the correct)/i;
const LARGE = /too large|entity too|exceeds the (?:maximum|limit)/i;
/** An answer that says nothing about whether the work was done. */
const BROKEN = /something went wrong|timed? ?out|couldn't respond|internal (?:server )?error/i;

/**
 * What GitHub's words about a write to the branch mean; null when they mean none of this.
 *
 * @param type GraphQL's word for it, where there is one.
 * @param bytes Of the write, as it was sent.
 */
export function branchRefusal(
  said: string,
  type: string | undefined,
  bytes: number,
  { owner, name }: GithubConnection,
): TrainyardError | null {
  const words = said.replace(/\s+/g, " ").trim().replace(/\.$/, "").slice(0, 500);
  if (type === "STALE_DATA" || STALE.test(said))
    return new TrainyardError("REGISTRY_CONFLICT", { model: `${owner}/${name} ${BRANCH}` });
  if (PROTECTED.test(said)) return new TrainyardError("BRANCH_PROTECTED", { branch: BRANCH, said: words });
  if (type === "FORBIDDEN" || DENIED.test(said))
    return new TrainyardError("GITHUB_FORBIDDEN", {
      what: `a commit on ${BRANCH}`,
      said: words,
      permissions: ["contents: write"],
    });
  if (/repository is empty/i.test(said))
    return new TrainyardError("REPOSITORY_EMPTY", { repository: `${owner}/${name}` });
  if (LARGE.test(said)) return new TrainyardError("COMMIT_TOO_LARGE", { bytes, said: words });
  if (BROKEN.test(said))
    return new TrainyardError("SERVICE_UNREACHABLE", { service: `GitHub (${owner}/${name})`, problem: words });
  return null;
}

/** GitHub built other files than the commit's message will name: nobody would accept it. */
export function otherFiles(tree: string, expected: string): TrainyardError {
  return new TrainyardError("GITHUB_ANSWER", {
    what: `a commit on ${BRANCH}`,
    problem: `its files came to the tree ${tree}, where ${expected} was sent`,
  });
}
