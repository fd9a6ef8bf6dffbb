import { RequestError } from "@octokit/request-error";
import { type Revision, TrainyardError, z } from "@trainyard/core";
import type { Github } from "../call/github.ts";
import { BRANCH, branchRefusal, otherFiles } from "./branch-refusal.ts";
import type { MadeCommit, NewCommit } from "./create-commit.ts";

const Made = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) });

/**
 * A commit by REST's Git Data: the files, the commit, then the branch. It makes the branch, which GraphQL cannot, and writes where GraphQL does not
 * know how. Neither author nor date is given: so GitHub signs what an app's token makes.
 *
 * @param parent The head it goes on, and the id of that commit's files; null makes the branch.
 * @param expected The id its files must have: another one is told before anything names it.
 * @throws REGISTRY_CONFLICT when somebody else was first, SERVICE_UNREACHABLE; BRANCH_PROTECTED, GITHUB_FORBIDDEN, REPOSITORY_EMPTY, COMMIT_TOO_LARGE
 */
export async function commitByGitData(
  github: Github,
  parent: { readonly revision: Revision; readonly tree: string } | null,
  { changes, message }: NewCommit,
  expected: string,
): Promise<MadeCommit> {
  const { owner, name: repo } = github.connection;
  const where = { owner, repo };
  const texts = [...changes.values()];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ""), 0);
  const tell = (error: unknown) => {
    if (!(error instanceof RequestError)) throw error;
    const said = String((error.response?.data as { message?: unknown } | undefined)?.message ?? error.message);
    const conflict = error.status === 409 && !/empty/i.test(said) ? "STALE_DATA" : undefined;
    const large = error.status === 413 ? "it is too large" : said;
    throw branchRefusal(large, conflict, bytes, github.connection) ?? error;
  };

  const files = [...changes].map(([path, text]) => {
    const entry = { path, mode: "100644", type: "blob" } as const;
    return text === null ? { ...entry, sha: null } : { ...entry, content: text };
  });
  const base = parent === null ? {} : { base_tree: parent.tree };
  const tree = await github
    .rest("POST /repos/{owner}/{repo}/git/trees", { ...where, ...base, tree: files })
    .then(({ data }) => shaOf(data, "git/trees"), tell);
  if (tree !== expected) throw otherFiles(tree, expected);
  const parents = parent === null ? [] : [parent.revision];
  const revision = await github
    .rest("POST /repos/{owner}/{repo}/git/commits", { ...where, message, tree, parents })
    .then(({ data }) => shaOf(data, "git/commits"), tell);
  const ref = `heads/${BRANCH}`;
  const moved =
    parent === null
      ? github.rest("POST /repos/{owner}/{repo}/git/refs", { ...where, ref: `refs/${ref}`, sha: revision })
      : github.rest("PATCH /repos/{owner}/{repo}/git/refs/{ref}", { ...where, ref, sha: revision, force: false });
  await moved.catch(tell);
  return { revision, tree };
}

function shaOf(data: unknown, what: string): string {
  const made = Made.safeParse(data);
  if (made.success) return made.data.sha;
  throw new TrainyardError("GITHUB_ANSWER", { what: `POST ${what}`, problem: "it names no object" });
}
