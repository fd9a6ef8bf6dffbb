import { byCodePoint, CONFIG_NAME, TrainyardError } from "@trainyard/core";
import { findRepository, git, runGit } from "./git.ts";

/** What differs between the folder as it is and where it left a base. */
export interface ChangedSince {
  /** The commit compared with: where this branch left the base. */
  readonly commit: string;
  /** Changed, new and removed files below the project, relative to it; uncommitted ones too. */
  readonly paths: readonly string[];
  /** trainyard.yaml as it was; null where there was none. */
  readonly config: string | null;
  /** trainyard.yaml of the head that was named; null without one. */
  readonly headConfig: string | null;
}

/** What a push event calls the commit before the first one. */
const NOTHING = /^0{40,64}$/;
const DEFAULT_BASES = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

/**
 * What changed since a branch left its base.
 *
 * @param root The project's folder.
 * @param base A commit or branch; empty: the first of origin's usual main branches that is here.
 * @param head A commit to look at instead of the folder; it must be in the clone.
 * @returns Null for a branch that had no commit before: everything is new.
 * @throws BASE_UNKNOWN when the clone does not have it, NO_REPOSITORY, NO_COMMIT
 */
export async function changedSince(
  root: string,
  base: string | null,
  head: string | null = null,
): Promise<ChangedSince | null> {
  await findRepository(root);
  if (base !== null && NOTHING.test(base)) return null;
  const commit = await whereItLeft(root, base, head ?? "HEAD");
  const words = ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative"];
  const tracked = await git(root, [...words, commit, ...(head === null ? [] : [head]), "--", "."]);
  const untracked =
    head === null ? await git(root, ["ls-files", "-z", "--others", "--exclude-standard", "--", "."]) : "";
  const paths = new Set(`${tracked}${untracked}`.split("\0").filter((path) => path !== ""));
  return {
    commit,
    paths: [...paths].sort(byCodePoint),
    config: await configAt(root, commit),
    headConfig: head === null ? null : await configAt(root, head),
  };
}

async function configAt(root: string, commit: string): Promise<string | null> {
  const { code, stdout } = await runGit(root, ["show", "--no-show-signature", `${commit}:./${CONFIG_NAME}`]);
  return code === 0 ? stdout : null;
}

/** Where a commit left its base. @throws BASE_UNKNOWN */
export async function whereItLeft(root: string, base: string | null, head: string): Promise<string> {
  for (const name of base === null ? DEFAULT_BASES : [base]) {
    const found = await runGit(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
    if (found.code !== 0) continue;
    const left = await runGit(root, ["merge-base", found.stdout.trim(), head]);
    if (left.code === 0) return left.stdout.trim();
  }
  throw new TrainyardError("BASE_UNKNOWN", { base });
}
