import { ask } from "@trainyard/backends/github/call/ask";
import { instant, type RunRecord, TrainyardError, z } from "@trainyard/core";
import type { GithubJob } from "../step/github-job.ts";

/** What GitHub says of a workflow run: nothing of it comes from a bundle. */
export interface WorkflowRun {
  readonly id: number;
  readonly event: string;
  /** Of the workflow's file, from the repository's folder; without the `@ref` that GitHub puts behind some. */
  readonly path: string;
  /** Of a pull request its own head, never the merge commit. */
  readonly headSha: string;
  readonly url: string;
  readonly actor: string;
  /** Of another repository: a fork. */
  readonly foreign: boolean;
  /** When it was started first, milliseconds since 1970: the same in every re-run. */
  readonly createdAt: number;
}

const Run = z.object({
  id: z.int().positive(),
  event: z.string(),
  path: z.string(),
  head_sha: z.string().regex(/^[0-9a-f]{40}$/),
  html_url: z.string(),
  created_at: z.iso.datetime({ offset: true }),
  triggering_actor: z.object({ login: z.string() }).nullish(),
  actor: z.object({ login: z.string() }).nullish(),
  head_repository: z.object({ id: z.int() }).nullish(),
  repository: z.object({ id: z.int() }),
});

export async function workflowRun({ github }: Pick<GithubJob, "github">, id: number): Promise<WorkflowRun> {
  const run = await ask(github, "GET /repos/{owner}/{repo}/actions/runs/{run_id}", { run_id: id }, Run);
  return {
    id: run.id,
    event: run.event,
    path: run.path.replace(/@.*$/, ""),
    headSha: run.head_sha,
    url: run.html_url,
    actor: run.triggering_actor?.login ?? run.actor?.login ?? "unknown",
    foreign: run.head_repository?.id !== run.repository.id,
    createdAt: instant(run.created_at) ?? 0,
  };
}

/**
 * Refuses a bundle that says it was made from another commit than the one this workflow run stands for. A pull request's job may have checked out
 * its head or the merge commit.
 * @param merge The commit the job was started on, where that is known.
 * @throws BUNDLE_FOREIGN
 */
export function refuseForeign({ id, code }: RunRecord, run: WorkflowRun, merge: string | null): void {
  const refuse = (field: string, expected: string, got: string) =>
    new TrainyardError("BUNDLE_FOREIGN", { run: id, field, expected, got });
  const ofPull = /^pull_request/.test(run.event);
  if (ofPull && code.headCommit !== run.headSha) throw refuse("head commit", run.headSha, code.headCommit);
  if (merge !== null && code.commit !== merge && code.commit !== run.headSha)
    throw refuse("commit", merge, code.commit);
}
