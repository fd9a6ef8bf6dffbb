import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBundles } from "../runner/bundles.ts";
import { endState } from "./end-state.ts";
import { FlightRepository } from "./flight-repository.ts";
import { Repository } from "./repository.ts";
import type { RunOutcome } from "./run-workflow.ts";

const NONE = "0".repeat(40);
let flights: FlightRepository;
let repository: Repository;
beforeAll(async () => {
  ensureBundles();
  repository = await Repository.open(async (folder) => {
    flights = await FlightRepository.begin(folder);
    return flights.beginning();
  });
}, 300_000); // the first time the packages are installed: half a minute, and a slow network
afterAll(async () => {
  await flights?.[Symbol.asyncDispose]();
  await repository?.[Symbol.asyncDispose]();
});

const results = (run: RunOutcome) =>
  Object.fromEntries(Object.entries(run.jobs).map(([id, { result }]) => [id, result]));
const outputs = (run: RunOutcome, job: string) => run.jobs[job]?.legs[0]?.steps.at(-1)?.outputs;
const check = (sha: string) => repository.server.state.checkRuns.filter((one) => one.headSha === sha).at(-1);

test("the first model of real flights is released and, approved, answers in production", async () => {
  const run = await repository.pushed(NONE);
  expect(results(run), run.log).toEqual({ plan: "success", train: "success", release: "success" });
  const promoted = await repository.dispatch("model-promote", { model: "flight-delays@1", reason: "the first one" });
  expect(outputs(promoted, "deploy"), promoted.log).toMatchObject({ outcome: "live", version: "flight-delays@1" });
}, 240_000);

test("a candidate with fewer trees is worse, and its pull request says so", async () => {
  const pull = await repository.server.openPullRequest({
    head: "fewer-trees",
    title: "Five times faster",
    files: { "params.yaml": flights.params({ max_iter: 3 }) },
  });
  const { review } = await repository.review(pull);
  expect(review.jobs["evaluate"]?.result, review.log).toBe("failure");
  expect(check(pull.head.sha)).toMatchObject({ conclusion: "failure" });
}, 240_000);

test("one with more trees is better; merged, its run is not trained again, and a comment brings it to production", async () => {
  const pull = await repository.server.openPullRequest({
    head: "more-trees",
    title: "More trees",
    files: { "params.yaml": flights.params({ max_iter: 100 }) },
  });
  const { review } = await repository.review(pull);
  expect(review.conclusion, review.log).toBe("success");
  expect(check(pull.head.sha)).toMatchObject({ conclusion: "success" });
  const { before } = repository.merge(pull);
  const release = await repository.pushed(before);
  expect(outputs(release, "train")?.["reused"], release.log).toBe("true");
  expect(outputs(release, "release"), release.log).toMatchObject({ outcome: "live", version: "flight-delays@2" });
  const promoted = await repository.commented(pull, "/promote flight-delays@2", "MEMBER");
  expect(outputs(promoted, "deploy"), promoted.log).toMatchObject({ outcome: "live", version: "flight-delays@2" });
}, 240_000);

test("in May flights are late less often than predicted: an issue, a retraining, and a verdict on it", async () => {
  flights.now = "2001-05-10T06:00:00Z";
  flights.arrive("2001-04-12", "2001-05-09");
  const event = { event: "schedule", payload: {}, sha: repository.main, ref: "refs/heads/main" };
  const look = await repository.run("drift-check", event);
  expect(outputs(look, "drift-check"), look.log).toMatchObject({ verdict: "drift", action: "retrain" });
  const [dispatch] = repository.server.state.dispatches;
  if (dispatch?.kind !== "workflow_dispatch") throw new Error("no dispatch");
  const retrained = await repository.dispatch("retrain", dispatch.inputs);
  expect(results(retrained), retrained.log).toMatchObject({ train: "success" });
}, 240_000);

test("what the story leaves behind is what the golden file says", async () => {
  await expect(endState(repository)).toMatchFileSnapshot("../fixtures/workflows/flight-end-state.json");
});

test("nothing was said to GitHub, or by the server, that GitHub's description does not know", () => {
  expect(repository.server.violations).toEqual([]);
});
