import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  comment as commentShape,
  pull as pullShape,
  repository as repositoryShape,
  workflowRun,
} from "../github-server/shapes.ts";
import { type GithubServer, startGithubServer } from "../github-server/start-github-server.ts";
import type { PullRequest, WorkflowRun } from "../github-server/state.ts";
import { type RunOptions, type RunOutcome, runWorkflow, type Trigger } from "./run-workflow.ts";
import { parseWorkflow, templateText } from "./workflow.ts";

type More = Partial<Pick<RunOptions, "approves" | "vars" | "prepare">>;
type Event = Pick<Trigger, "event" | "payload" | "sha" | "ref"> &
  Partial<Trigger> & { readonly headSha?: string; readonly headBranch?: string; readonly headRepository?: string };

/** What a story starts from. */
export interface Beginning {
  /** The repository's name; its owner is octo. */
  readonly name: string;
  /** A git repository with the project and the templates in it. Disposed of, where it can be, once the server has it. */
  readonly project: { readonly root: string } & Partial<Disposable>;
  /** Variables that every runner of the story has; asked at each job, because a story's clock moves. */
  readonly variables?: () => Readonly<Record<string, string>>;
  /** What runners have beside the checkout. */
  readonly prepare?: RunOptions["prepare"];
}

/** A project as a repository on the test server, with the templates as its workflows. What happens in it starts them, as on GitHub. */
export class Repository implements AsyncDisposable {
  readonly server: GithubServer;
  readonly folder: string;
  /** Every workflow run of the story, newest last. */
  readonly runs: { readonly workflow: string; readonly run: WorkflowRun; readonly outcome: RunOutcome }[] = [];

  /** OWNER/NAME. */
  readonly slug: string;
  readonly #beginning: Beginning;

  private constructor(server: GithubServer, folder: string, beginning: Beginning) {
    this.server = server;
    this.folder = folder;
    this.slug = `octo/${beginning.name}`;
    this.#beginning = beginning;
  }

  /** @param begin is given a folder of the story's own, that outlives every runner: where deployments go */
  static async open(begin: (folder: string) => Beginning | Promise<Beginning>): Promise<Repository> {
    const folder = mkdtempSync(join(tmpdir(), "trainyard-scenes-"));
    const beginning = await begin(folder);
    const { name, project } = beginning;
    try {
      const server = await startGithubServer({ owner: "octo", name, from: project.root });
      server.state.collaborators.set("ana", "write").set("ben", "read");
      return new Repository(server, folder, beginning);
    } finally {
      project[Symbol.dispose]?.();
    }
  }

  git(...words: string[]): string {
    const environment = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
    const person = {
      GIT_AUTHOR_NAME: "Ana",
      GIT_AUTHOR_EMAIL: "ana@example.com",
      GIT_COMMITTER_NAME: "Ana",
      GIT_COMMITTER_EMAIL: "ana@example.com",
    };
    return execFileSync("git", ["-C", this.server.bare, ...words], {
      encoding: "utf8",
      env: { ...environment, ...person },
    }).trim();
  }

  get main(): string {
    return this.git("rev-parse", "refs/heads/main");
  }

  /** Somebody pushes to main: model-release. */
  async pushed(before: string, more?: More): Promise<RunOutcome> {
    const payload = { before, after: this.main, ref: "refs/heads/main" };
    return this.run("model-release", { event: "push", payload, sha: this.main, ref: "refs/heads/main" }, more);
  }

  /** A pull request is opened or pushed to: model-review on its merge commit; for a fork verdict-for-forks after it. */
  async review(pull: PullRequest, more?: More): Promise<{ review: RunOutcome; verdict: RunOutcome | null }> {
    const { number, head } = pull;
    const tree = this.git("merge-tree", "--write-tree", this.main, head.sha).split("\n")[0] as string;
    const merge = this.git(
      "commit-tree",
      tree,
      "-p",
      this.main,
      "-p",
      head.sha,
      "-m",
      `Merge ${head.sha} into ${this.main}`,
    );
    this.git("update-ref", `refs/pull/${number}/merge`, merge);
    const fork = head.repository !== this.slug;
    const review = await this.run(
      "model-review",
      {
        event: "pull_request",
        payload: {
          action: "synchronize",
          number,
          pull_request: pullShape(this.server.world, { ...pull, base: { ...pull.base, sha: this.main } }),
        },
        sha: merge,
        ref: `refs/pull/${number}/merge`,
        headSha: head.sha,
        headBranch: head.ref,
        headRepository: head.repository,
        readOnly: fork,
      },
      more,
    );
    return { review, verdict: fork ? await this.after(this.last, "verdict-for-forks") : null };
  }

  /** A run is over, and a workflow of the main branch hears of it. */
  async after(run: WorkflowRun, workflow: string): Promise<RunOutcome> {
    const payload = { action: "completed", workflow_run: workflowRun(this.server.world, run) };
    return this.run(workflow, { event: "workflow_run", payload, sha: this.main, ref: "refs/heads/main" });
  }

