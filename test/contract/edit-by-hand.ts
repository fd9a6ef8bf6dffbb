import { join } from "node:path";
import { git } from "../../packages/backends/src/git/git.ts";

/** The registry branch, where it is a branch. */
export const REF = "refs/heads/trainyard/registry";

/** With git's own commands, as a person would, in an index of their own. */
export async function editByHand(
  folder: string,
  changes: ReadonlyMap<string, string | null>,
  message: string,
): Promise<void> {
  const environment = {
    GIT_INDEX_FILE: join(folder, "by-hand.index"),
    GIT_AUTHOR_NAME: "somebody",
    GIT_AUTHOR_EMAIL: "somebody@example.com",
    GIT_COMMITTER_NAME: "somebody",
    GIT_COMMITTER_EMAIL: "somebody@example.com",
  };
  await git(folder, ["read-tree", REF], { environment });
  for (const [path, text] of changes) {
    const id =
      text === null ? "0".repeat(40) : (await git(folder, ["hash-object", "-w", "--stdin"], { input: text })).trim();
    const mode = text === null ? "0" : "100644";
    await git(folder, ["update-index", "--add", "--cacheinfo", `${mode},${id},${path}`], { environment });
  }
  const tree = (await git(folder, ["write-tree"], { environment })).trim();
  const commit = (
    await git(folder, ["commit-tree", tree, "-p", REF, "-F", "-"], { environment, input: message })
  ).trim();
  await git(folder, ["update-ref", REF, commit]);
}
