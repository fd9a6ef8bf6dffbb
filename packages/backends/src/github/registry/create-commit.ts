import { type Revision, TrainyardError, z } from "@trainyard/core";
import type { Github } from "../call/github.ts";
import type { GraphqlError } from "../call/refusal.ts";
import { BRANCH, branchRefusal } from "./branch-refusal.ts";

/** A commit to be made: files by path (null: deleted) and the whole message. */
export interface NewCommit {
  readonly changes: ReadonlyMap<string, string | null>;
  readonly message: string;
}

/** A commit that GitHub made, and the id of all its files together. */
export interface MadeCommit {
  readonly revision: Revision;
  readonly tree: string;
}

const MUTATION = `mutation CommitOnRegistry($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid tree { oid } } }
}`;

const ObjectId = z.string().regex(/^[0-9a-f]{40}$/);
const Answer = z.object({
  createCommitOnBranch: z.object({ commit: z.object({ oid: ObjectId, tree: z.object({ oid: ObjectId }) }) }),
});

/**
 * One commit on the branch if, and only if, `parent` is still its head: one call, compare-and-swap at GitHub, signed by GitHub.
 *
 * @returns Null when this server's GraphQL has no such mutation (GitHub Enterprise Server before 3.5).
 * @throws REGISTRY_CONFLICT when somebody else was first, SERVICE_UNREACHABLE when nobody knows whether it was made; BRANCH_PROTECTED, GITHUB_FORBIDDEN, COMMIT_TOO_LARGE
 */
export async function createCommit(github: Github, parent: Revision, commit: NewCommit): Promise<MadeCommit | null> {
  const { owner, name } = github.connection;
  const [headline = "", ...body] = commit.message.trimEnd().split("\n");
  const additions: { path: string; contents: string }[] = [];
  const deletions: { path: string }[] = [];
  for (const [path, text] of commit.changes)
    if (text === null) deletions.push({ path });
    else additions.push({ path, contents: Buffer.from(text).toString("base64") });
  const input = {
    branch: { repositoryNameWithOwner: `${owner}/${name}`, branchName: BRANCH },
    expectedHeadOid: parent,
    message: { headline, body: body.join("\n").trimStart() },
    fileChanges: { additions, deletions },
  };
  const bytes = additions.reduce((sum, { contents }) => sum + contents.length, 0);
  let unknown = false;
  const answer = await github
    .graphql<unknown>(MUTATION, { input }, (errors) => {
      unknown = errors.some(isUnknownMutation);
      const said = errors.map(({ message }) => message).join("; ");
      const type = errors.find((error) => error.type !== undefined)?.type;
      const refusal = unknown ? null : branchRefusal(said, type, bytes, github.connection);
      if (refusal !== null) throw refusal;
    })
    .catch((error: unknown) => {
      const status = (error as { status?: unknown }).status;
      if (unknown || status === 404) return null; // no GraphQL at all
      if (status === 413)
        throw new TrainyardError("COMMIT_TOO_LARGE", { bytes, said: "it is too large" }, { cause: error });
      throw error;
    });
  if (answer === null) return null;
  const checked = Answer.safeParse(answer);
  if (checked.success) {
    const { oid, tree } = checked.data.createCommitOnBranch.commit;
    return { revision: oid, tree: tree.oid };
  }
  // The commit may stand: whoever asked looks.
  const problem = "its answer to createCommitOnBranch names no commit";
  throw new TrainyardError("SERVICE_UNREACHABLE", { service: `GitHub (${owner}/${name})`, problem });
}

function isUnknownMutation({ message }: GraphqlError): boolean {
  return (
    /createCommitOnBranch|CreateCommitOnBranchInput/.test(message) &&
    /doesn't exist|isn't a defined|cannot query|unknown/i.test(message)
  );
}
