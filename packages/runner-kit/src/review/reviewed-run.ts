import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Project, sha256 } from "@trainyard/backends";
import { ask } from "@trainyard/backends/github/call/ask";
import { canonicalJson, isRefusal, prettyJson, type RunRecord, type Sha256, z } from "@trainyard/core";
import { RECORD_FILE } from "../bundle/bundle-files.ts";
import { type Received, receive } from "../bundle/receive.ts";
import type { GithubJob } from "../step/github-job.ts";
import { handedOnRuns } from "./handed-on-runs.ts";
import { refuseForeign, workflowRun } from "./run-identity.ts";

/** Runs of one pull request's last commit that are looked at, newest first. */
const MOST_RUNS = 20;

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const Side = z.object({ sha: Sha, repo: z.object({ id: z.int() }).nullable() });
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

/**
 * Finds the run a merged pull request was judged by: its last commit's, of this repository, whose inputs are those a training would have now. It takes
 * the commit of the branch it was merged to; which commit was reviewed stays in `headCommit`.
 * @returns Null with a reason where a training must be done.
 */
export async function reviewedRun(
  model: string,
  inputsDigest: Sha256,
  setting: { project: Project; job: GithubJob; temp: string | undefined },
): Promise<{ record: RunRecord; folder: string } | { none: string }> {
  const { github, event } = setting.job;
  const pulls = await ask(
    github,
    "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
    { commit_sha: event.sha },
    Pulls,
  );
  const merged = pulls.filter(
    ({ merged_at, merge_commit_sha, head, base }) =>
      merged_at !== null && merge_commit_sha === event.sha && head.repo?.id === base.repo?.id,
  );
  if (merged.length === 0) return { none: "this commit is not the merge of a pull request of this repository" };
  const reasons: string[] = [];
  for (const { head } of merged) {
    const asked = { head_sha: head.sha, event: "pull_request", per_page: MOST_RUNS };
    const { workflow_runs: runs } = await ask(github, "GET /repos/{owner}/{repo}/actions/runs", asked, Runs);
    for (const { id } of runs) {
      const found = await fromRun(id, head.sha, model, inputsDigest, setting);
      if ("record" in found) return adopted(found, setting.project);
      reasons.push(found.none);
    }
  }
  return { none: reasons[0] ?? "no workflow run of the pull request's last commit is known" };
}

async function fromRun(
  id: number,
  head: string,
  model: string,
  wanted: Sha256,
  setting: { project: Project; job: GithubJob; temp: string | undefined },
): Promise<Received | { none: string }> {
  const run = await workflowRun(setting.job, id);
  if (run.foreign || run.headSha !== head) return { none: `run ${id} is of another repository` };
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
