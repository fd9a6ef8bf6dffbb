import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBundles } from "../runner/bundles.ts";
import type { StepResult } from "../runner/run-step.ts";
import { GithubJobs, PERMISSIONS, type Trigger } from "./github-jobs.ts";

let jobs: GithubJobs;
let store: string;
let env: Record<string, string>;
let review: Trigger;
let number: number;
beforeAll(async () => {
  ensureBundles();
  jobs = await GithubJobs.start();
  store = join(jobs.temp, "shared-store");
  // A server under a name of its own, without the services that github.com has beside its API.
  const own = new URL(jobs.server.environment["GITHUB_SERVER_URL"] as string);
  own.hostname = "127.0.0.1";
  env = { GITHUB_SERVER_URL: own.origin, ACTIONS_RESULTS_URL: "", ACTIONS_RUNTIME_TOKEN: "" };
  ({ number } = await jobs.server.openPullRequest({
    head: "better",
    files: { "params.yaml": "noise: 0\nseed: 8\n" },
  }));
  review = await jobs.onPullRequest(number);
}, 180_000);
afterAll(() => jobs[Symbol.asyncDispose]());

const lines = ({ log }: StepResult) => log.lines.join("\n");

function uses(action: keyof typeof PERMISSIONS, trigger: Trigger, inputs: Record<string, string>, more = {}) {
  const job = jobs.job(trigger, PERMISSIONS[action]);
  return job.uses(action === "reuse" ? "train" : action, inputs, { env: { ...env, ...more } });
}

async function succeeds(...step: Parameters<typeof uses>): Promise<StepResult["outputs"]> {
  const ended = await uses(...step);
  expect(ended.annotations, lines(ended)).toEqual([]);
  expect(ended.conclusion).toBe("success");
  return ended.outputs;
}

describe("a GitHub Enterprise Server", () => {
  test.each(["train", "evaluate", "register"] as const)(
    "is told by %s to name a folder, before any work",
    async (action) => {
      const step = await uses(action, review, {});
      expect(step.outputs["refusal"], lines(step)).toBe("ARTIFACTS_UNAVAILABLE");
      expect(step.annotations[0]?.message).toContain("store: /FOLDER");
      expect(lines(step)).not.toContain("node train.mjs");
    },
  );

  test("goes the whole way through that folder: judged, merged, reused, registered, live, and named for attesting", async () => {
    const { bundle = "" } = await succeeds("train", review, { store });
    expect(await succeeds("evaluate", review, { store, bundle })).toMatchObject({ verdict: "pass" });
    expect(jobs.server.state.checkRuns).toMatchObject([{ headSha: review.sha, conclusion: "success" }]);
    const push = await jobs.onPush(await jobs.server.mergePullRequest(number));
    const reused = await succeeds("reuse", push, { store, reuse: "true" });
    expect(reused).toMatchObject({ reused: "true" });

    const made = join(jobs.temp, "artifacts");
    writeFileSync(made, "");
    const asked = { store, bundle: reused["bundle"] as string };
    const registered = await succeeds("register", push, asked, { GITHUB_ARTIFACTS: made });
    expect(registered).toMatchObject({ version: "toy@1", registered: "true" });
    const [model, ...others] = readFileSync(made, "utf8").trim().split("\n");
    expect(others).toEqual([]);
    expect(JSON.parse(readFileSync(model as string, "utf8"))).toMatchObject({ seed: 8 });

    const live = await succeeds("deploy", push, { store, model: "toy@1", environment: "production" });
    expect(live).toMatchObject({ outcome: "live" });
    expect(jobs.server.state.artifacts).toEqual([]);
    expect(jobs.server.state.releases).toEqual([]);
  }, 120_000);

  test("asks nothing that is against GitHub's description of its API", () =>
    expect(jobs.server.violations).toEqual([]));
});
