import { afterAll, beforeAll, expect, test } from "vitest";
import { generator } from "../generator.ts";
import { ensureBundles } from "../runner/bundles.ts";
import { endState } from "./end-state.ts";
import { Repository } from "./repository.ts";
import type { RunOutcome } from "./run-workflow.ts";
import { toyRepository } from "./toy-repository.ts";

const NONE = "0".repeat(40);
let repository: Repository;
beforeAll(async () => {
  ensureBundles();
  repository = await Repository.open(toyRepository);
}, 180_000);
afterAll(async () => {
  await repository?.[Symbol.asyncDispose]();
});

const results = (run: RunOutcome | null) =>
  Object.fromEntries(Object.entries(run?.jobs ?? {}).map(([id, { result }]) => [id, result]));
const check = (sha: string) =>
  repository.server.state.checkRuns.filter((one) => one.headSha === sha && one.name === "trainyard").at(-1);
const comments = (number: number) => repository.server.state.comments.filter((one) => one.issue === number);

test("a first push to main: every model is new, trained, judged by its absolute gate, registered and staged", async () => {
  const run = await repository.pushed(NONE);
  expect(results(run), run.log).toEqual({ plan: "success", train: "success", release: "success" });
  expect(repository.server.state.releases.map(({ name, draft }) => ({ name, draft }))).toEqual([
    { name: "toy v1", draft: false },
    { name: "toy v1: deployment to staging", draft: false },
  ]);
}, 120_000);

test("by hand it goes to production, once the environment's reviewers say yes", async () => {
  const inputs = { model: "toy@1", reason: "the first one" };
  const refused = await repository.dispatch("model-promote", inputs, { approves: () => false });
  expect(results(refused), refused.log).toEqual({ ask: "success", approve: "failure", deploy: "skipped" });
  const run = await repository.dispatch("model-promote", inputs);
  expect(results(run), run.log).toEqual({ ask: "success", approve: "success", deploy: "success" });
  expect(run.asked).toEqual(["production"]);
}, 120_000);

test("a pull request that changes no model gets a check that is neutral", async () => {
  const pull = await repository.server.openPullRequest({ head: "words", files: { "README.md": "# Toys\n" } });
  const { review } = await repository.review(pull);
  expect(results(review), review.log).toEqual({
    plan: "success",
    train: "skipped",
    "train-fork": "skipped",
    evaluate: "success",
  });
  expect(check(pull.head.sha)).toMatchObject({ status: "completed", conclusion: "neutral" });
}, 120_000);

test("a worse model fails the check, and its comment says why", async () => {
  const pull = await repository.server.openPullRequest({
    head: "worse",
    files: { "params.yaml": "noise: 0.95\nseed: 7\n" },
  });
  const { review } = await repository.review(pull);
  expect(results(review), review.log).toEqual({
    plan: "success",
    train: "success",
    "train-fork": "skipped",
    evaluate: "failure",
  });
  expect(check(pull.head.sha)).toMatchObject({ status: "completed", conclusion: "failure" });
  expect(comments(pull.number)).toHaveLength(1);
}, 120_000);

test("a better model passes; merged, its run is reused, registered and staged; a member's comment promotes it, and takes it back", async () => {
  const pull = await repository.server.openPullRequest({
    head: "better",
    title: "Less noise",
    files: { "params.yaml": "noise: 0\nseed: 7\n" },
  });
  const { review } = await repository.review(pull);
  expect(results(review), review.log).toEqual({
    plan: "success",
    train: "success",
    "train-fork": "skipped",
    evaluate: "success",
  });
  expect(check(pull.head.sha)).toMatchObject({ conclusion: "success" });
  expect(comments(pull.number)).toHaveLength(1);

  const { before } = repository.merge(pull);
  const release = await repository.pushed(before);
  expect(results(release), release.log).toEqual({ plan: "success", train: "success", release: "success" });
  expect(release.jobs["train"]?.legs[0]?.steps.at(-1)?.outputs["reused"], release.log).toBe("true");
  expect(release.jobs["release"]?.legs[0]?.steps.at(-1)?.outputs).toMatchObject({ version: "toy@2", outcome: "live" });

  const stranger = await repository.commented(pull, "/promote toy@2", "NONE");
  expect(results(stranger)).toEqual({ ask: "skipped", approve: "skipped", deploy: "skipped" });
  const reader = await repository.commented(pull, "/promote toy@2", "COLLABORATOR", { login: "ben" });
  expect(results(reader), reader.log).toEqual({ ask: "failure", approve: "skipped", deploy: "skipped" });
  const promoted = await repository.commented(pull, "/promote toy it is better; $(id)\nthanks", "MEMBER");
  expect(results(promoted), promoted.log).toEqual({ ask: "success", approve: "success", deploy: "success" });
  expect(promoted.jobs["ask"]?.outputs, promoted.log).toMatchObject({ model: "toy@2", rollback: "false" });
  const back = await repository.commented(pull, "/rollback toy it answers zeros", "OWNER");
  expect(results(back), back.log).toEqual({ ask: "success", approve: "success", deploy: "success" });
  expect(back.jobs["deploy"]?.legs[0]?.steps.at(-1)?.outputs["version"]).toBe("toy@1");
}, 240_000);

