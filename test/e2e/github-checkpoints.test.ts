import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBundles } from "../runner/bundles.ts";
import type { StepResult } from "../runner/run-step.ts";
import { GithubJobs, PERMISSIONS, type Trigger } from "./github-jobs.ts";
import { config } from "./toy-project.ts";

/** Takes a second for each epoch until it is done; asked to stop, it saves where it is, leaves half a model and exits 0, as trainers do. */
const slow = `import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
const file = join(process.env.TRAINYARD_CHECKPOINT_DIR, "epoch");
const resumes = process.env.TRAINYARD_RESUME === "1" && existsSync(file);
let epoch = resumes ? Number(readFileSync(file, "utf8")) : 0;
if (resumes) console.log("resumed at epoch", epoch);
const save = () => { writeFileSync(file, String(epoch)); writeFileSync("model.json", JSON.stringify({ slope: 2, intercept: 0, epoch })); writeFileSync("metrics.json", "{}"); };
process.on("SIGTERM", () => { save(); process.exit(0); });
for (const last = resumes ? epoch + 2 : 600; epoch < last; epoch++) { console.log("epoch", epoch); await sleep(50); }
save();
`;

let jobs: GithubJobs;
beforeAll(async () => {
  ensureBundles();
  jobs = await GithubJobs.start();
}, 180_000);
afterAll(() => jobs[Symbol.asyncDispose]());

const lines = ({ log }: StepResult) => log.lines.join("\n");
const epochs = (step: StepResult) =>
  step.log.lines.filter((line) => /^epoch \d+$/.test(line)).map((line) => Number(line.slice(6)));
const recordOf = (step: StepResult) =>
  JSON.parse(readFileSync(join(step.outputs["path"] as string, "record.json"), "utf8")) as Record<string, unknown>;
const atEpoch = (epoch: number) => (line: string) => line === `epoch ${epoch}`;

/** Trains on a fresh machine that is taken away at an epoch; null: it stays. */
const trainOn = (trigger: Trigger, until: number | null) =>
  jobs.job(trigger, PERMISSIONS.train).uses("train", {}, until === null ? {} : { cancelAt: atEpoch(until) });

async function reviewOf(
  head: string,
  { files = {}, ...options }: { fork?: string; files?: Record<string, string> } = {},
) {
  const { number } = await jobs.server.openPullRequest({
    head,
    files: { "train.mjs": slow, "notes.md": head, ...files },
    ...options,
  });
  return jobs.onPullRequest(number);
}

test("a training whose machine is taken away is no success, and goes on from its checkpoint on another one", async () => {
  const trigger = await reviewOf("slow");
  const lost = await trainOn(trigger, 3);
  expect(lost.outputs, lines(lost)).toMatchObject({ status: "interrupted", resumable: "true", "root-digest": "" });
  expect(lost.exit).toBe(75);
  expect(jobs.server.state.caches).toMatchObject([
    { ref: expect.stringMatching(/^refs\/pull\/\d+\/merge$/) as string },
  ]);
  const judged = await jobs.uses("evaluate", trigger);
  expect(judged, lines(judged)).toMatchObject({ exit: 1, outputs: { verdict: "fail" } });

  const again = await trainOn(trigger, null);
  expect(again.outputs, lines(again)).toMatchObject({ status: "succeeded", resumable: "false" });
  expect(lines(again)).toContain("goes on from the checkpoint that an earlier job kept");
  const first = epochs(again)[0] as number;
  expect(first).toBeGreaterThanOrEqual(3);
  expect(epochs(again)).toEqual([first, first + 1]);
  expect(recordOf(again)["inputsDigest"]).toBe(recordOf(lost)["inputsDigest"]);
}, 120_000);

test("what is done is done: a training of the same inputs starts anew", async () => {
  const trigger = await reviewOf("done");
  await trainOn(trigger, 1);
  await trainOn(trigger, null);
  const third = await trainOn(trigger, 2);
  expect(lines(third)).not.toContain("resumed at");
  expect(epochs(third)[0]).toBe(0);
}, 120_000);

test("what the step says of it lets the run be started again, and its next attempt goes on", async () => {
  const trigger = await reviewOf("resumed");
  const lost = await trainOn(trigger, 2);
  const { world, state } = jobs.server;
  const run = state.runs.find(({ id }) => id === trigger.run);
  const job = { id: world.nextId(), run: trigger.run, attempt: 1, name: "Train toy", completedAt: world.now() };
  const over = { status: "completed", conclusion: "failure", startedAt: world.now() };
  Object.assign(run as object, over);
  state.jobs.push({ ...job, ...over });
  const said = lost.annotations.map(({ title, message }) => ({
    path: ".github",
    start_line: 1,
    end_line: 1,
    annotation_level: "failure",
    title: title ?? "",
    message,
  }));
  const rest = { detailsUrl: null, externalId: "", title: null, summary: null, text: null, app: "github-actions" };
  state.checkRuns.push({ ...job, ...over, ...rest, headSha: trigger.sha, annotations: said });

  const after = await jobs.onWorkflowRun(trigger);
  const resume = jobs.job(after, { actions: "write", checks: "read" });
  const step = await resume.uses("resume", { run: String(trigger.run) });
  expect(step.outputs, lines(step)).toEqual({ resumed: "true" });
  expect(run?.attempt).toBe(2);
  const again = await trainOn(trigger, null);
  expect(again.outputs, lines(again)).toMatchObject({ status: "succeeded" });
  expect(lines(again)).toMatch(/resumed at epoch [2-9]/);
}, 120_000);

test("a fork's job may read caches and write none: a note, and nothing else", async () => {
  const trigger = await reviewOf("main", { fork: "mallory/flights" });
  const before = jobs.server.state.caches.length;
  const lost = await trainOn(trigger, 1);
  expect(lost.outputs, lines(lost)).toMatchObject({ status: "interrupted", resumable: "true" });
  expect(lines(lost)).toContain("note: The checkpoint could not be kept in the cache");
  expect(jobs.server.state.caches).toHaveLength(before);
}, 120_000);

test("a machine that dies without a word leaves what it kept while it trained; nothing is kept of a folder that does not change", async () => {
  const trigger = await reviewOf("dies", {
    files: {
      "train.mjs": slow.replace(
        'console.log("epoch", epoch);',
        'console.log("epoch", epoch); if (epoch < 40 && epoch % 10 === 0) save();',
      ),
      "trainyard.yaml": config.replace(
        "      params: params.yaml",
        "      params: params.yaml\n      checkpoint-every: 0.01",
      ),
    },
  });
  const before = jobs.server.state.caches.length;
  const dies = jobs.job(trigger, PERMISSIONS.train).uses("train", {}, { killAt: atEpoch(120) });
  expect((await dies).exit).not.toBe(0);
  const kept = jobs.server.state.caches.length - before;
  expect(kept).toBeGreaterThanOrEqual(1);
  expect(kept, "the last eighty epochs saved nothing").toBeLessThanOrEqual(5);
  const again = await trainOn(trigger, null);
  expect(again.outputs, lines(again)).toMatchObject({ status: "succeeded" });
  expect(lines(again)).toContain("resumed at epoch 30");
}, 120_000);

test("none of it was against GitHub's description of its API", () => expect(jobs.server.violations).toEqual([]));
