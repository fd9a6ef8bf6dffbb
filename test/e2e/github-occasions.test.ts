import { afterAll, beforeAll, expect, test } from "vitest";
import { repository } from "../github-server/shapes.ts";
import { ensureBundles } from "../runner/bundles.ts";
import { GithubJobs, type Trigger } from "./github-jobs.ts";

let jobs: GithubJobs;
beforeAll(async () => {
  ensureBundles();
  jobs = await GithubJobs.start();
}, 180_000);
afterAll(() => jobs[Symbol.asyncDispose]());

/** A job that belongs to no pull request, on a branch somebody or the merge queue made. */
async function on(event: string, branch: string, payload: (sha: string) => object): Promise<Trigger> {
  const sha = await jobs.server.push(branch, { "notes.md": `${branch}\n` }, "main");
  const { id } = await jobs.server.startRun({ event, headSha: sha, headBranch: branch });
  return { run: id, event, sha, payload: { ...payload(sha), repository: repository(jobs.server.world) } };
}

const group = "gh-readonly-queue/main/pr-7-0123456789abcdef";
test.each([
  [
    "a merge queue's commit, by the rules of the branch it is merged into",
    "merge_group",
    group,
    (sha: string) => ({ merge_group: { head_sha: sha, base_ref: "refs/heads/main" } }),
    "trainyard",
  ],
  [
    "a push without a pull request, whose check is no green for the default branch",
    "push",
    "window",
    (sha: string) => ({ ref: "refs/heads/window", after: sha }),
    "trainyard (window)",
  ],
] as const)("%s: the check stands on that commit, and there is no comment", async (_, event, branch, payload, name) => {
  const trigger = await on(event, branch, payload);
  const trained = await jobs.uses("train", trigger);
  expect(trained.conclusion, trained.log.lines.join("\n")).toBe("success");
  const { bundle = "" } = trained.outputs;
  const step = await jobs.uses("evaluate", trigger, { bundle });
  expect(step.outputs, step.log.lines.join("\n")).toMatchObject({ verdict: "pass", "comment-url": "" });
  expect(jobs.server.state.checkRuns.filter(({ headSha }) => headSha === trigger.sha)).toMatchObject([
    { name, conclusion: "success" },
  ]);
  expect(jobs.server.state.comments).toEqual([]);
  expect(jobs.server.violations).toEqual([]);
});
