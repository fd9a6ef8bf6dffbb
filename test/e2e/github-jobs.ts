import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../github-server/shapes.ts";
import { type GithubServer, startGithubServer } from "../github-server/start-github-server.ts";
import { actionFolder } from "../runner/bundles.ts";
import { runStep, type StepOptions, type StepResult } from "../runner/run-step.ts";
import { ToyProject } from "./toy-project.ts";

type Permissions = Readonly<Record<string, "read" | "write">>;

/** What each action's job is given in the templates. */
export const PERMISSIONS = {
  train: { contents: "read" },
  reuse: { contents: "read", actions: "read", "pull-requests": "read" },
  evaluate: { contents: "read", actions: "read", "pull-requests": "write", checks: "write" },
  register: { contents: "write", actions: "read" },
  deploy: { contents: "write", deployments: "write" },
  plan: { contents: "read" },
  "drift-check": { contents: "write", issues: "write", actions: "write" },
} as const satisfies Record<string, Permissions>;

export interface Trigger {
  readonly run: number;
  readonly event: string;
  readonly sha: string;
  readonly payload: unknown;
}

/** The toy project in a repository on the test server, whose workflows are run job by job with the real bundles. */
export class GithubJobs implements AsyncDisposable {
  readonly toy: ToyProject;
  readonly server: GithubServer;
  readonly temp = mkdtempSync(join(tmpdir(), "trainyard-jobs-"));
  /** What is never committed, and every runner has: data, and what serves. */
  readonly shared = join(this.temp, "shared");
  #jobs = 0;

  private constructor(toy: ToyProject, server: GithubServer) {
    this.toy = toy;
    this.server = server;
    cpSync(join(toy.root, "data"), join(this.shared, "data"), { recursive: true });
  }

  static async start(config?: string): Promise<GithubJobs> {
    const toy = new ToyProject(config === undefined ? {} : { config });
    return new GithubJobs(toy, await startGithubServer({ from: toy.root }));
  }

  /** What GitHub says, asked with a token that may read all of it. */
  async get<T = Record<string, unknown>>(path: string): Promise<T> {
    const { url, owner, name } = this.server;
    const authorization = `token ${this.server.token("read-all")}`;
    const answer = await fetch(`${url}/repos/${owner}/${name}${path}`, { headers: { authorization } });
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** git in the repository on the server. */
  git(...words: string[]): string {
    return execFileSync("git", ["-C", this.server.bare, ...words], { encoding: "utf8", env: this.toy.environment });
  }

  /** The registry's events, oldest first. */
  events(): Record<string, unknown>[] {
    const ref = "trainyard/registry";
    const paths = this.git("ls-tree", "-r", "--name-only", ref, "events/").trim().split("\n");
    return paths
      .map((path) => JSON.parse(this.git("show", `${ref}:${path}`)) as Record<string, unknown>)
      .sort((a, b) => Number(a["seq"]) - Number(b["seq"]));
  }

  /** A pull request was opened or pushed to: its workflow run. */
  async onPullRequest(number: number, workflow = "model-review.yml"): Promise<Trigger> {
    const pull = await this.get<{ head: { sha: string; ref: string; repo: { full_name: string } } }>(
      `/pulls/${number}`,
    );
    const { sha, ref, repo } = pull.head;
    const its = { event: "pull_request", headSha: sha, headBranch: ref, headRepository: repo.full_name, workflow };
    const run = await this.server.startRun(its);
    const payload = { action: "synchronize", number, pull_request: pull, repository: repository(this.server.world) };
    return { run: run.id, event: "pull_request", sha, payload };
  }

  async onPush(sha: string): Promise<Trigger> {
    const run = await this.server.startRun({ event: "push", headSha: sha, workflow: "model-release.yml" });
    const payload = { ref: "refs/heads/main", after: sha, repository: repository(this.server.world) };
    return { run: run.id, event: "push", sha, payload };
  }

  async onDispatch(): Promise<Trigger> {
    const run = await this.server.startRun({ event: "workflow_dispatch", workflow: "drift-check.yml" });
    return {
      run: run.id,
      event: "workflow_dispatch",
      sha: run.headSha,
      payload: { repository: repository(this.server.world) },
    };
  }

  /** The run of a fork is over, and the default branch's workflow is told. */
  async onWorkflowRun(of: Trigger): Promise<Trigger> {
    const run = await this.server.startRun({ event: "workflow_run", workflow: "verdict-for-forks.yml" });
    const payload = {
      action: "completed",
      workflow_run: await this.get(`/actions/runs/${of.run}`),
      repository: repository(this.server.world),
    };
    return { run: run.id, event: "workflow_run", sha: run.headSha, payload };
  }

  /** A job on a fresh runner: a checkout without credentials, and steps one after the other. */
  job(trigger: Trigger, permissions: Permissions, name = `job-${++this.#jobs}`): RunnerJob {
    return new RunnerJob(this, trigger, permissions, name);
  }

  /** One job with one step. */
  async uses(
    action: keyof typeof PERMISSIONS,
    trigger: Trigger,
    inputs: Readonly<Record<string, string>> = {},
    permissions: Permissions = PERMISSIONS[action],
  ): Promise<StepResult> {
    const job = this.job(trigger, permissions);
    return job.uses(action === "reuse" ? "train" : action, inputs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
    this.toy[Symbol.dispose]();
    execFileSync("chmod", ["-R", "u+w", this.temp]);
    rmSync(this.temp, { recursive: true, force: true });
  }
}

export class RunnerJob {
  readonly workspace: string;
  readonly temp: string;
  readonly #trigger: Trigger;
  readonly #environment: Record<string, string>;

  constructor(jobs: GithubJobs, trigger: Trigger, permissions: Permissions, name: string) {
    this.#trigger = trigger;
    this.workspace = join(jobs.temp, name, "work");
    this.temp = join(jobs.temp, name, "temp");
    mkdirSync(this.temp, { recursive: true });
    const { server, toy } = jobs;
    execFileSync("git", ["clone", "-q", "--no-checkout", server.bare, this.workspace], { env: toy.environment });
    const git = (...words: string[]) =>
      execFileSync("git", ["-C", this.workspace, ...words], { env: toy.environment, stdio: "pipe" });
    git("fetch", "-q", "origin", trigger.sha);
    git("checkout", "-q", "--detach", trigger.sha);
    git("remote", "set-url", "origin", `${server.environment["GITHUB_SERVER_URL"]}/${server.owner}/${server.name}.git`);
    for (const folder of ["data", "logs"])
      if (existsSync(join(jobs.shared, folder)))
        cpSync(join(jobs.shared, folder), join(this.workspace, folder), { recursive: true });
    this.#environment = server.jobEnvironment({ run: trigger.run, job: name, permissions });
  }

  uses(
    action: string,
    inputs: Readonly<Record<string, string>> = {},
    more: Pick<StepOptions, "cancelAt" | "killAt" | "env"> = {},
  ): Promise<StepResult> {
    const { GITHUB_TOKEN: token = "", ...env } = this.#environment;
    return runStep({
      action: actionFolder(action),
      workspace: this.workspace,
      temp: this.temp,
      with: inputs,
      ...more,
      env: { ...env, GITHUB_SHA: this.#trigger.sha, GITHUB_EVENT_NAME: this.#trigger.event, ...more.env },
      event: this.#trigger.payload,
      token,
    });
  }
}
