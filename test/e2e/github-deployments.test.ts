import { mkdtempSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBundles } from "../runner/bundles.ts";
import type { StepResult } from "../runner/run-step.ts";
import { GithubJobs, type Trigger } from "./github-jobs.ts";
import { config } from "./toy-project.ts";

const serving = mkdtempSync(join(tmpdir(), "trainyard-serving-")); // what every runner of the environment reaches
let jobs: GithubJobs;
let release: Trigger;
beforeAll(async () => {
  ensureBundles();
  jobs = await GithubJobs.start(config.replace("path: serving/production", `path: ${serving}/production`));
  release = await jobs.onPush(await jobs.server.push("main", { "params.yaml": "noise: 0.6\nseed: 7\n" }));
  await version(release);
}, 180_000);
afterAll(async () => {
  await jobs[Symbol.asyncDispose]();
  rmSync(serving, { recursive: true, force: true });
});

async function version(trigger: Trigger): Promise<void> {
  for (const verb of ["train", "register"] as const) {
    const step = await jobs.uses(verb, trigger);
    expect(step.conclusion, step.log.lines.join("\n")).toBe("success");
  }
}
const deploy = (trigger: Trigger, inputs: Record<string, string>): Promise<StepResult> =>
  jobs.uses("deploy", trigger, { environment: "production", ...inputs });
const shown = () =>
  jobs.server.state.deployments.map(({ payload, statuses }) => [
    (payload as { version: number }).version,
    ...statuses.map(({ state }) => state),
  ]);
const liveDigest = () => readlinkSync(join(serving, "production", "current"));

test("GitHub is told before anything changes, then that it is live; a re-run makes no second deployment", async () => {
  const from = jobs.server.calls.length;
  const step = await deploy(release, { model: "toy@1" });
  expect(step.outputs, step.log.lines.join("\n")).toMatchObject({ outcome: "live" });
  const writes = jobs.server.calls
    .slice(from)
    .filter(({ method, operation }) => method === "POST" && /deployment|ommit/.test(operation ?? ""))
    .map(({ operation }) => operation);
  const [told, status] = ["repos/create-deployment", "repos/create-deployment-status"];
  expect(writes).toEqual([told, status, "createCommitOnBranch", status]);
  const run = jobs.server.state.runs.find(({ id }) => id === release.run) as { attempt: number };
  run.attempt++;
  expect((await deploy(release, { model: "toy@1" })).outputs).toMatchObject({ outcome: "live" });
  const other = await jobs.onPush(release.sha);
  expect((await deploy(other, { model: "toy@1" })).outputs).toMatchObject({ outcome: "live" }); // nor does a run that only looks again
  expect(shown()).toEqual([[1, "in_progress", "success"]]);
});

test("one that cannot be recorded goes back and ends as a failure; its re-run goes on with it, and the one before becomes inactive", async () => {
  const commit = await jobs.server.push("main", { "params.yaml": "noise: 0\nseed: 8\n" });
  const next = await jobs.onPush(commit);
  await version(next);
  const before = liveDigest();
  jobs.server.faults.add({ match: { route: "createCommitOnBranch" }, do: "unauthorized", times: 9 });
  const failed = await deploy(next, { model: "toy@2" });
  jobs.server.faults.clear();
  expect(failed.conclusion, failed.log.lines.join("\n")).toBe("failure");
  expect(liveDigest()).toBe(before);
  expect(shown()).toEqual([
    [1, "in_progress", "success"],
    [2, "in_progress", "failure"],
  ]);
  expect((await deploy(next, { model: "toy@2" })).outputs).toMatchObject({ outcome: "live" });
  expect(liveDigest()).not.toBe(before);
  expect(shown()).toEqual([
    [1, "in_progress", "success", "inactive"],
    [2, "in_progress", "failure", "in_progress", "success"],
  ]);
});

test("going back is a deployment that says so; what was live and could not be told is told by the next run", async () => {
  const back = await jobs.onDispatch();
  const statuses = /^POST .*\/statuses$/;
  jobs.server.faults.add({ match: { route: statuses, nth: 2 }, do: "502-before", times: Number.POSITIVE_INFINITY });
  const untold = await deploy(back, { model: "toy", rollback: "true", reason: "delays are over-predicted" });
  jobs.server.faults.clear();
  expect(untold.outputs["refusal"], untold.log.lines.join("\n")).toBe("SERVICE_UNREACHABLE");
  expect(jobs.events().at(-1)).toMatchObject({ type: "alias.set", to: 1 });
  expect(shown().at(-1)).toEqual([1, "in_progress"]);
  const again = await jobs.onPush(release.sha);
  expect((await deploy(again, { model: "toy@1" })).outputs).toMatchObject({ outcome: "live" });
  expect(shown().slice(1)).toEqual([
    [2, "in_progress", "failure", "in_progress", "success", "inactive"],
    [1, "in_progress", "success"],
  ]);
  expect(jobs.server.state.deployments.at(-1)).toMatchObject({
    description: "Back to toy v1: delays are over-predicted",
    payload: { rollback: true },
  });
});

test("what is refused before it begins is said by the step alone, and GitHub's refusal changes nothing", async () => {
  const [count, live] = [shown().length, liveDigest()];
  expect((await deploy(release, { model: "toy@9" })).outputs["refusal"]).toBe("VERSION_UNKNOWN");
  const poor = await jobs.uses("deploy", release, { model: "toy@2", environment: "production" }, { contents: "write" });
  expect(poor.outputs["refusal"], poor.log.lines.join("\n")).toBe("GITHUB_FORBIDDEN");
  expect(poor.annotations[0]?.message).toContain("deployments: write");
  expect([shown().length, liveDigest()]).toEqual([count, live]);
  expect(jobs.server.violations).toEqual([]);
});
