import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBundles } from "../runner/bundles.ts";
import type { StepResult } from "../runner/run-step.ts";
import { GithubJobs, type Trigger } from "./github-jobs.ts";
import { config, rows } from "./toy-project.ts";

beforeAll(ensureBundles, 180_000);

const lines = ({ log }: StepResult) => log.lines.join("\n");

function succeeded(step: StepResult): StepResult {
  expect(step.annotations, lines(step)).toEqual([]);
  expect(step.conclusion).toBe("success");
  return step;
}

/** What scoring a run of this workflow run again is given. */
const RESCORE = { contents: "read", actions: "read", "pull-requests": "read" } as const;

describe("a release", () => {
  let jobs: GithubJobs;
  beforeAll(async () => {
    jobs = await GithubJobs.start();
  }, 180_000);
  afterAll(() => jobs[Symbol.asyncDispose]());

  /** Opens a pull request and trains it; the run that evaluate can judge. */
  async function reviewed(head: string, noise: number): Promise<{ trigger: Trigger; bundle: string; number: number }> {
    const { number } = await jobs.server.openPullRequest({
      head,
      files: { "params.yaml": `noise: ${noise}\nseed: 8\n` },
    });
    const trigger = await jobs.onPullRequest(number);
    const step = succeeded(await jobs.uses("train", trigger));
    return { trigger, bundle: step.outputs["bundle"] as string, number };
  }

  async function released(noise: number): Promise<void> {
    const { number } = await reviewed(`noise-${noise}`, noise);
    const push = await jobs.onPush(await jobs.server.mergePullRequest(number));
    const { bundle = "" } = succeeded(await jobs.uses("reuse", push, { reuse: "true" })).outputs;
    const { version = "" } = succeeded(await jobs.uses("register", push, { bundle })).outputs;
    succeeded(await jobs.uses("deploy", push, { model: version, environment: "production" }));
  }

  test("whose scores of today's rows are missing is inconclusive, and judged once they are made", async () => {
    const { trigger, bundle } = await reviewed("late", 0);
    writeFileSync(join(jobs.shared, "data/evaluate.csv"), rows({ days: 60, perDay: 40, seed: 5 }));
    await released(0.4);
    const unscored = await jobs.uses("evaluate", trigger, { bundle });
    expect(unscored.outputs["verdict"], lines(unscored)).toBe("inconclusive");
    expect(unscored.summary).toContain("Not paired");

    const scoring = jobs.job(trigger, RESCORE);
    const step = succeeded(await scoring.uses("train", { only: "predict", bundle }));
    expect(step.outputs).toMatchObject({ status: "succeeded", run: JSON.parse(bundle).run as string });
    expect(lines(step)).not.toContain("node train.mjs");
    const again = step.outputs["bundle"] as string;
    expect(again).not.toBe(bundle);
    const judged = succeeded(await jobs.uses("evaluate", trigger, { bundle: again }));
    expect(judged.outputs).toMatchObject({ verdict: "pass" });
    expect(judged.summary).toContain("production v1");

    // Of a matrix no outputs are handed on: then it is the model's newest run of this workflow run.
    const found = succeeded(await jobs.job(trigger, RESCORE).uses("train", { only: "predict", model: "toy" }));
    expect(found.outputs["run"]).toBe(step.outputs["run"]);
  }, 120_000);

  test("takes a bundle for nothing but scoring", async () => {
    const { trigger, bundle } = await reviewed("wrong", 0.01);
    const step = await jobs.uses("train", trigger, { bundle });
    expect(step.outputs["refusal"]).toBe("INPUT_UNUSED");
    expect(step.annotations[0]?.message).toContain("bundle");
    const other = await jobs.onPush(jobs.git("rev-parse", "main").trim());
    const foreign = await jobs.job(other, RESCORE).uses("train", { only: "predict", bundle });
    expect(foreign.outputs["refusal"], lines(foreign)).toBe("BUNDLE_FOREIGN");
  }, 120_000);

  test("takes no other workflow's run, whatever its artifacts are called", async () => {
    const { number } = await jobs.server.openPullRequest({
      head: "elsewhere",
      files: { "params.yaml": "noise: 0.2\nseed: 7\n" },
    });
    const trigger = await jobs.onPullRequest(number, "experiments.yml");
    succeeded(await jobs.uses("train", trigger));
    const push = await jobs.onPush(await jobs.server.mergePullRequest(number));
    const step = succeeded(await jobs.uses("reuse", push, { reuse: "true" }));
    expect(step.outputs["reused"]).toBe("false");
    expect(lines(step)).toContain("Trained again: no run of model-review.yml for the pull request's last commit");
    const named = await jobs.uses("reuse", push, { reuse: "true", "review-workflow": "experiments.yml" });
    expect(succeeded(named).outputs["reused"]).toBe("true");
    const none = await jobs.uses("reuse", push, { reuse: "true", "review-workflow": "reviews.yml" });
    expect(lines(succeeded(none))).toContain("Trained again: the repository has no workflow reviews.yml");
  }, 120_000);

  test("takes no run of a pull request into another branch, although its commit came here", async () => {
    const { number } = await reviewed("sideways", 0.15);
    const sha = await jobs.server.mergePullRequest(number);
    const pull = jobs.server.state.pulls.find((one) => one.number === number) as { base: { ref: string } };
    pull.base = { ...pull.base, ref: "dev" };
    const step = succeeded(await jobs.uses("reuse", await jobs.onPush(sha), { reuse: "true" }));
    expect(step.outputs["reused"]).toBe("false");
    expect(lines(step)).toContain("not the merge of a pull request of this repository into this branch");
  }, 120_000);

  test("trains again when the bytes of the reviewed run expired", async () => {
    const { bundle, number } = await reviewed("expired", 0.1);
    const { id } = (JSON.parse(bundle) as { bytes: { id: number } }).bytes;
    const artifact = jobs.server.state.artifacts.find((one) => one.id === id);
    (artifact as { expired: boolean }).expired = true;
    const push = await jobs.onPush(await jobs.server.mergePullRequest(number));
    const step = succeeded(await jobs.uses("reuse", push, { reuse: "true" }));
    expect(step.outputs).toMatchObject({ reused: "false", status: "succeeded" });
    expect(lines(step)).toMatch(/Trained again: the model files of run \d+ expired/);
    expect(step.outputs["run"]).not.toBe((JSON.parse(bundle) as { run: string }).run);
  }, 120_000);

  test("trains again when main moved on, so that the inputs are others", async () => {
    const { bundle, number } = await reviewed("stale", 0.05);
    await jobs.server.push("main", { "train.mjs": `// moved on\n${jobs.git("show", "main:train.mjs")}` });
    const push = await jobs.onPush(await jobs.server.mergePullRequest(number));
    const step = succeeded(await jobs.uses("reuse", push, { reuse: "true" }));
    expect(step.outputs).toMatchObject({ reused: "false", status: "succeeded" });
    expect(lines(step)).toContain("Trained again: what decides the result is not what was reviewed");
    expect(step.outputs["run"]).not.toBe((JSON.parse(bundle) as { run: string }).run);
  }, 120_000);

  test("says nothing to GitHub that is against the description of its API", () =>
    expect(jobs.server.violations).toEqual([]));
});

