import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Home, type Store, TrainyardError } from "@trainyard/core";
import { expect } from "vitest";
import { connectionFrom } from "../../packages/backends/src/github/call/connection.ts";
import { openGithub } from "../../packages/backends/src/github/call/github.ts";
import { githubStore } from "../../packages/backends/src/github/store/github-store.ts";
import type { Limits } from "../../packages/backends/src/github/store/plan.ts";
import { type GithubServer, startGithubServer } from "../github-server/start-github-server.ts";
import type { Granted } from "../github-server/tokens.ts";

export const digestOf = (content: string | Uint8Array) =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;
export const refusal = (code: string) => expect.objectContaining({ name: "TrainyardError", code });

/** Assets, bundles and releases small enough to have many of each. */
const SMALL_LIMITS: Partial<Limits> = { asset: 1000, small: 100 };

/** A repository on our own GitHub, and jobs that each have a disk of their own. */
export interface StoreWorld extends AsyncDisposable {
  readonly server: GithubServer;
  readonly folder: string;
  /** Root digests that may have a blob, the newest first; a job asks it as it would ask the registry. */
  readonly homes: string[];
  /** A store of a job: with a state folder nobody used before, unless one is named. */
  job(options?: {
    state?: string;
    limits?: Partial<Limits>;
    homes?: (digest: string) => Promise<readonly string[]>;
    permissions?: Granted;
  }): Store & { readonly state: string };
  file(name: string, bytes: string | Uint8Array): Promise<string>;
  /** No release, no plan of faults, no homes: a world made anew costs a second. */
  reset(): void;
  /** Calls by route since the last time it was asked, without those of git. */
  counted(): Record<string, number>;
}

export async function storeWorld(): Promise<StoreWorld> {
  const server = await startGithubServer();
  const folder = await mkdtemp(join(tmpdir(), "github-store-"));
  const homes: string[] = [];
  let jobs = 0;
  let seen = 0;
  return {
    server,
    folder,
    homes,
    job({
      state = join(folder, `job-${++jobs}`),
      limits = SMALL_LIMITS,
      homes: homesOf = async () => homes,
      permissions = { contents: "write" } as const,
    } = {}) {
      const connection = connectionFrom(server.environment, server.token(permissions));
      if (connection === null) throw new Error("the server says where it is");
      const store = githubStore({ github: openGithub(connection), homes: homesOf, state, limits });
      return { ...store, state };
    },
    async file(name, bytes) {
      const path = join(folder, name);
      await writeFile(path, bytes);
      return path;
    },
    reset() {
      server.state.releases.length = 0;
      server.state.burntTags.clear();
      server.state.immutableReleases = false;
      server.faults.clear();
      homes.length = 0;
    },
    counted() {
      const calls: Record<string, number> = {};
      for (const { method, route, kind } of server.calls.slice(seen)) {
        const name = kind === "graphql" ? "graphql" : `${method} ${route}`;
        calls[name] = (calls[name] ?? 0) + 1;
      }
      seen = server.calls.length;
      return calls;
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const home = (digest: string, change: Partial<Home> = {}): Home => ({
  model: "flight-delays",
  digest,
  title: "flight-delays v1",
  card: "# flight-delays\n",
  ...change,
});

/** Runs until it ends well, as somebody who runs the job again. */
export async function untilDone<T>(work: () => Promise<T>, most = 5): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TrainyardError) || tries === most) throw error;
    }
  }
}
