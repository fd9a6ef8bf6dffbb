import { TrainyardError } from "@trainyard/core";
import { git, lastWords, runGit } from "../../git/git.ts";
import type { GithubConnection } from "../call/connection.ts";
import { gitAccess } from "./git-access.ts";

/**
 * Brings a commit of the repository, a fork's pull request included, into the clone: to be read, not checked out.
 * @throws GITHUB_FORBIDDEN, SERVICE_UNREACHABLE, BASE_UNKNOWN for a commit that GitHub does not give
 */
export async function fetchCommit(folder: string, commit: string, connection: GithubConnection): Promise<void> {
  if ((await runGit(folder, ["cat-file", "-e", `${commit}^{commit}`])).code === 0) return;
  const { url, access } = gitAccess(connection);
  const top = (await git(folder, ["rev-parse", "--show-toplevel"])).trim();
  const words = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", url, commit];
  const { code, stderr } = await runGit(top, words, {
    environment: access?.environment ?? {},
    ...(access === undefined ? {} : { timeout: access.timeout }),
  });
  if (code === 0) return;
  if (/not our ref|no such remote ref/i.test(stderr)) throw new TrainyardError("BASE_UNKNOWN", { base: commit });
  throw (
    access?.refusal(stderr) ?? new TrainyardError("SERVICE_UNREACHABLE", { service: url, problem: lastWords(stderr) })
  );
}
