import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBundles } from "../runner/bundles.ts";
import type { StepResult } from "../runner/run-step.ts";
import { GithubJobs, type Trigger } from "./github-jobs.ts";
import { config } from "./toy-project.ts";

const serving = mkdtempSync(join(tmpdir(), "trainyard-serving-"));
let jobs: GithubJobs;
let hand: Trigger;
beforeAll(async () => {
  ensureBundles();
  jobs = await GithubJobs.start(config.replace("path: serving/production", `path: ${serving}/production`));
  jobs.toy.git("remote", "add", "origin", jobs.server.bare);
  jobs.server.state.collaborators.set("ana", "write").set("ben", "read");
  await version("params.yaml", "noise: 0.6\nseed: 7\n");
  hand = await jobs.onDispatch();
}, 180_000);
afterAll(async () => {
  await jobs[Symbol.asyncDispose]();
  rmSync(serving, { recursive: true, force: true });
});

async function version(path: string, text: string): Promise<void> {
  const release = await jobs.onPush(await jobs.server.push("main", { [path]: text }));
  for (const verb of ["train", "register"] as const) {
    const step = await jobs.uses(verb, release);
    expect(step.conclusion, step.log.lines.join("\n")).toBe("success");
  }
}

/** What the second job takes from the first, as model-promote.yml hands it on. */
async function deploy(asked: StepResult, reason = "it is better"): Promise<StepResult> {
  const { model = "", digest = "", rollback = "" } = asked.outputs;
  return jobs.uses("deploy", hand, { model, digest, rollback, environment: "production", reason });
}
const ask = (inputs: Record<string, string>) => jobs.uses("plan", hand, { environment: "production", ...inputs });

interface Comment {
  readonly login?: string;
  readonly issue?: Record<string, unknown>;
}
const OPEN = { state: "open", pull_request: { url: "…", merged_at: null } };

/** A comment's event; its run is the one by hand, which changes nothing here. */
function comment(body: string, { login = "ana", issue = OPEN }: Comment = {}): Promise<StepResult> {
  const payload = { action: "created", issue, comment: { body, user: { login } } };
  const trigger = { ...hand, event: "issue_comment", payload };
  return jobs.uses("plan", trigger, { comment: body, environment: "production" });
}

test("what is asked for without a version is the version that was shown, although a newer one is registered before the answer", async () => {
  const asked = await ask({ model: "toy" });
  expect(asked.outputs, asked.log.lines.join("\n")).toMatchObject({ model: "toy@1", rollback: "false" });
  expect(asked.outputs["digest"]).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(asked.summary).toContain(asked.outputs["digest"]);
  expect(asked.summary).toContain("toy@1");
  await version("params.yaml", "noise: 0\nseed: 8\n");
  const deployed = await deploy(asked);
  expect(deployed.outputs, deployed.log.lines.join("\n")).toMatchObject({ version: "toy@1", outcome: "live" });
  const later = await comment("/promote toy@latest after a look\nthanks");
  expect(later.outputs, later.log.lines.join("\n")).toMatchObject({ model: "toy@2", reason: "after a look" });
  expect((await deploy(later)).outputs).toMatchObject({ version: "toy@2", outcome: "live" });
}, 60_000);

test("going back is pinned too, and an alias means who holds it now", async () => {
  const back = await comment("/rollback toy it answers zeros");
  expect(back.outputs, back.log.lines.join("\n")).toMatchObject({ model: "toy@1", rollback: "true" });
  const live = await ask({ model: "toy@production" });
  expect(live.outputs).toMatchObject({ model: "toy@2" });
  expect((await deploy(back, "it answers zeros")).outputs).toMatchObject({ version: "toy@1", outcome: "live" });
});

test("other bytes under the approved number are refused, and so is a version that was withdrawn in between", async () => {
  const asked = await ask({ model: "toy@2" });
  const forged = { ...asked, outputs: { ...asked.outputs, digest: `sha256:${"0".repeat(64)}` } };
  expect((await deploy(forged)).outputs["refusal"]).toBe("VERSION_REPLACED");
  const { code, stderr } = await jobs.toy.trainyard("withdraw", "toy@2", "--reason", "labels were wrong", "--push");
  expect(code, stderr).toBe(0);
  expect((await deploy(asked)).outputs["refusal"]).toBe("VERSION_WITHDRAWN");
  expect((await ask({ model: "toy@2" })).outputs["refusal"]).toBe("VERSION_WITHDRAWN"); // nobody is asked to approve it
  expect(jobs.server.violations).toEqual([]);
});

describe("a comment", () => {
  const merged = { state: "closed", pull_request: { merged_at: "2026-01-01T00:00:00Z" } };
  test.each<[string, string, Comment, string]>([
    ["of somebody who may only read", "/promote toy@1", { login: "ben" }, "COMMENT_REFUSED"],
    ["of a name that is a path", "/promote toy@1", { login: "../../x" }, "COMMENT_REFUSED"],
    ["on an issue", "/promote toy@1", { issue: { state: "open" } }, "COMMENT_REFUSED"],
    [
      "on a pull request that was closed unmerged",
      "/promote toy@1",
      { issue: { ...OPEN, state: "closed" } },
      "COMMENT_REFUSED",
    ],
    ["with Markdown in the version", "/promote toy@<img/src=x>", {}, "REFERENCE_INVALID"],
    ["with a workflow command in the version", "/promote toy@::set-output%0Aname=model::toy", {}, "REFERENCE_INVALID"],
  ])("%s starts nothing", async (_what, body, more, refusal) => {
    const step = await comment(body, more);
    expect(step.outputs["refusal"], step.log.lines.join("\n")).toBe(refusal);
    expect(step.outputs["model"] ?? "").toBe("");
    expect(step.summary.replace(/```[\s\S]*?```/g, "")).not.toContain("img");
  });

  test("on a merged pull request is taken, and only its first line and one model's name go on", async () => {
    const step = await comment("/promote toy@1 ok\nmodel=toy@2\r\n::set-output name=model::toy@2", { issue: merged });
    expect(step.outputs, step.log.lines.join("\n")).toMatchObject({ model: "toy@1", reason: "ok" });
    expect(step.outputs["digest"]).toMatch(/^sha256:/);
  });

  test("beside a model of the workflow's own is refused, and a payload without an author too", async () => {
    expect((await ask({ comment: "/promote toy@1", model: "toy@1" })).outputs["refusal"]).toBe("INPUT_INVALID");
    expect((await ask({ comment: "/promote toy@1" })).outputs["refusal"]).toBe("EVENT_INVALID");
  });
});