test("a fork's better model ends inconclusive at best, judged on the main branch, and the fork's own job writes nothing", async () => {
  const pull = await repository.server.openPullRequest({
    head: "mine",
    fork: "eve/toys",
    login: "eve",
    files: { "params.yaml": "noise: 0.1\nseed: 7\n" },
  });
  const { review, verdict } = await repository.review(pull);
  expect(results(review), review.log).toEqual({
    plan: "success",
    train: "skipped",
    "train-fork": "success",
    evaluate: "skipped",
  });
  expect(results(verdict), verdict?.log).toEqual({ plan: "success", evaluate: "success" });
  expect(check(pull.head.sha)?.conclusion).toBe("action_required"); // neutral would satisfy a required check
  expect(comments(pull.number)).toHaveLength(1);
}, 180_000);

test("drift, on scores made by a job that can only read, tells in an issue and starts a retraining, which ends as a version in staging or with a verdict against it", async () => {
  const random = generator(11); // inside the range the model knows, and elsewhere in it
  const lines = ["id,day,kind,x"];
  for (let row = 0; row < 2400; row++) {
    const day = `d${String(1 + Math.floor(row / 40)).padStart(3, "0")}`;
    const x = 1.9 * Math.sqrt(random());
    lines.push([9_000_000 + row, day, random() < 0.5 ? "a" : "b", x.toFixed(4)].join(","));
  }
  await repository.server.push("main", { "data/incoming/today.csv": `${lines.join("\n")}\n` });
  const look = await repository.run("drift-check", {
    event: "schedule",
    payload: {},
    sha: repository.main,
    ref: "refs/heads/main",
  });
  expect(results(look), look.log).toEqual({ plan: "success", score: "success", "drift-check": "success" });
  expect(look.jobs["drift-check"]?.legs[0]?.steps.at(-1)?.outputs, look.log).toMatchObject({
    verdict: "drift",
    action: "retrain",
  });
  const [dispatch] = repository.server.state.dispatches;
  expect(dispatch).toMatchObject({ kind: "workflow_dispatch", inputs: { model: "toy" } });
  if (dispatch?.kind !== "workflow_dispatch") throw new Error("no dispatch");
  const retrained = await repository.dispatch("retrain", dispatch.inputs);
  expect(results(retrained), retrained.log).toMatchObject({ train: "success" });
}, 240_000);

test("a run whose machine was taken away is started again, three times at most; one that failed is not", async () => {
  const { world, state } = repository.server;
  const lost = await repository.server.startRun({
    event: "push",
    workflow: "model-release.yml",
    status: "completed",
    conclusion: "failure",
  });
  const job = lost.job("Train toy");
  Object.assign(job, { status: "completed", conclusion: "failure" });
  const reruns = () => state.dispatches.filter(({ kind }) => kind === "rerun").length;
  const said: Record<string, unknown>[] = [];
  state.checkRuns.push({
    id: job.id,
    name: job.name,
    headSha: lost.headSha,
    status: "completed",
    conclusion: "failure",
    detailsUrl: null,
    externalId: "",
    startedAt: world.now(),
    completedAt: world.now(),
    title: null,
    summary: null,
    text: null,
    annotations: said,
    app: "github-actions",
  });
  const nothing = await repository.after(lost, "resume-training");
  expect(results(nothing), nothing.log).toEqual({ resume: "success" });
  expect(reruns()).toBe(0);
  const message = "The self-hosted runner: gpu-3 lost communication with the server.";
  said.push({ path: ".github", start_line: 1, end_line: 1, annotation_level: "failure", title: "", message });
  const again = await repository.after(lost, "resume-training");
  expect(results(again), again.log).toEqual({ resume: "success" });
  expect(reruns(), again.log).toBe(1);
}, 120_000);

test("what the story leaves behind is what the golden file says", async () => {
  await expect(endState(repository)).toMatchFileSnapshot("../fixtures/workflows/end-state.json");
});

test("nothing was said to GitHub, or by the server, that GitHub's description does not know", () => {
  expect(repository.server.violations).toEqual([]);
});
