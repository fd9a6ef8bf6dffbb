import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Project, sha256 } from "@trainyard/backends";
import { ask } from "@trainyard/backends/github/call/ask";
import { orNone } from "@trainyard/backends/github/call/or-none";
import { canonicalJson, isRefusal, prettyJson, type RunRecord, type Sha256, z } from "@trainyard/core";
import { RECORD_FILE } from "../bundle/bundle-files.ts";
import { type Received, receive } from "../bundle/receive.ts";
import type { GithubJob } from "../step/github-job.ts";
import { handedOnRuns } from "./handed-on-runs.ts";
import { refuseForeign, workflowRun } from "./run-identity.ts";

/** Runs of one pull request's last commit that are looked at, newest first. */
const MOST_RUNS = 20;

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const Side = z.object({ sha: Sha, ref: z.string(), repo: z.object({ id: z.int() }).nullable() });
const Pulls = z.array(
  z.object({
    number: z.int(),
    merged_at: z.string().nullable(),
    merge_commit_sha: z.string().nullable(),
    head: Side,
    base: Side,
  }),
);
const Runs = z.object({ workflow_runs: z.array(z.object({ id: z.int().positive() })) });
const Pushed = z.object({ ref: z.string() });

interface Setting {
  readonly project: Project;
  readonly job: GithubJob;
  readonly temp: string | undefined;
  /** File name of the workflow that reviews: an artifact of another one is not what was judged, whatever it is called. */
  readonly workflow: string;
}

/**
 * Finds the run a merged pull request was judged by: of the reviewing workflow, of its last commit, of this repository, whose inputs are those a training
 * would have now. It must have been merged into the branch that was pushed. The run takes the commit of that branch; which commit was reviewed stays in
 * `headCommit`.
 * @returns Null with a reason where a training must be done.
 */
export async function reviewedRun(
  model: string,
  inputsDigest: Sha256,
  setting: Setting,
): Promise<{ record: RunRecord; folder: string } | { none: string }> {
  const { github, event } = setting.job;
  const pushed = Pushed.safeParse(event.payload).data?.ref ?? null;
  const pulls = await ask(
    github,
    "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
    { commit_sha: event.sha },
    Pulls,
  );
  const merged = pulls.filter(
    ({ merged_at, merge_commit_sha, head, base }) =>
      merged_at !== null &&
      merge_commit_sha === event.sha &&
      head.repo?.id === base.repo?.id &&
      pushed === `refs/heads/${base.ref}`,
  );
  if (merged.length === 0)
    return { none: "this commit is not the merge of a pull request of this repository into this branch" };
  const reasons: string[] = [];
  for (const { head } of merged) {
    const runs = await runsOf(head.sha, setting);
    if (runs === null)
      return { none: `the repository has no workflow ${setting.workflow}; name yours: review-workflow` };
    for (const { id } of runs) {
      const found = await fromRun(id, head.sha, model, inputsDigest, setting);
      if ("record" in found) return adopted(found, setting.project);
      reasons.push(found.none);
    }
  }
  return { none: reasons[0] ?? `no run of ${setting.workflow} for the pull request's last commit is known` };
}

/** Newest first; null: there is no such workflow. */
async function runsOf(head: string, { job, workflow }: Setting): Promise<{ id: number }[] | null> {
  const route = "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs";
  const asked = { workflow_id: workflow, head_sha: head, event: "pull_request", per_page: MOST_RUNS };
  return (await orNone(ask(job.github, route, asked, Runs)))?.workflow_runs ?? null;
}

async function fromRun(
  id: number,
  head: string,
  model: string,
  wanted: Sha256,
  setting: Setting,
): Promise<Received | { none: string }> {
  const run = await workflowRun(setting.job, id);
  if (run.foreign || run.headSha !== head) return { none: `run ${id} is of another repository` };
  if (run.event !== "pull_request" || run.path !== `.github/workflows/${setting.workflow}`)
    return { none: `run ${id} is of ${run.path}, not of ${setting.workflow}` };
  try {
    const [handed] = await handedOnRuns(setting.job, id, { model });
    if (handed === undefined) return { none: `run ${id} handed on no run of ${model}, or it expired` };
    if (handed.bytes === null) return { none: `the model files of run ${id} expired` };
    const here = { ...setting, handOver: setting.job.handOver };
    const { record } = await receive(handed, ["record"], here);
    refuseForeign(record, run, null);
    const same = record.inputsDigest === wanted && sha256(canonicalJson(record.inputs)) === wanted;
    if (!same) return { none: "what decides the result is not what was reviewed" };
    if (record.status !== "succeeded" || record.code.uncommitted.length > 0)
      return { none: `run ${id} did not succeed` };
    return await receive(handed, ["record", "bytes"], here);
  } catch (error) {
    if (isRefusal(error)) return { none: error.message };
    throw error;
  }
}

async function adopted({ record, folder }: Received, { backend }: Project): Promise<Received> {
  const { commit, tree, branch } = await backend.source.identity();
  const ours: RunRecord = { ...record, code: { ...record.code, commit, tree, branch } };
  await writeFile(join(folder, RECORD_FILE), prettyJson(ours));
  return { record: ours, folder };
}
