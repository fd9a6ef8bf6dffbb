import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBundles } from "../runner/bundles.ts";
import { endState } from "./end-state.ts";
import { Repository } from "./repository.ts";
import type { RunOutcome } from "./run-workflow.ts";
import { twoToysRepository } from "./toy-repository.ts";

const NONE = "0".repeat(40);
let repository: Repository;
beforeAll(async () => {
  ensureBundles();
  repository = await Repository.open(twoToysRepository);
}, 180_000);
afterAll(async () => {
  await repository?.[Symbol.asyncDispose]();
});

/** What each leg of a job's matrix came to, by the outputs of its last step. */
const legs = (run: RunOutcome, job: string) =>
  (run.jobs[job]?.legs ?? []).map(({ result, steps }) => [result, steps.at(-1)?.outputs["version"]]);
const checks = (sha: string) => repository.server.state.checkRuns.filter((one) => one.headSha === sha);

test("a push that touches two models releases both, one leg each", async () => {
  const run = await repository.pushed(NONE);
  expect(legs(run, "release"), run.log).toEqual([
    ["success", "car@1"],
    ["success", "boat@1"],
  ]);
  for (const model of ["car", "boat"]) {
    const promoted = await repository.dispatch("model-promote", { model, reason: "the first one" });
    expect(promoted.conclusion, promoted.log).toBe("success");
  }
}, 120_000);

test("of two models in a pull request one is worse and one cannot be trained: one comment, one check, both named", async () => {
  const pull = await repository.server.openPullRequest({
    head: "both",
    title: "Another look at both",
    files: { "car.yaml": "noise: 0.9\nseed: 7\n", "boat.yaml": "noise: [\n" },
  });
  const { review } = await repository.review(pull);
  expect(
    review.jobs["train"]?.legs.map(({ result }) => result),
    review.log,
  ).toEqual(["success", "failure"]);
  expect(checks(pull.head.sha)).toMatchObject([{ name: "trainyard", conclusion: "failure" }]);
  const comments = repository.server.state.comments.filter((one) => one.issue === pull.number);
  expect(comments).toHaveLength(1);
  for (const model of ["car", "boat"]) expect(comments[0]?.body).toMatch(new RegExp(`<b>${model}</b>`));
}, 120_000);

test("a merge queue's commit gets its own check and no comment of its own, and main takes the reviewed run over", async () => {
  const pull = await repository.server.openPullRequest({
    head: "car",
    title: "A better car",
    files: { "car.yaml": "noise: 0.1\nseed: 7\n" },
  });
  const { review } = await repository.review(pull);
  expect(review.conclusion, review.log).toBe("success");
  const queued = await repository.queued(pull);
  expect(queued.outcome.conclusion, queued.outcome.log).toBe("success");
  expect(queued.outcome.jobs["train"]?.legs, "boat is not touched").toHaveLength(1);
  expect(checks(queued.sha)).toMatchObject([{ name: "trainyard", conclusion: "success" }]);
  expect(
    repository.server.state.comments.filter((one) => one.issue === pull.number),
    "the review's",
  ).toHaveLength(1);
  const { before } = repository.letThrough(pull, queued.sha);
  const release = await repository.pushed(before);
  expect(legs(release, "release"), release.log).toEqual([["success", "car@2"]]);
  expect(release.jobs["train"]?.legs[0]?.steps.at(-1)?.outputs["reused"], release.log).toBe("true");
}, 120_000);

test("what the story leaves behind is what the golden file says", async () => {
  await expect(endState(repository)).toMatchFileSnapshot("../fixtures/workflows/several-end-state.json");
});

test("nothing was said to GitHub, or by the server, that GitHub's description does not know", () => {
  expect(repository.server.violations).toEqual([]);
});
