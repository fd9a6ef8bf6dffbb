import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBundles } from "../runner/bundles.ts";
import type { StepResult } from "../runner/run-step.ts";
import { GithubJobs, type Trigger } from "./github-jobs.ts";
import { config, rows } from "./toy-project.ts";

/** Nobody logs what production answers: `predict` scores it. */
const watched = config
  .replace("      predictions: logs/*.csv\n", "")
  .replace(
    "on-drift: retrain",
    "on-drift: report\n      retrain: [{ set: { noise: 0.3 } }, { set: { noise: 0.9 } }, { set: { noise: 0 } }]",
  );

let jobs: GithubJobs;
beforeAll(async () => {
  ensureBundles();
  jobs = await GithubJobs.start(watched);
  await live("noise: 0.5\nseed: 7\n");
  deliver("today", 3);
}, 180_000);
afterAll(() => jobs[Symbol.asyncDispose]());

const lines = ({ log }: StepResult) => log.lines.join("\n");
const SCORE = { model: "toy", only: "predict", environment: "production" };
const sha256 = (content: string) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

async function live(params: string): Promise<void> {
  const push = await jobs.onPush(await jobs.server.push("main", { "params.yaml": params }));
  const { bundle = "" } = succeeded(await jobs.uses("train", push)).outputs;
  const { version = "" } = succeeded(await jobs.uses("register", push, { bundle })).outputs;
  succeeded(await jobs.uses("deploy", push, { model: version, environment: "production" }));
}

/** Rows that production saw, and their labels. */
function deliver(name: string, seed: number): void {
  const told = rows({ days: 60, perDay: 20, seed, firstId: 9_000_000 }).trim().split("\n");
  const cells = told.map((line) => line.split(","));
  const write = (folder: string, lines: string[]) => {
    mkdirSync(join(jobs.shared, "data", folder), { recursive: true });
    writeFileSync(join(jobs.shared, "data", folder, `${name}.csv`), `${lines.join("\n")}\n`);
  };
  write(
    "incoming",
    cells.map(([id, day, kind, x]) => [id, day, kind, x].join(",")),
  );
  write(
    "labels",
    cells.map(([id, , , , y], i) => [id, i === 0 ? "y_true" : y].join(",")),
  );
}

function succeeded(step: StepResult): StepResult {
  expect(step.annotations, lines(step)).toEqual([]);
  expect(step.conclusion).toBe("success");
  return step;
}

/** What was found, with whatever it said besides. */
const reportOf = (step: StepResult) =>
  JSON.parse(readFileSync(step.outputs["report-json"] as string, "utf8")) as Record<string, unknown>;

describe("what production sees and nobody scored", () => {
  let trigger: Trigger;
  let scores: string;

  test("is planned to be scored first", async () => {
    trigger = await jobs.onDispatch();
    const plan = succeeded(await jobs.job(trigger, { contents: "read" }).uses("plan", { drift: "true" }));
    expect(plan.outputs).toMatchObject({ any: "true", "any-unscored": "true" });
    expect(JSON.parse(plan.outputs["unscored"] as string)).toMatchObject({ include: [{ model: "toy" }] });
  });

  test("is not judged without its scores, and the refusal says who makes them", async () => {
    const step = await jobs.uses("drift-check", trigger);
    expect(step.outputs["refusal"], lines(step)).toBe("SCORES_MISSING");
    expect(step.annotations[0]?.message).toContain("`environment: production`");
  });

  test("is scored with the live version by a job that can only read, and judged by one that runs no code of yours", async () => {
    const scored = succeeded(await jobs.uses("train", trigger, SCORE));
    expect(scored.outputs).toMatchObject({ run: "", status: "succeeded", bundle: "" });
    expect(lines(scored)).toContain("1,200 current rows of toy were scored with v1.");
    scores = scored.outputs["scores"] as string;
    const check = succeeded(await jobs.uses("drift-check", trigger, { scores }));
    expect(check.outputs["verdict"], lines(check)).toMatch(/^(?:quiet|drift)$/);
    expect(lines(check)).not.toContain("predict.mjs");
    const report = reportOf(check);
    expect(report).toMatchObject({ version: 1, score: { name: "y_score" }, performance: { rows: 1200 } });
    // Of a matrix no outputs are handed on: then they are found among the artifacts of this workflow run.
    const found = succeeded(await jobs.uses("drift-check", trigger));
    expect(reportOf(found)).toMatchObject({ score: { name: "y_score" } });
  }, 120_000);

  test("is not judged by the scores of another workflow run, or under a digest that is not theirs", async () => {
    const other = await jobs.onDispatch();
    const foreign = await jobs.uses("drift-check", other, { scores });
    expect(foreign.outputs["refusal"], lines(foreign)).toBe("BUNDLE_FOREIGN");
    const forged = JSON.parse(scores) as { scores: { digest: string } };
    forged.scores.digest = sha256("");
    const swapped = await jobs.uses("drift-check", trigger, { scores: JSON.stringify(forged) });
    expect(swapped.outputs["refusal"], lines(swapped)).toBe("DIGEST_MISMATCH");
  }, 120_000);

  test("is scored by `environment` alone with `only: predict`, and by nothing that trains", async () => {
    for (const inputs of [
      { model: "toy", environment: "production" },
      { ...SCORE, set: "noise=1" },
    ]) {
      const step = await jobs.uses("train", trigger, inputs);
      expect(step.outputs["refusal"], lines(step)).toBe("INPUT_UNUSED");
    }
  }, 60_000);
});

