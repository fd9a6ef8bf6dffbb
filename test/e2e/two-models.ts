import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { openRegistry, type Registry, type RegistryBranch, registrationOf, rootDigest } from "@trainyard/core";
import { aVersion } from "@trainyard/core/testing";
import { openBranch, type RegistryWrite } from "../../packages/backends/src/git/choose-branch.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";
import type { ToyProject } from "./toy-project.ts";

export const REF = "refs/heads/trainyard/registry";

const actor = { name: "ana", kind: "person" } as const;
const clock = {
  now: () => Date.now(),
  seconds: () => performance.now() / 1000,
  simulated: false,
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};

function registryOn(branch: RegistryBranch, now: () => number = clock.now) {
  const random = { uuid: () => crypto.randomUUID(), fraction: () => Math.random() };
  return openRegistry({ branch, sha256, random, actor, clock: { ...clock, now } });
}

/** Opens the registry of a repository for some work. */
export async function registryAt<T>(
  root: string,
  write: RegistryWrite,
  work: (registry: Registry) => Promise<T>,
  now?: () => number,
): Promise<T> {
  const { branch } = await openBranch({ root, write, actor, clock });
  try {
    return await work(registryOn(branch, now));
  } finally {
    branch.close();
  }
}

/** A registry in a project: churn with two versions and an alias, then fraud with one. The newest event is fraud's. */
export async function registerTwoModels(root: string, write: RegistryWrite = null): Promise<void> {
  const { branch } = await openBranch({ root, write, actor, clock });
  const registry = registryOn(branch);
  for (const [model, version] of [
    ["churn", 1],
    ["churn", 2],
    ["fraud", 1],
  ] as const) {
    const files = [{ path: "model.onnx", size: 11, digest: sha256(`${model} ${version}`) }];
    const manifest = aVersion({ model, version, rootDigest: rootDigest(files, sha256), files });
    await registry.transact(model, () => ({ events: [registrationOf(manifest)], result: null }));
    const alias = {
      type: "alias.set",
      model,
      alias: "champion",
      from: version === 1 ? null : 1,
      reason: null,
    } as const;
    await registry.transact(model, () => ({
      events: [{ ...alias, to: version, generation: version }],
      result: null,
    }));
  }
  branch.close();
}

/** A commit as a person makes one, in an index of their own; null removes a file. @returns Its id. */
export function commitByHand(
  project: Pick<ToyProject, "root" | "environment">,
  changes: Record<string, string | null>,
  how: { readonly parents?: readonly string[]; readonly message?: string } = {},
): string {
  const environment = { ...project.environment, GIT_INDEX_FILE: join(project.root, ".by-hand.index") };
  const git = (words: readonly string[], input = "") =>
    execFileSync("git", ["-C", project.root, ...words], { encoding: "utf8", env: environment, input }).trim();
  git(["read-tree", REF]);
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) git(["update-index", "--force-remove", path]);
    else git(["update-index", "--add", "--cacheinfo", `100644,${git(["hash-object", "-w", "--stdin"], text)},${path}`]);
  }
  const parents = (how.parents ?? [git(["rev-parse", REF])]).flatMap((parent) => ["-p", parent]);
  const tree = git(["write-tree"]);
  const message = (how.message ?? "By hand\n").replace("TREE", tree.slice(0, 16)); // as who knows the format writes it
  const commit = git(["commit-tree", tree, ...parents, "-F", "-"], message);
  git(["update-ref", REF, commit]);
  return commit;
}

/** `git commit --amend` on the registry branch: other files, the same message, the same parents; nobody here saw the commit it replaces. */
export function amendByHand(project: ToyProject, changes: Record<string, string | null>): string {
  const head = project.git("rev-parse", REF).trim();
  const parents = project.git("log", "-1", "--format=%P", head).trim().split(" ").filter(Boolean);
  const commit = commitByHand(project, changes, { parents, message: project.git("log", "-1", "--format=%B", head) });
  for (const seen of project.git("for-each-ref", "--format=%(refname)", "refs/trainyard").split("\n").filter(Boolean))
    project.git("update-ref", "-d", seen);
  return commit;
}
