import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBundles } from "../runner/bundles.ts";
import type { StepResult } from "../runner/run-step.ts";
import { GithubJobs, type Trigger } from "./github-jobs.ts";
import { config } from "./toy-project.ts";

let jobs: GithubJobs;
let store: string;
beforeAll(async () => {
  ensureBundles();
  jobs = await GithubJobs.start();
  store = join(jobs.temp, "store");
}, 180_000);
afterAll(() => jobs[Symbol.asyncDispose]());

const refusal = (step: StepResult) => [step.outputs["refusal"], step.log.lines.join("\n")];

/** Opens a pull request and trains it. */
async function trained(
  head: string,
  files: Readonly<Record<string, string>>,
  options: { fork?: string; login?: string } = {},
): Promise<{ trigger: Trigger; bundle: string; number: number }> {
  const { number } = await jobs.server.openPullRequest({ head, files, ...options });
  const trigger = await jobs.onPullRequest(number);
  const step = await jobs.uses("train", trigger);
  expect(step.conclusion, step.log.lines.join("\n")).toBe("success");
  return { trigger, bundle: step.outputs["bundle"] as string, number };
}

const checkOf = ({ sha }: Trigger) => jobs.server.state.checkRuns.find(({ headSha }) => headSha === sha)?.conclusion;
const bodies = () => jobs.server.state.comments.map(({ body }) => body).join("\n");

describe("an author who may push", () => {
  test("cannot be judged by gates of their own: the base's judge, and the difference is shown", async () => {
    const lax = config
      .replace("metric: roc_auc, min: 0.6", "metric: roc_auc, min: 0.1")
      .replace("slices: [kind]", "slices: [kind]\n      alpha: 0.4");
    const { trigger } = await trained("lax", { "trainyard.yaml": lax, "params.yaml": "noise: 1.6\nseed: 9\n" });
    const step = await jobs.uses("evaluate", trigger);
    expect(step, step.log.lines.join("\n")).toMatchObject({ exit: 1, outputs: { verdict: "fail" } });
    expect(checkOf(trigger)).toBe("failure");
    const report = JSON.parse(readFileSync(step.outputs["report-json"] as string, "utf8")) as { notes: string[] };
    expect(report.notes[0]).toMatch(
      /Judged by the settings of main\. .*evaluate\.alpha: 0\.05 → 0\.4; evaluate\.gates: .*"min":0\.1/,
    );
    expect(bodies()).toContain("takes effect after the merge");
    const line = lax.split("\n").findIndex((text) => text.includes("roc_auc")) + 1;
    expect(jobs.server.state.checkRuns.find(({ headSha }) => headSha === trigger.sha)?.annotations).toMatchObject([
      { path: "trainyard.yaml", start_line: line, annotation_level: "failure", title: "toy: roc_auc fail" },
    ]);
  });

  test("cannot get around a model's gates by giving it another name", async () => {
    const renamed = config
      .replace("  toy:", "  toy2:")
      .replace("metric: roc_auc, min: 0.6", "metric: roc_auc, min: 0.1");
    const { trigger } = await trained("renamed", { "trainyard.yaml": renamed });
    const step = await jobs.uses("evaluate", trigger);
    expect(step, step.log.lines.join("\n")).toMatchObject({ exit: 3, outputs: { verdict: "inconclusive" } });
    expect(checkOf(trigger)).not.toBe("success");
  });

  test("cannot hand in another run's artifacts", async () => {
    const [one, other] = [await trained("one", { "notes.md": "a\n" }), await trained("other", { "notes.md": "b\n" })];
    const step = await jobs.uses("evaluate", one.trigger, { bundle: other.bundle });
    expect(refusal(step)[0], refusal(step)[1]).toBe("BUNDLE_FOREIGN");
    expect(checkOf(one.trigger)).not.toBe("success");
  });

  test("cannot hand in bytes under a digest that is not theirs", async () => {
    const { trigger, bundle } = await trained("swap", { "notes.md": "c\n" });
    const forged = JSON.parse(bundle) as { record: { digest: string } };
    forged.record.digest = `sha256:${"0".repeat(64)}`;
    const step = await jobs.uses("evaluate", trigger, { bundle: JSON.stringify(forged) });
    expect(refusal(step)[0], refusal(step)[1]).toBe("DIGEST_MISMATCH");
    expect(checkOf(trigger)).toBe("failure");
  });

  test("cannot make a verdict out of a training that handed nothing on", async () => {
    const { number } = await jobs.server.openPullRequest({ head: "silent", files: { "notes.md": "d\n" } });
    const trigger = await jobs.onPullRequest(number);
    const unsaid = await jobs.uses("evaluate", trigger);
    expect(refusal(unsaid)[0], refusal(unsaid)[1]).toBe("NO_BUNDLE");
    expect(checkOf(trigger)).toBeUndefined();
    const said = await jobs.uses("evaluate", trigger, { models: '{"include":[{"model":"toy","because":"code"}]}' });
    expect(refusal(said)[0]).toBe("NO_BUNDLE");
    expect(checkOf(trigger)).toBe("failure");
  });

  test("does no harm by a branch that is named like a command", async () => {
    const head = "x$(id>pwned)`id`|<b>@octo&#1;<!--trainyard-->";
    const { trigger } = await trained(head, { "notes.md": "e\n" });
    const step = await jobs.uses("evaluate", trigger);
    expect(step.outputs["verdict"], step.log.lines.join("\n")).toBe("pass");
    expect(step.log.lines.join("\n")).not.toContain("pwned");
    for (const text of [bodies(), step.summary]) expect(text).not.toContain("<b>@octo");
  });

  test("that nothing changed is neutral, and says so", async () => {
    const { number } = await jobs.server.openPullRequest({ head: "docs", files: { "README.md": "words\n" } });
    const trigger = await jobs.onPullRequest(number);
    const step = await jobs.uses("evaluate", trigger, { models: '{"include":[]}' });
    expect(step, step.log.lines.join("\n")).toMatchObject({ exit: 0, outputs: { verdict: "none" } });
    expect(checkOf(trigger)).toBe("neutral");
  });
});

