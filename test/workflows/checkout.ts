import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { RunOptions } from "./run-workflow.ts";

/**
 * What actions/checkout does, with real git: fetches the event's commit, or everything with `fetch-depth: 0`, and leaves no token behind.
 * The repository is asked over whatever `cloneUrl` is.
 */
export async function checkout(
  workspace: string,
  given: Readonly<Record<string, string>>,
  token: string,
  { trigger, forge }: RunOptions,
): Promise<void> {
  const known = ["fetch-depth", "persist-credentials", "ref"];
  for (const name of Object.keys(given))
    if (!known.includes(name)) throw new Error(`checkout: ${name} is not imitated here`);
  if (given["persist-credentials"] !== "false") throw new Error("a checkout of ours keeps no token");
  const server = new URL(forge.cloneUrl, "file:///");
  const environment = {
    ...process.env,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    ...(server.protocol === "file:"
      ? {}
      : {
          GIT_CONFIG_COUNT: "1",
          GIT_CONFIG_KEY_0: `http.${server.origin}/.extraheader`,
          GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
        }),
  };
  // Not in step: the server it asks may live in this process.
  const git = (...words: string[]) =>
    promisify(execFile)("git", ["-C", workspace, ...words], { env: environment, timeout: 60_000 });
  await git("init", "-q", "-b", "main");
  await git("remote", "add", "origin", forge.cloneUrl);
  const refs =
    given["fetch-depth"] === "0"
      ? ["--no-tags", "origin", "+refs/heads/*:refs/remotes/origin/*", `+${trigger.sha}:refs/remotes/checked-out`]
      : ["--no-tags", "--depth=1", "origin", `+${trigger.sha}:refs/remotes/checked-out`];
  await git("fetch", "-q", ...refs);
  const branch = /^refs\/heads\/(.+)$/.exec(trigger.ref)?.[1];
  await git("checkout", "-q", "--force", ...(branch === undefined ? ["--detach"] : ["-B", branch]), trigger.sha);
}
