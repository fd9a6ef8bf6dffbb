import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  dispatchRetraining,
  type RetrainAsked,
  retrainTitle,
} from "../../packages/backends/src/github/runs/dispatch.ts";
import { type FacesWorld, facesWorld } from "./faces-world.ts";

const TEMPLATE = readFileSync(join(import.meta.dirname, "../../workflows-templates/retrain.yml"), "utf8");
const WATCHING = { contents: "read", actions: "write" } as const;

async function opened(workflow = TEMPLATE): Promise<FacesWorld> {
  return facesWorld({ files: { ".github/workflows/retrain.yml": workflow } });
}
const ask = (world: FacesWorld, change: Partial<RetrainAsked> = {}) =>
  dispatchRetraining(world.job(WATCHING), {
    workflow: "retrain.yml",
    ref: "main",
    model: "churn",
    driftEvent: 7,
    cooldown: 24,
    now: Date.parse(world.server.world.now()),
    ...change,
  });
const started = ({ server }: FacesWorld) =>
  server.state.dispatches.map((each) => (each.kind === "workflow_dispatch" ? each.inputs : each.kind));

describe("a retraining that drift asks for", () => {
  test("is started with the model and the event's number, and nothing else", async () => {
    await using world = await opened();
    const { outcome, url } = await ask(world);
    const [run] = world.server.state.runs;
    expect(outcome).toBe("started");
    expect(url).toMatch(new RegExp(`/actions/runs/${run?.id}$`));
    expect(run?.title).toBe(retrainTitle("churn", 7));
    expect(started(world)).toEqual([{ model: "churn", "drift-event": "7" }]);
    expect(world.server.violations).toEqual([]);
  });

  test("is one at a time for each model, and the same event starts it once", async () => {
    await using world = await opened();
    await ask(world);
    expect(await ask(world)).toMatchObject({ outcome: "started" });
    expect(await ask(world, { driftEvent: 8 })).toMatchObject({ outcome: "under-way" });
    expect(await ask(world, { model: "delays", driftEvent: 9 })).toMatchObject({ outcome: "started" });
    expect(started(world)).toHaveLength(2);
  });

  test("waits for the cooldown after the last one, by hand or by the calendar as well", async () => {
    await using world = await opened();
    const now = Date.parse(world.server.world.now());
    await world.server.startRun({
      event: "schedule",
      workflow: "retrain.yml",
      status: "completed",
      conclusion: "success",
    });
    expect(await ask(world, { now: now + 23 * 3_600_000 })).toMatchObject({ outcome: "cooling-down" });
    expect(await ask(world, { now: now + 25 * 3_600_000 })).toMatchObject({ outcome: "started" });
    expect(started(world)).toHaveLength(1);
  });

  test.each([
    ["is not there", "other.yml", TEMPLATE, "it is not there"],
    [
      "cannot be dispatched",
      "retrain.yml",
      "on: push\njobs: {}\n",
      "Workflow does not have 'workflow_dispatch' trigger",
    ],
  ])("a workflow that %s is refused with what to do", async (_, workflow, text, problem) => {
    await using world = await opened(text);
    await world.server.startRun({
      event: "push",
      workflow: "retrain.yml",
      status: "completed",
      createdAt: "2001-01-01T00:00:00Z",
    });
    await expect(ask(world, { workflow })).rejects.toMatchObject({ code: "RETRAIN_WORKFLOW", details: { problem } });
  });

  test("a model's name that is no name of a model cannot pass for another's run", async () => {
    await using world = await opened();
    await ask(world, { model: "delays", driftEvent: 1 });
    expect(await ask(world, { driftEvent: 2 })).toMatchObject({ outcome: "started" });
    const last = world.server.state.runs.at(-1);
    if (last === undefined) throw new Error("no run");
    last.title = "Retrain churn after drift event 3 for delays"; // says neither: it could be this model's
    expect(await ask(world, { driftEvent: 4 })).toMatchObject({ outcome: "under-way" });
  });
});
