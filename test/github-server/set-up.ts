import { newRun, workflowAt } from "./rest/runs.ts";
import type { Job, PullRequest, WorkflowRun } from "./state.ts";
import type { World } from "./world.ts";

export interface PullRequestOptions {
  /** The branch that is to be merged; made from `base` with `files` when it is not there. */
  readonly head: string;
  readonly base?: string;
  /** `owner/name` of the fork the branch lies in; without it, this repository. */
  readonly fork?: string;
  readonly title?: string;
  readonly body?: string;
  readonly login?: string;
  readonly files?: Readonly<Record<string, string | null>>;
  readonly draft?: boolean;
}

export interface RunOptions {
  readonly event: string;
  /** Without it, the head of `headBranch`. */
  readonly headSha?: string;
  readonly headBranch?: string;
  /** `owner/name`; another than this repository for a fork's. */
  readonly headRepository?: string;
  /** The name of the workflow's file. */
  readonly workflow?: string;
  readonly actor?: string;
  readonly status?: string;
  readonly conclusion?: string | null;
  readonly pulls?: number[];
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly createdAt?: string;
}

/** A fork's commits are in the same object store, as on GitHub, under `refs/pull/N/head`. */
export async function openPullRequest(world: World, options: PullRequestOptions): Promise<PullRequest> {
  const { head, base = world.defaultBranch, fork = world.slug, login = "ana" } = options;
  const baseSha = await world.branch(base);
  if (baseSha === null) throw new Error(`there is no branch ${base}`);
  const inside = fork === world.slug;
  const there = inside ? await world.branch(head) : null;
  const sha =
    there !== null && options.files === undefined ? there : await changed(world, there ?? baseSha, options.files ?? {});
  if (inside && sha !== there) await world.git.moveRef(`refs/heads/${head}`, sha, there);
  const number = world.nextNumber();
  await world.git.moveRef(`refs/pull/${number}/head`, sha, null);
  const at = world.now();
  const pull: PullRequest = {
    id: world.nextId(),
    number,
    title: options.title ?? `Change ${head}`,
    body: options.body ?? "",
    state: "open",
    merged: false,
    mergeCommitSha: null,
    draft: options.draft ?? false,
    labels: [],
    login,
    head: { owner: fork.split("/")[0] as string, repository: fork, ref: head, sha },
    base: { ref: base, sha: baseSha },
    createdAt: at,
    updatedAt: at,
  };
  world.state.pulls.push(pull);
  return pull;
}

export async function pushPullRequest(
  world: World,
  number: number,
  files: Readonly<Record<string, string | null>>,
): Promise<PullRequest> {
  const pull = world.state.pulls.find((one) => one.number === number);
  if (pull === undefined) throw new Error(`there is no pull request ${number}`);
  const old = pull.head.sha;
  const sha = await changed(world, old, files);
  if (pull.head.repository === world.slug) await world.git.moveRef(`refs/heads/${pull.head.ref}`, sha, old);
  await world.git.moveRef(`refs/pull/${number}/head`, sha, old);
  pull.head.sha = sha;
  pull.updatedAt = world.now();
  return pull;
}

/** Merged by squashing: one commit on the base that says what the pull request changed. @returns its id */
export async function mergePullRequest(world: World, number: number): Promise<string> {
  const pull = world.state.pulls.find((one) => one.number === number);
  if (pull === undefined) throw new Error(`there is no pull request ${number}`);
  const base = await world.branch(pull.base.ref);
  const tree = (await world.git.git(["merge-tree", "--write-tree", base ?? "", pull.head.sha])).trim();
  const person = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"];
  const words = ["commit-tree", tree, "-p", base ?? "", "-m", `${pull.title} (#${number})`];
  const commit = (await world.git.git([...person, ...words])).trim();
  await world.git.moveRef(`refs/heads/${pull.base.ref}`, commit, base);
  Object.assign(pull, { state: "closed", merged: true, mergeCommitSha: commit, updatedAt: world.now() });
  return commit;
}

async function changed(world: World, parent: string, files: Readonly<Record<string, string | null>>): Promise<string> {
  const person = { name: "Ana", email: "ana@example.org", date: world.now() };
  const { commit } = await world.git.commit({
    parent,
    changes: Object.entries(files).map(([path, text]) =>
      text === null ? { path, sha: null } : { path, content: Buffer.from(text), mode: "100644" },
    ),
    message: `Change ${Object.keys(files).join(", ")} (${world.nextId()})\n`,
    author: person,
    committer: person,
  });
  return commit;
}

export async function startRun(
  world: World,
  options: RunOptions,
): Promise<WorkflowRun & { readonly job: (name: string) => Job }> {
  const { headBranch = world.defaultBranch, headRepository = world.slug, actor = "ana" } = options;
  const headSha = options.headSha ?? (await world.branch(headBranch));
  if (headSha === null) throw new Error(`there is no branch ${headBranch}`);
  const workflow = workflowAt(world, `.github/workflows/${options.workflow ?? "model-review.yml"}`);
  const pulls =
    options.pulls ??
    (options.event === "pull_request"
      ? world.state.pulls.filter((one) => one.head.sha === headSha).map((one) => one.number)
      : []);
  const run = newRun(world, {
    workflow,
    event: options.event,
    headSha,
    headBranch,
    headRepository,
    actor,
    pulls,
    status: options.status ?? "in_progress",
    conclusion: options.conclusion ?? null,
    inputs: options.inputs ?? {},
    ...(options.createdAt === undefined ? {} : { createdAt: options.createdAt }),
  });
  const job = (name: string): Job => {
    const made: Job = {
      id: world.nextId(),
      run: run.id,
      attempt: run.attempt,
      name,
      status: "in_progress",
      conclusion: null,
      startedAt: world.now(),
      completedAt: null,
    };
    world.state.jobs.push(made);
    return made;
  };
  return Object.defineProperty(run, "job", { value: job, enumerable: false }) as WorkflowRun & { job: typeof job };
}
