import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Repository, runGit } from "./git.ts";

/** The tree without any entry, which git knows without having it. */
const EMPTY_TREE = {
  sha1: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  sha256: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
} as const;
/** Longest wait, milliseconds; what did not come is asked for again, one by one, by who reads it. */
const TIMEOUT = 60_000;

/** Whether blobs of a repository lie with its remote until they are read (`git clone --filter=blob:none`). */
export function isPartial({ commonFolder }: Repository): boolean {
  try {
    return /^\s*promisor\s*=\s*true\s*$/m.test(readFileSync(join(commonFolder, "config"), "utf8"));
  } catch {
    return false;
  }
}

/** Fetches those blobs of a partial clone together that are not here. `cat-file` would fetch each alone; a difference fetches all that it shows at once. */
export async function bringBlobs(repository: Repository, tree: string, paths: readonly string[]): Promise<void> {
  const { commonFolder, hash } = repository;
  const words = ["diff-tree", "-p", "--no-ext-diff", "--no-textconv", EMPTY_TREE[hash], tree, "--", ...paths];
  const environment = { GIT_LITERAL_PATHSPECS: "1" };
  await runGit(commonFolder, words, { environment, timeout: TIMEOUT });
}
