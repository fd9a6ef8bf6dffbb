import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git } from "../../packages/backends/src/git/git.ts";
import { type GitBranch, openGitBranch } from "../../packages/backends/src/git/git-branch.ts";
import { registryContract } from "./registry.ts";
import { type BranchHarness, registryBranchContract } from "./registry-branch.ts";

const REF = "refs/heads/trainyard/registry";
const SEEN = "refs/trainyard/seen/registry";

async function openWith(words: readonly string[]): Promise<BranchHarness> {
  const folder = await mkdtemp(join(tmpdir(), "git-contract-"));
  await git(folder, ["init", "--quiet", ...words]);
  const opened: GitBranch[] = [];
  const open = async () => {
    const branch = await openGitBranch({
      folder,
      ref: REF,
      name: "trainyard/registry",
      seen: SEEN,
      actor: { name: "ana", kind: "person" },
      clock: { now: () => 1_000_000_000_000 },
    });
    opened.push(branch);
    return branch;
  };
  const branch = await open();
  const others = await Promise.all(Array.from({ length: 8 }, open));
  let next = 0;
  return {
    branch,
    other: () => others[next++ % others.length] as GitBranch,
    edit: (changes, message = "Edit by hand\n") => editByHand(folder, changes, message),
    rewind: async (revision) =>
      void (await git(folder, revision === null ? ["update-ref", "-d", REF] : ["update-ref", REF, revision])),
    async close() {
      for (const one of opened) one.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** With git's own commands, as a person would, in an index of their own. */
async function editByHand(folder: string, changes: ReadonlyMap<string, string | null>, message: string): Promise<void> {
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

registryBranchContract("git", () => openWith([]));
registryBranchContract("a bare git repository with SHA-256 ids", () => openWith(["--bare", "--object-format=sha256"]));
registryContract("git", () => openWith([]));