describe("several models in one pull request", () => {
  /** A second model with parameters of its own. */
  const two =
    config + config.replace("models:\n", "").replace("  toy:", "  other:").replace("params.yaml", "other.yaml");
  let jobs: GithubJobs;
  let trigger: Trigger;
  let matrix: string;
  beforeAll(async () => {
    jobs = await GithubJobs.start(two);
    await jobs.server.push("main", { "other.yaml": "noise: 0\nseed: 3\n" });
    const files = { "params.yaml": "noise: 0\nseed: 8\n", "other.yaml": "noise: 1.6\nseed: 8\n" };
    trigger = await jobs.onPullRequest((await jobs.server.openPullRequest({ head: "both", files })).number);
  }, 180_000);
  afterAll(() => jobs[Symbol.asyncDispose]());

  test("are planned, trained apart and judged together: one comment, one check, the worst counts", async () => {
    const plan = succeeded(
      await jobs.job(trigger, { contents: "read" }).uses("plan", { changed: "true", base: "origin/main" }),
    );
    matrix = plan.outputs["matrix"] as string;
    expect(JSON.parse(matrix)).toMatchObject({ include: [{ model: "toy" }, { model: "other" }] });
    for (const model of ["toy", "other"]) succeeded(await jobs.uses("train", trigger, { model }));
    const step = await jobs.uses("evaluate", trigger, { models: matrix });
    expect(step, lines(step)).toMatchObject({ exit: 1, outputs: { verdict: "fail" } });
    expect(JSON.parse(step.outputs["verdicts"] as string)).toEqual({ toy: "pass", other: "fail" });
    expect(jobs.server.state.comments).toHaveLength(1);
    for (const model of ["toy", "other"]) {
      expect(jobs.server.state.comments[0]?.body).toContain(model);
      expect(step.summary).toContain(model);
    }
    expect(jobs.server.state.checkRuns).toMatchObject([
      { name: "trainyard", headSha: trigger.sha, conclusion: "failure" },
    ]);
  }, 120_000);

  test("are all green only when each is, in the same comment and check", async () => {
    const number = 1;
    await jobs.server.pushPullRequest(number, { "other.yaml": "noise: 0\nseed: 9\n" });
    trigger = await jobs.onPullRequest(number);
    for (const model of ["toy", "other"]) succeeded(await jobs.uses("train", trigger, { model }));
    const step = succeeded(await jobs.uses("evaluate", trigger, { models: matrix }));
    expect(step.outputs).toMatchObject({ verdict: "pass", verdicts: '{"other":"pass","toy":"pass"}' });
    expect(jobs.server.state.comments).toHaveLength(1);
    expect(jobs.server.state.checkRuns.find(({ headSha }) => headSha === trigger.sha)).toMatchObject({
      conclusion: "success",
    });
  }, 120_000);

  test("one whose training handed nothing on fails the check of all", async () => {
    const number = 1;
    await jobs.server.pushPullRequest(number, { "other.yaml": "noise: 0\nseed: 10\n" });
    trigger = await jobs.onPullRequest(number);
    succeeded(await jobs.uses("train", trigger, { model: "toy" }));
    const step = await jobs.uses("evaluate", trigger, { models: matrix });
    expect(step, lines(step)).toMatchObject({ conclusion: "failure", outputs: { verdict: "fail" } });
    expect(jobs.server.state.checkRuns.find(({ headSha }) => headSha === trigger.sha)).toMatchObject({
      conclusion: "failure",
    });
    expect(jobs.server.state.comments).toHaveLength(1);
    expect(jobs.server.state.comments[0]?.body).toContain("NO_BUNDLE");
  }, 120_000);

  test("say nothing to GitHub that is against the description of its API", () =>
    expect(jobs.server.violations).toEqual([]));
});