  /** Squashes a pull request into main; the commit is new, what it holds is what was reviewed. */
  merge(pull: PullRequest): { before: string } {
    const before = this.main;
    const tree = this.git("merge-tree", "--write-tree", before, pull.head.sha).split("\n")[0] as string;
    const commit = this.git("commit-tree", tree, "-p", before, "-m", `${pull.title} (#${pull.number})`);
    this.git("update-ref", "refs/heads/main", commit, before);
    Object.assign(pull, { merged: true, state: "closed", mergeCommitSha: commit });
    return { before };
  }

  /** A pull request goes into the merge queue: a commit of GitHub's own on top of main, which model-review is asked about. */
  async queued(pull: PullRequest): Promise<{ sha: string; outcome: RunOutcome }> {
    const before = this.main;
    const tree = this.git("merge-tree", "--write-tree", before, pull.head.sha).split("\n")[0] as string;
    const sha = this.git("commit-tree", tree, "-p", before, "-m", `${pull.title} (#${pull.number})`);
    const branch = `gh-readonly-queue/main/pr-${pull.number}-${before}`;
    const ref = `refs/heads/${branch}`;
    this.git("update-ref", ref, sha);
    const group = { head_sha: sha, head_ref: ref, base_sha: before, base_ref: "refs/heads/main" };
    const outcome = await this.run("model-review", {
      event: "merge_group",
      payload: { action: "checks_requested", merge_group: group },
      sha,
      ref,
      headSha: sha,
      headBranch: branch,
    });
    return { sha, outcome };
  }

  /** The queue lets it through: main becomes the commit that was asked about. */
  letThrough(pull: PullRequest, sha: string): { before: string } {
    const before = this.main;
    this.git("update-ref", "refs/heads/main", sha, before);
    this.git("update-ref", "-d", `refs/heads/gh-readonly-queue/main/pr-${pull.number}-${before}`);
    Object.assign(pull, { merged: true, state: "closed", mergeCommitSha: sha });
    return { before };
  }

  async dispatch(workflow: string, inputs: Readonly<Record<string, unknown>>, more?: More): Promise<RunOutcome> {
    return this.run(
      workflow,
      { event: "workflow_dispatch", payload: {}, inputs, sha: this.main, ref: "refs/heads/main" },
      more,
    );
  }

  async commented(
    pull: PullRequest,
    body: string,
    association: string,
    { login = "ana", ...more }: More & { readonly login?: string } = {},
  ): Promise<RunOutcome> {
    const { world } = this.server;
    const comment = {
      ...commentShape(world, {
        id: 1,
        issue: pull.number,
        login,
        body,
        createdAt: world.now(),
        updatedAt: world.now(),
      }),
      author_association: association,
    };
    const issue = {
      number: pull.number,
      state: pull.state,
      pull_request: { url: "…", merged_at: pull.merged ? world.now() : null },
    };
    const payload = { action: "created", issue, comment };
    return this.run("model-promote", { event: "issue_comment", payload, sha: this.main, ref: "refs/heads/main" }, more);
  }

  get last(): WorkflowRun {
    return (this.runs.at(-1) as Repository["runs"][number]).run;
  }

  /** Runs a template for an event; a run that the server made already, for a dispatch, goes on under its own number. */
  async run(workflow: string, event: Event, more: More = {}, made?: WorkflowRun): Promise<RunOutcome> {
    const { headSha = event.sha, headBranch = "main", headRepository = this.slug, ...trigger } = event;
    const run =
      made ??
      (await this.server.startRun({
        event: event.event,
        headSha,
        headBranch,
        headRepository,
        workflow: `${workflow}.yml`,
      }));
    const granted = new Map<string, Readonly<Record<string, string>>>();
    const variables = (job: string) =>
      this.server.jobEnvironment({ run: run.id, job, permissions: (granted.get(job) ?? {}) as never });
    const folder = join(this.folder, `run-${run.id}`);
    mkdirSync(folder);
    const outcome = await runWorkflow({
      workflow: parseWorkflow(templateText(workflow)),
      trigger: {
        ...trigger,
        payload: { ...event.payload, repository: repositoryShape(this.server.world) },
        runId: run.id,
      },
      folder,
      forge: {
        repository: this.slug,
        cloneUrl: `${this.server.environment["GITHUB_SERVER_URL"]}/${this.slug}.git`,
        token: (permissions, job) => {
          granted.set(job, permissions);
          return variables(job)["GITHUB_TOKEN"] as string;
        },
        environment: (job) => {
          const { GITHUB_TOKEN: _, GITHUB_SHA: __, GITHUB_REF: ___, ...rest } = variables(job); // `run:` steps and user code see no token
          return { ...rest, ...this.#beginning.variables?.() };
        },
      },
      ...(this.#beginning.prepare === undefined ? {} : { prepare: this.#beginning.prepare }),
      ...more,
    });
    Object.assign(run, { status: "completed", conclusion: outcome.conclusion });
    this.runs.push({ workflow, run, outcome });
    return outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
    execFileSync("chmod", ["-R", "u+w", this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
