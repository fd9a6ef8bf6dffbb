import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git } from "../../packages/backends/src/git/git.ts";
import { type GitBranch, openGitBranch } from "../../packages/backends/src/git/git-branch.ts";
import { editByHand, REF } from "./edit-by-hand.ts";
import { registryContract } from "./registry.ts";
import { type BranchHarness, registryBranchContract } from "./registry-branch.ts";

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

registryBranchContract("git", () => openWith([]));
registryBranchContract("a bare git repository with SHA-256 ids", () => openWith(["--bare", "--object-format=sha256"]));
registryContract("git", () => openWith([]));
