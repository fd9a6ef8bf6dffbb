import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Actor, openRegistry, type Registry, type RegistryBranch } from "@trainyard/core";
import { git } from "../../packages/backends/src/git/git.ts";
import { connectionFrom, type GithubConnection } from "../../packages/backends/src/github/call/connection.ts";
import { openGithub } from "../../packages/backends/src/github/call/github.ts";
import { githubBranch } from "../../packages/backends/src/github/registry/registry-branch.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";
import {
  type GithubServer,
  type GithubServerOptions,
  startGithubServer,
} from "../github-server/start-github-server.ts";

const clock = {
  now: () => 1_000_000_000_000, // the same second for all: equal commits would get equal ids
  seconds: () => performance.now() / 1000,
  simulated: true,
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};
const actor: Actor = { name: "ana", kind: "person" };
const random = { uuid: () => crypto.randomUUID(), fraction: () => Math.random() };

/** A repository on the test server, and clients of its registry, each with a clone of its own. */
export interface RegistryWorld extends AsyncDisposable {
  readonly server: GithubServer;
  /** A folder for clones, gone with the world. */
  readonly folder: string;
  connection(token?: string): GithubConnection;
  /** A client in a clone; one without any (null) has its own for a moment. */
  branch(
    clone: string | null,
    token?: string,
    note?: (text: string) => void,
  ): Promise<RegistryBranch & { close(): void }>;
  registry(clone: string | null, token?: string): Promise<Registry>;
  over(branch: RegistryBranch): Registry;
  /** Calls since the last time it was asked, like "graphql createCommitOnBranch". */
  counted(): Record<string, number>;
}

export async function registryWorld(options: GithubServerOptions = {}): Promise<RegistryWorld> {
  const server = await startGithubServer(options);
  const folder = await mkdtemp(join(tmpdir(), "github-registry-"));
  const opened: { close(): void }[] = [];
  const write = server.token({ contents: "write" });
  let asked = server.calls.length;
  const connection = (token = write) => connectionFrom(server.environment, token) as GithubConnection;
  const over = (branch: RegistryBranch) => openRegistry({ branch, sha256, clock, random, actor });
  const branch: RegistryWorld["branch"] = async (clone, token, note) => {
    const root = clone === null ? null : join(folder, clone);
    if (root !== null && !existsSync(root)) await git(folder, ["init", "--quiet", root]); // one that is there stays as it is
    const options = { root, github: openGithub(connection(token)), actor, clock, ...(note ? { note } : {}) };
    const chosen = await githubBranch(options);
    opened.push(chosen.branch);
    return chosen.branch;
  };
  return {
    server,
    folder,
    connection,
    branch,
    over,
    registry: async (clone, token) => over(await branch(clone, token)),
    counted() {
      const calls = server.calls.slice(asked);
      asked = server.calls.length;
      const counts: Record<string, number> = {};
      for (const { kind } of calls) counts[kind] = (counts[kind] ?? 0) + 1;
      return counts;
    },
    async [Symbol.asyncDispose]() {
      for (const one of opened) one.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
