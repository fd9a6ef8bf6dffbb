import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type About, payload } from "./events.ts";
import { Faults } from "./faults.ts";
import { FileStore } from "./file-store.ts";
import { GitRepository, gitEnvironment } from "./git-repository.ts";
import { Blobs } from "./results/blobs.ts";
import { RuntimeTokens } from "./results/runtime-tokens.ts";
import { type RateLimit, serve, serveBlobs } from "./serve.ts";
import {
  mergePullRequest,
  openPullRequest,
  type PullRequestOptions,
  pushPullRequest,
  type RunOptions,
  startRun,
} from "./set-up.ts";
import type { Job, PullRequest, State, WorkflowRun } from "./state.ts";
import type { Granted } from "./tokens.ts";
import { type Call, World } from "./world.ts";

export interface GithubServerOptions {
  readonly owner?: string;
  readonly name?: string;
  readonly defaultBranch?: string;
  /** A repository on disk whose branches and tags this one starts with; without it, one commit with `files`. */
  readonly from?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** A repository without any commit. */
  readonly empty?: boolean;
  /** REST calls an hour; a million unless told. */
  readonly rateLimit?: number;
}

export interface GithubServer extends AsyncDisposable {
  readonly owner: string;
  readonly name: string;
  /** The REST API. */
  readonly url: string;
  /** The bare repository. */
  readonly bare: string;
  /** What GitHub's runner sets in every job, without a token. */
  readonly environment: Readonly<Record<string, string>>;
  readonly calls: Call[];
  readonly state: State;
  readonly faults: Faults;
  /** What was done against GitHub's description, by clients or by this server. */
  readonly violations: string[];
  readonly world: World;
  /** A job's token; of a run of a fork's pull request it reads only. */
  token(granted: Granted, of?: { run?: number; job?: string; login?: string }): string;
  /** The variables of one job: its tokens for the API and for the services of the run. */
  jobEnvironment(of: { run: number; job?: string; permissions: Granted }): Record<string, string>;
  openPullRequest(options: PullRequestOptions): Promise<PullRequest>;
  /** New commits on the branch of a pull request that is open. */
  pushPullRequest(number: number, files: Readonly<Record<string, string>>): Promise<PullRequest>;
  /** A real event payload about a thing of this server, as `GITHUB_EVENT_PATH` holds it. */
  payload(event: string, about?: About, overrides?: Record<string, unknown>): Record<string, unknown>;
  /** Squashed onto its base. @returns the commit */
  mergePullRequest(number: number): Promise<string>;
  startRun(options: RunOptions): Promise<WorkflowRun & { readonly job: (name: string) => Job }>;
  /** A commit on a branch of the repository, as if somebody had pushed it. @returns its id */
  push(branch: string, files: Readonly<Record<string, string | null>>, from?: string): Promise<string>;
  close(): Promise<void>;
}

