import { runGit } from "./git.ts";

/** What a repository's settings say that every command asks: one process for all of it. */
export interface GitSettings {
  /** Who works here, as git knows them; null when it does not. */
  readonly user: string | null;
  /** There is a remote called origin; where it is, git itself must say (`url.*.insteadOf`). */
  readonly hasOrigin: boolean;
}

/** @throws GIT_MISSING */
export async function gitSettings(folder: string): Promise<GitSettings> {
  const words = ["config", "--null", "--get-regexp", "^(user\\.name|remote\\.origin\\..*)$"];
  const { stdout } = await runGit(folder, words); // code 1: none of them is set
  let user = "";
  let hasOrigin = false;
  for (const entry of stdout.split("\0")) {
    const newline = entry.indexOf("\n");
    if (entry.startsWith("remote.origin.")) hasOrigin = true;
    else if (newline > 0) user = entry.slice(newline + 1).trim(); // the last one counts: the repository's own
  }
  return { user: user === "" ? null : user, hasOrigin };
}
