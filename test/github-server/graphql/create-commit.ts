import { GitFailed } from "../git-repository.ts";
import { landCommit } from "../stale-head.ts";
import type { Token } from "../tokens.ts";
import type { World } from "../world.ts";
import { demand, graphqlRefused } from "./refused.ts";
import { commitOf, refOf } from "./repository.ts";

interface Input {
  readonly branch: { readonly repositoryNameWithOwner?: string; readonly branchName?: string; readonly id?: string };
  readonly message: { readonly headline: string; readonly body?: string | null };
  readonly expectedHeadOid: string;
  readonly clientMutationId?: string | null;
  readonly fileChanges?: {
    readonly additions?: readonly { readonly path: string; readonly contents: string }[];
    readonly deletions?: readonly { readonly path: string }[];
  } | null;
}

/** One commit on a branch that must be where it is expected; GitHub signs it, and says who wrote it by the token. */
export async function createCommitOnBranch(world: World, token: Token, input: Input, fault: string | null) {
  demand(token, { contents: "write" });
  const { repositoryNameWithOwner: slug, branchName } = input.branch;
  if (slug?.toLowerCase() !== world.slug.toLowerCase() || branchName === undefined)
    throw graphqlRefused("NOT_FOUND", `Could not resolve to a Repository with the name '${slug}'.`);
  const name = branchName.replace(/^refs\/heads\//, "");
  const ref = `refs/heads/${name}`;
  if (fault === "stale-head") await landCommit(world, name);
  const head = await world.git.resolve(ref);
  if (head === null) throw graphqlRefused("NOT_FOUND", `A branch named "${name}" does not exist in the repository`);
  if (head !== input.expectedHeadOid) throw stale(input.expectedHeadOid);

  const { additions = [], deletions = [] } = input.fileChanges ?? {};
  for (const { path } of deletions)
    if ((await world.git.resolve(`${head}:${path}`)) === null)
      throw graphqlRefused(
        "UNPROCESSABLE",
        `A path was requested for deletion which does not exist as of commit oid \`${head}\``,
      );
  const body = input.message.body ?? "";
  try {
    const { commit } = await world.git.commit({
      parent: head,
      changes: [
        ...deletions.map(({ path }) => ({ path, sha: null })),
        ...additions.map(({ path, contents }) => ({ path, content: Buffer.from(contents, "base64"), mode: "100644" })),
      ],
      message: body === "" ? input.message.headline : `${input.message.headline}\n\n${body}`,
      author: world.bot(),
      committer: { name: "GitHub", email: "noreply@github.com", date: world.now() },
    });
    await world.git.moveRef(ref, commit, head);
    world.state.signed.add(commit);
    return {
      __typename: "CreateCommitOnBranchPayload",
      clientMutationId: input.clientMutationId ?? null,
      commit: () => commitOf(world, commit),
      ref: () => refOf(world, ref),
    };
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    const now = await world.git.resolve(ref);
    // Two writers at once: the later one's own update of the ref fails, and GitHub has other words for that.
    if (now !== head) throw graphqlRefused("STALE_DATA", `${ref} is at ${now} but expected ${head}`);
    throw graphqlRefused("UNPROCESSABLE", "A path is not valid");
  }
}

const stale = (expected: string) =>
  graphqlRefused("STALE_DATA", `Expected branch to point to "${expected}" but it did not. Pull and try again.`);
