import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRefusal } from "@trainyard/core";
import { findRepository, git, type Repository } from "../../git/git.ts";

/** Where a branch is fetched to. */
export interface FetchPlace {
  readonly repository: Repository;
  /** Made for this process alone. */
  readonly own: boolean;
  /** Takes it away where it was made. */
  close(): void;
}

/**
 * The repository that a folder lies in; an empty one for this process alone where there is no folder, where it lies in none, in one git does not trust (a job in a container
 * often has somebody else's files), or in one with SHA-256 ids, which GitHub's are not.
 * @throws GIT_MISSING, GIT_FAILED
 */
export async function repositoryFor(folder: string | null): Promise<FetchPlace> {
  const repository = folder === null ? null : await findRepository(folder).catch(nullWhereUnusable);
  if (repository?.hash === "sha1") return { repository, own: false, close() {} };
  const own = await mkdtemp(join(tmpdir(), "trainyard-registry-"));
  const remove = () => rmSync(own, { recursive: true, force: true });
  process.once("exit", remove); // also of a process that ends by a refusal
  await git(own, ["init", "--quiet", "--bare", "--object-format=sha1", "--template="]);
  return {
    repository: await findRepository(own),
    own: true,
    close() {
      process.removeListener("exit", remove);
      remove();
    },
  };
}

function nullWhereUnusable(error: unknown): null {
  if (isRefusal(error) && (error.code === "NO_REPOSITORY" || error.code === "REPOSITORY_UNTRUSTED")) return null;
  throw error;
}
