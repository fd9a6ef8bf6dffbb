import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBundles } from "../runner/bundles.ts";
import type { StepResult } from "../runner/run-step.ts";
import { GithubJobs, type Trigger } from "./github-jobs.ts";

beforeAll(ensureBundles, 180_000);

function succeeded(step: StepResult): StepResult {
  expect(step.annotations, step.log.lines.join("\n")).toEqual([]);
  expect(step.conclusion).toBe("success");
  return step;
}

describe("a model's way on GitHub, from the bundles", () => {
  let jobs: GithubJobs;
  let review: Trigger;
  let release: Trigger;
  let bundle: string;
  let number: number;
  beforeAll(async () => {
    jobs = await GithubJobs.start();
    ({ number } = await jobs.server.openPullRequest({
      head: "better",
      files: { "params.yaml": "noise: 0\nseed: 8\n" },
    }));
    review = await jobs.onPullRequest(number);
  });
  afterAll(() => jobs[Symbol.asyncDispose]());

  test("train hands the run on as two artifacts, by id and digest", async () => {
    const step = succeeded(await jobs.uses("train", review));
    bundle = step.outputs["bundle"] as string;
    expect(JSON.parse(bundle)).toEqual({
      model: "toy",
      run: step.outputs["run"],
      record: { id: expect.any(Number) as number, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string },
      bytes: { id: expect.any(Number) as number, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string },
    });
    expect(jobs.server.state.artifacts.map(({ name }) => name)).toEqual([
      "trainyard-record-toy",
      "trainyard-bytes-toy",
    ]);
  });

  test("evaluate says its verdict in one comment and one check on the pull request's head", async () => {
    const step = succeeded(await jobs.uses("evaluate", review, { bundle }));
    expect(step.outputs).toMatchObject({ verdict: "pass", verdicts: '{"toy":"pass"}' });
    expect(jobs.server.state.comments).toHaveLength(1);
    expect(step.outputs["comment-url"]).toContain("#issuecomment-");
    expect(jobs.server.state.checkRuns).toMatchObject([
      { name: "trainyard", headSha: review.sha, status: "completed", conclusion: "success" },
    ]);
  });

  test("on main the reviewed run is found by its inputs and handed on, under main's commit", async () => {
    const commit = await jobs.server.mergePullRequest(number);
    release = await jobs.onPush(commit);
    const step = succeeded(await jobs.uses("reuse", release, { reuse: "true" }));
    expect(step.outputs, step.log.lines.join("\n")).toMatchObject({
      reused: "true",
      run: JSON.parse(bundle).run as string,
    });
    bundle = step.outputs["bundle"] as string;
  });

  test("register judges it again and gives it version 1 of main's commit, on GitHub alone", async () => {
    const step = succeeded(await jobs.uses("register", release, { bundle }));
    expect(step.outputs).toMatchObject({ version: "toy@1", registered: "true" });
    expect(jobs.events()).toMatchObject([
      { type: "registry.created" },
      { type: "evaluation.recorded", verdict: "pass" },
      {
        type: "version.registered",
        manifest: { commit: release.sha, headCommit: review.sha },
        by: { name: "ana", kind: "workflow", url: expect.stringContaining(`/actions/runs/${release.run}`) as string },
      },
    ]);
  });

  test("deploy puts it live and says so on GitHub", async () => {
    const step = succeeded(await jobs.uses("deploy", release, { model: "toy@1", environment: "production" }));
    expect(step.outputs).toMatchObject({ outcome: "live", version: "toy@1" });
    expect(jobs.server.state.deployments).toMatchObject([{ environment: "production", ref: release.sha }]);
  });

  test("labels that are others than the baseline was judged on fail, whatever the scores", async () => {
    const predict = jobs.git("show", "main:predict.mjs").replace('y ?? ""', 'y === "1" ? "0" : "1"');
    const { number: other } = await jobs.server.openPullRequest({
      head: "labels",
      files: { "predict.mjs": predict, "params.yaml": "noise: 0.01\nseed: 8\n" },
    });
    const trigger = await jobs.onPullRequest(other);
    succeeded(await jobs.uses("train", trigger));
    const step = await jobs.uses("evaluate", trigger);
    expect(step, step.log.lines.join("\n")).toMatchObject({ exit: 1, outputs: { verdict: "fail" } });
    expect(step.summary).toMatch(/labels? differ/);
  });

  test("a worse candidate fails the check and turns the one comment round, and its evaluation is recorded", async () => {
    const { number: worse } = await jobs.server.openPullRequest({
      head: "worse",
      files: { "params.yaml": "noise: 1.6\nseed: 8\n" },
    });
    const trigger = await jobs.onPullRequest(worse);
    succeeded(await jobs.uses("train", trigger));
    const step = await jobs.uses("evaluate", trigger);
    expect(step, step.log.lines.join("\n")).toMatchObject({ exit: 1, outputs: { verdict: "fail" } });
    expect(jobs.server.state.checkRuns.find(({ headSha }) => headSha === trigger.sha)).toMatchObject({
      conclusion: "failure",
    });
    const registered = await jobs.uses("register", trigger);
    expect(registered).toMatchObject({ exit: 1, outputs: { registered: "false", version: "" } });
    expect(jobs.events().at(-1)).toMatchObject({ type: "evaluation.recorded", verdict: "fail" });
  });

  test("none of it was against GitHub's description of its API", () => {
    expect(jobs.server.violations).toEqual([]);
  });
});