describe("a retraining with several candidates", () => {
  let trigger: Trigger;
  let asked: string;
  const RETRAIN = ".github/workflows/retrain.yml";

  test("is asked for by the event of a drift", async () => {
    await jobs.server.push("main", { [RETRAIN]: "on: { workflow_dispatch: {} }\njobs: {}\n" });
    const path = join(jobs.shared, "data/incoming/today.csv");
    const [head = "", ...told] = readFileSync(path, "utf8").trim().split("\n");
    const moved = told.map((line) => line.replace(/[^,]+$/, (x) => String((Number(x) + 2) / 2)));
    writeFileSync(path, `${[head, ...moved].join("\n")}\n`);
    const look = await jobs.onDispatch();
    succeeded(await jobs.uses("train", look, SCORE));
    const step = succeeded(await jobs.uses("drift-check", look, { "on-drift": "retrain" }));
    expect(step.outputs, lines(step)).toMatchObject({ verdict: "drift", action: "retrain" });
    asked = step.outputs["event"] as string;
  }, 60_000);

  test("trains each of them on what was delivered too, judges all, and registers the best that passes", async () => {
    trigger = await jobs.onDispatch();
    const trained = succeeded(await jobs.uses("train", trigger, { model: "toy", "drift-event": asked }));
    const { bundle = "" } = trained.outputs;
    const refs = JSON.parse(bundle) as { run: string }[];
    expect(refs).toHaveLength(3);
    const record = JSON.parse(readFileSync(join(trained.outputs["path"] as string, "record.json"), "utf8")) as {
      datasets: { path: string }[];
      trigger: object;
    };
    expect(record.trigger).toMatchObject({ event: "drift", driftEvent: Number(asked) });
    expect(record.datasets.map(({ path }) => path)).toContain("data/incoming/today.csv");

    const judged = succeeded(await jobs.uses("evaluate", trigger, { model: "toy", bundle }));
    expect(judged.outputs["verdict"], lines(judged)).toBe("pass");
    const registered = succeeded(await jobs.uses("register", trigger, { model: "toy", bundle }));
    expect(registered.outputs["version"], lines(registered)).toBe("toy@2");
    const version = JSON.stringify(jobs.events().findLast(({ type }) => type === "version.registered"));
    expect(version).toContain(refs[2]?.run);
    const recorded = jobs.events().filter(({ type }) => type === "evaluation.recorded");
    expect(recorded.slice(-3).map(({ run, verdict }) => [run, verdict])).toEqual(
      expect.arrayContaining([
        [refs[0]?.run, "pass"],
        [refs[1]?.run, "fail"],
        [refs[2]?.run, "pass"],
      ]),
    );
  }, 120_000);

  test("is refused under the number of another event", async () => {
    const step = await jobs.uses("train", trigger, { model: "toy", "drift-event": "1" });
    expect(step.outputs["refusal"], lines(step)).toBe("INPUT_INVALID");
    expect(lines(step)).not.toContain("node train.mjs");
  }, 60_000);
});

test("GitHub is asked nothing that is against the description of its API", () =>
  expect(jobs.server.violations).toEqual([]));