/** GitHub on the loopback: what it imitates, and what not, stands in the README beside. */
export async function startGithubServer(options: GithubServerOptions = {}): Promise<GithubServer> {
  const { owner = "octo", name = "flights", defaultBranch = "main" } = options;
  const folder = mkdtempSync(join(tmpdir(), "trainyard-github-"));
  const bare = join(folder, `${name}.git`);
  makeBare(bare, defaultBranch, options.from);
  const world = new World({
    owner,
    name,
    defaultBranch,
    git: new GitRepository(bare),
    files: new FileStore(join(folder, "files")),
    faults: new Faults(),
  });
  const limit: RateLimit = { limit: options.rateLimit ?? 1_000_000, used: 0, reset: 0 };
  const served = { world, blobs: new Blobs(world.files), tokens: new RuntimeTokens(), limit };
  const listen = async (answer: typeof serve) => {
    const server = createServer((request, response) => {
      answer(served, request, response).catch((error: unknown) => failed(world, request, response, error));
    });
    server.requestTimeout = 0; // gigabytes take their time
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  };
  const main = await listen(serve);
  const second = await listen(serveBlobs);
  world.url = main.url;
  world.blobUrl = second.url;
  if (options.from === undefined && options.empty !== true)
    await pushed(world, defaultBranch, options.files ?? { "README.md": "# flights\n" });

  const isForks = (id: number | undefined) => {
    const run = world.state.runs.find((one) => one.id === id);
    return run !== undefined && run.headRepository !== world.slug && run.event === "pull_request";
  };
  const environment = {
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: world.slug,
    GITHUB_REPOSITORY_OWNER: owner,
    GITHUB_API_URL: main.url,
    GITHUB_GRAPHQL_URL: `${main.url}/graphql`,
    GITHUB_SERVER_URL: world.serverUrl,
    ACTIONS_RESULTS_URL: `${main.url}/`,
    ACTIONS_CACHE_SERVICE_V2: "True",
    TRAINYARD_GITHUB_PACE: "0",
  };
  const token: GithubServer["token"] = (granted, of = {}) =>
    world.tokens.create(granted, { ...of, readOnly: isForks(of.run) });

  const close = async () => {
    await Promise.all([main.server, second.server].map(closed));
    world.git.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return {
    owner,
    name,
    url: main.url,
    bare,
    environment,
    calls: world.calls,
    state: world.state,
    faults: world.faults,
    violations: world.violations,
    world,
    token,
    jobEnvironment({ run: id, job = "job", permissions }) {
      const run = world.state.runs.find((one) => one.id === id);
      if (run === undefined) throw new Error(`there is no run ${id}`);
      const pull = run.pulls[0];
      const ref =
        run.event === "pull_request" && pull !== undefined ? `refs/pull/${pull}/merge` : `refs/heads/${run.headBranch}`;
      return {
        ...environment,
        GITHUB_TOKEN: token(permissions, { run: id, job }),
        ACTIONS_RUNTIME_TOKEN: served.tokens.create({
          run: id,
          attempt: run.attempt,
          job,
          ref,
          cache: isForks(id) ? "read" : "write",
        }),
        GITHUB_RUN_ID: String(id),
        GITHUB_RUN_ATTEMPT: String(run.attempt),
        GITHUB_RUN_NUMBER: String(run.number),
        GITHUB_JOB: job,
        GITHUB_WORKFLOW: run.name,
        GITHUB_EVENT_NAME: run.event,
        GITHUB_ACTOR: run.actor,
        GITHUB_TRIGGERING_ACTOR: run.triggeringActor,
        GITHUB_REF: ref,
        GITHUB_SHA: run.headSha,
      };
    },
    openPullRequest: (its) => openPullRequest(world, its),
    pushPullRequest: (number, files) => pushPullRequest(world, number, files),
    payload: (event, about, overrides) => payload(world, event, about, overrides),
    mergePullRequest: (number) => mergePullRequest(world, number),
    startRun: (its) => startRun(world, its),
    push: (branch, files, from) => pushed(world, branch, files, from),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function makeBare(path: string, branch: string, from: string | undefined): void {
  const git = (...words: string[]) => {
    const { status, stderr } = spawnSync("git", words, { env: gitEnvironment(), encoding: "utf8" });
    if (status !== 0) throw new Error(`git ${words[0]}: ${stderr}`);
  };
  if (from === undefined) git("init", "--quiet", "--bare", "--template=", `--initial-branch=${branch}`, path);
  else git("clone", "--quiet", "--bare", "--template=", from, path);
  appendFileSync(join(path, "config"), SETTINGS);
}

/** Written at once: a process for each would take longer than all else of a start. */
const SETTINGS = `[http]
  receivepack = true
[uploadpack]
  allowFilter = true
  allowAnySHA1InWant = true
[transfer]
  hideRefs = refs/internal
[core]
  fsync = none
[gc]
  auto = 0
[receive]
  autogc = false
  unpackLimit = 1000
`;

async function pushed(
  world: World,
  branch: string,
  files: Readonly<Record<string, string | null>>,
  from = branch,
): Promise<string> {
  const old = await world.branch(branch);
  const person = { name: "Ana", email: "ana@example.org", date: world.now() };
  const { commit } = await world.git.commit({
    parent: old ?? (await world.branch(from)),
    changes: Object.entries(files).map(([path, text]) =>
      text === null ? { path, sha: null } : { path, content: Buffer.from(text), mode: "100644" },
    ),
    message: `Change ${Object.keys(files).join(", ")}\n`,
    author: person,
    committer: person,
  });
  await world.git.moveRef(`refs/heads/${branch}`, commit, old);
  return commit;
}

function failed(world: World, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (request.destroyed && !request.complete) return; // the client, or a fault, ended it
  world.violations.push(`${request.method} ${request.url}: ${error instanceof Error ? error.stack : error}`);
  if (response.headersSent) response.destroy();
  else response.writeHead(500).end();
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
