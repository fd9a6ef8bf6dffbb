import { TrainyardError, z } from "@trainyard/core";
import { ask } from "../call/ask.ts";
import type { Github } from "../call/github.ts";

/** The event that started the workflow: its name, and GitHub's own words about it (the file GITHUB_EVENT_PATH names). */
export interface WorkflowEvent {
  readonly name: string;
  readonly payload: unknown;
  /** The commit the job runs on, for events that name none. */
  readonly sha: string;
}

/** An open pull request, as GitHub says now. */
export interface PullRequest {
  readonly number: number;
  readonly headSha: string;
  readonly headRef: string;
  readonly baseRef: string;
  /** From another repository: its token may only read, and its code is a stranger's. */
  readonly fork: boolean;
}

/** What a verdict is about, and where it is said. */
export interface Occasion {
  /** The commit that carries the check: a pull request's head, never its merge commit, which vanishes. */
  readonly sha: string;
  readonly pullRequest: PullRequest | null;
  /** The branch whose rules judge: what is merged into, or what was pushed to. Null: the event has none, as a schedule. */
  readonly base: string | null;
  /** Name of the check: `trainyard` for what goes to the default branch, else with the branch. See `checkName`. */
  readonly checkName: string;
}

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const Repository = z.object({ id: z.int(), default_branch: z.string() });
const Pull = z.object({
  number: z.int().positive(),
  state: z.enum(["open", "closed"]),
  head: z.object({ sha: Sha, ref: z.string(), repo: z.object({ id: z.int() }).nullable() }),
  base: z.object({ ref: z.string(), repo: z.object({ id: z.int() }) }),
});
type Pull = z.infer<typeof Pull>;

const PullEvent = z.object({ pull_request: Pull, repository: Repository });
const GroupEvent = z.object({
  merge_group: z.object({ head_sha: Sha, base_ref: z.string() }),
  repository: Repository,
});
const PushEvent = z.object({ ref: z.string(), after: Sha, repository: Repository });
const RunEvent = z.object({
  workflow_run: z.object({
    event: z.string(),
    head_sha: Sha,
    head_branch: z.string().nullable(),
    head_repository: z.object({ id: z.int(), owner: z.object({ login: z.string() }) }).nullable(),
  }),
  repository: Repository,
});
const AnyEvent = z.object({ repository: Repository.optional() });

/**
 * What a workflow's verdict is about. For `workflow_run` the pull request is asked of GitHub by head owner, branch and commit: an artifact of the
 * run that came before is a stranger's word. A merge queue and a push have no pull request to comment on; a push to a branch that is the head of
 * one does.
 * @throws EVENT_INVALID on a payload that is not GitHub's; PULL_REQUEST_UNKNOWN when none is open for the commit any more, or several are
 */
export async function findPullRequest(github: Github, event: WorkflowEvent): Promise<Occasion> {
  switch (event.name) {
    case "pull_request":
    case "pull_request_target": {
      const { pull_request, repository } = read(PullEvent, event);
      return occasion(pull_request, repository);
    }
    case "merge_group": {
      const { merge_group, repository } = read(GroupEvent, event);
      return alone(merge_group.head_sha, withoutHeads(merge_group.base_ref), repository.default_branch);
    }
    case "workflow_run": {
      const { workflow_run: run, repository } = read(RunEvent, event);
      if (!/^pull_request(_target)?$/.test(run.event))
        return alone(run.head_sha, run.head_branch, repository.default_branch);
      // A fork that is gone: its branch may have had any name, the default branch's too.
      if (run.head_branch === null || run.head_repository === null) return chosen([], run.head_sha, repository);
      const head = `${run.head_repository.owner.login}:${run.head_branch}`;
      const open = await ask(
        github,
        "GET /repos/{owner}/{repo}/pulls",
        { head, state: "open", per_page: 100 },
        z.array(Pull),
      );
      const found = open.filter(
        ({ head, base }) =>
          head.sha === run.head_sha && head.repo?.id === run.head_repository?.id && base.repo.id === repository.id,
      );
      return chosen(found, run.head_sha, repository);
    }
    case "push": {
      const { ref, after, repository } = read(PushEvent, event);
      const branch = withoutHeads(ref);
      if (branch === repository.default_branch) return alone(after, branch, branch);
      const open = await ask(
        github,
        "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
        { commit_sha: after, per_page: 100 },
        z.array(Pull),
      );
      const found = open.filter(
        ({ state, head, base }) =>
          state === "open" && head.sha === after && head.ref === branch && base.repo.id === repository.id,
      );
      return found.length === 0 ? alone(after, branch, repository.default_branch) : chosen(found, after, repository);
    }
    default:
      return alone(event.sha, null, read(AnyEvent, event).repository?.default_branch ?? null);
  }
}

/**
 * `trainyard` where the default branch's rules judged, else with the branch whose rules did. GitHub keeps checks by commit, not by pull request:
 * with one name for all, a verdict by the lax rules of some old branch, or by those of a branch somebody pushed, would stand on the same commit as
 * green for the default branch.
 */
export function checkName(base: string | null, defaultBranch: string | null): string {
  return base === null || base === defaultBranch ? "trainyard" : `trainyard (${base})`;
}

function occasion(pull: Pull, { default_branch }: z.infer<typeof Repository>): Occasion {
  const { number, head, base } = pull;
  return {
    sha: head.sha,
    pullRequest: {
      number,
      headSha: head.sha,
      headRef: head.ref,
      baseRef: base.ref,
      fork: head.repo?.id !== base.repo.id,
    },
    base: base.ref,
    checkName: checkName(base.ref, default_branch),
  };
}

function alone(sha: string, base: string | null, defaultBranch: string | null): Occasion {
  return { sha, pullRequest: null, base, checkName: checkName(base, defaultBranch) };
}

/** Of several pull requests of one commit the one into the default branch is meant; two into other branches are not told apart. */
function chosen(found: readonly Pull[], sha: string, repository: z.infer<typeof Repository>): Occasion {
  const pull = found.length === 1 ? found[0] : found.find(({ base }) => base.ref === repository.default_branch);
  if (pull !== undefined) return occasion(pull, repository);
  throw new TrainyardError("PULL_REQUEST_UNKNOWN", { sha, found: found.map(({ number }) => number) });
}

function withoutHeads(ref: string): string {
  return ref.replace(/^refs\/heads\//, "");
}

function read<S extends z.ZodType>(schema: S, { name, payload }: WorkflowEvent): z.output<S> {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new TrainyardError("EVENT_INVALID", { event: name, problem: z.prettifyError(parsed.error).slice(0, 300) });
}