describe("a stranger with a fork", () => {
  test("whose run scores well is told so, and no check turns green by their word: a maintainer's training does it", async () => {
    const forged = await trained(
      "main",
      { "params.yaml": "noise: 0\nseed: 10\n" },
      { fork: "mallory/flights", login: "mallory" },
    );
    const own = await jobs.uses("evaluate", forged.trigger);
    expect(refusal(own)[0], refusal(own)[1]).toBe("GITHUB_FORBIDDEN"); // the fork's token only reads
    const verdict = await jobs.onWorkflowRun(forged.trigger);
    for (const [wish, exit] of [
      ["warn", 0], // as verdict-for-forks.yml has it
      ["fail", 3],
    ] as const) {
      const step = await jobs.uses("evaluate", verdict, { "on-inconclusive": wish });
      expect(step, step.log.lines.join("\n")).toMatchObject({ exit, outputs: { verdict: "inconclusive" } });
      expect(checkOf(forged.trigger)).toBe("action_required"); // neutral would satisfy a branch protection
    }
    expect(bodies()).toContain("Only the fork's own job scored these rows");
    const { sha } = forged.trigger;
    const asks = `push the commit \`${sha.slice(0, 7)}\` to a branch of this repository and open a pull request`;
    expect(bodies()).toContain(asks);
    expect(jobs.server.state.checkRuns.find(({ headSha }) => headSha === sha)?.summary).toContain(asks);

    jobs.git("branch", "looked-at", sha);
    const { number } = await jobs.server.openPullRequest({ head: "looked-at" });
    const here = await jobs.onPullRequest(number);
    expect(here.sha).toBe(sha);
    expect((await jobs.uses("train", here)).conclusion).toBe("success");
    expect((await jobs.uses("evaluate", here)).outputs).toMatchObject({ verdict: "pass" });
    expect(checkOf(forged.trigger)).toBe("success");
  });

  test("cannot speak through a comment that carries our marker", async () => {
    const { trigger, number } = await trained("marked", { "notes.md": "f\n" });
    await jobs.uses("evaluate", trigger);
    const ours = jobs.server.state.comments.findLast(({ body }) => body.includes("<!--"));
    const authorization = `token ${jobs.server.token({ "pull-requests": "write", issues: "write" }, { login: "mallory" })}`;
    const { url, owner, name } = jobs.server;
    await fetch(`${url}/repos/${owner}/${name}/issues/${number}/comments`, {
      method: "POST",
      headers: { authorization },
      body: JSON.stringify({ body: ours?.body.replaceAll("pass", "fail") }),
    });
    const before = jobs.server.state.comments.length;
    await jobs.uses("evaluate", trigger);
    expect(jobs.server.state.comments).toHaveLength(before);
    expect(jobs.server.state.comments.at(-1)).toMatchObject({ login: "mallory" });
  });
});

test("a job that lacks a permission is told which lines to add", async () => {
  const { trigger } = await trained("poor", { "notes.md": "g\n" });
  const step = await jobs.uses(
    "evaluate",
    trigger,
    {},
    { contents: "read", actions: "read", "pull-requests": "write" },
  );
  expect(refusal(step)[0], refusal(step)[1]).toBe("GITHUB_FORBIDDEN");
  expect(step.annotations[0]?.message).toContain("checks: write");
});

test("through a folder all runners have, where a server has no artifacts", async () => {
  const { number } = await jobs.server.openPullRequest({ head: "shared", files: { "notes.md": "h\n" } });
  const trigger = await jobs.onPullRequest(number);
  const step = await jobs.uses("train", trigger, { store });
  const { bundle = "" } = step.outputs;
  expect(JSON.parse(bundle)).toMatchObject({
    record: { id: expect.stringContaining(`handed-on/${trigger.run}/toy/`) as string },
  });
  expect((await jobs.uses("evaluate", trigger, { store, bundle })).outputs).toMatchObject({ verdict: "pass" });
  expect((await jobs.uses("evaluate", trigger, { store })).outputs).toMatchObject({ verdict: "pass" });
});

test("none of it was against GitHub's description of its API", () => expect(jobs.server.violations).toEqual([]));
