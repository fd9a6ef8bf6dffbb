import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { localRuns, sha256 } from "@trainyard/backends";
import { openRegistry, prettyJson, register, rootDigest } from "@trainyard/core";
import { aReading, aReport, aRun, memoryBackend } from "@trainyard/core/testing";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { registryHomes } from "../../packages/backends/src/github/store/registry-homes.ts";
import { digestOf, type StoreWorld, storeWorld } from "./store-world.ts";

const model = "flight-delays";
let world: StoreWorld;
beforeAll(async () => {
  world = await storeWorld();
});
beforeEach(() => {
  world.reset();
  world.counted();
});
afterEach(() => expect(world.server.violations).toEqual([]));
afterAll(async () => world[Symbol.asyncDispose]());

/** A job that registers run after run: its registry in memory, its bytes in releases. */
async function aJob() {
  const state = await mkdtemp(join(world.folder, "job-"));
  const memory = memoryBackend(sha256);
  const registry = openRegistry(memory);
  const runs = localRuns(state);
  const store = world.job({ state, limits: {}, homes: registryHomes(registry) });
  return {
    store,
    registry,
    async register(id: string, files: Readonly<Record<string, string>>) {
      const folder = await runs.create(model, id);
      const modelFiles = [];
      for (const [path, text] of Object.entries(files))
        modelFiles.push({ ...(await folder.write(`outputs/${path}`, text)), path });
      const root = rootDigest(modelFiles, sha256);
      await folder.write("record.json", prettyJson(aRun({ id, modelFiles, rootDigest: root })));
      const candidate = { ...aReport().candidate, run: id, rootDigest: root, predictions: null };
      await folder.write("evaluation.json", prettyJson(aReport({ candidate })));
      const settings = {
        model,
        run: id,
        baselines: ["production"],
        reading: aReading,
        override: true,
        reason: "a test",
      };
      return register(settings, { ...memory, registry, runs, store });
    },
  };
}

test("a small model is registered with one look and three calls: draft, one asset, publish", async () => {
  const job = await aJob();
  const { registered } = await job.register("run-1", { "model.onnx": "weights" });
  expect(world.counted()).toEqual({
    graphql: 1,
    "POST /repos/{owner}/{repo}/releases": 1,
    "POST /repos/{owner}/{repo}/releases/{release_id}/assets": 1,
    "PATCH /repos/{owner}/{repo}/releases/{release_id}": 1,
  });
  const [release] = world.server.state.releases;
  expect(release).toMatchObject({ name: "flight-delays v1", draft: false, latest: false });
  expect(release?.tag).toBe(`ty-${registered?.rootDigest.slice(7, 39)}`);
  expect(release?.body).toContain("| model.onnx | 7 |");
});

test("a large model is an asset of its own; one that did not change is not sent again, whatever version it comes in", async () => {
  const job = await aJob();
  const weights = "w".repeat(1_500_000);
  await job.register("run-1", { "labels.json": "[]", "model.onnx": weights });
  expect(world.counted()["POST /repos/{owner}/{repo}/releases/{release_id}/assets"]).toBe(2);
  const { registered } = await job.register("run-2", { "labels.json": "[1]", "model.onnx": weights });
  expect(world.counted()["POST /repos/{owner}/{repo}/releases/{release_id}/assets"]).toBe(1);
  const fresh = world.job({ limits: {}, homes: registryHomes(job.registry) });
  expect(await fresh.text(digestOf(weights), "the weights")).toBe(weights);
  expect(await fresh.text(registered?.record as string, "the record")).toContain("run-2");
});

test("whoever guessed the number wrong says the right one with one more call", async () => {
  const job = await aJob();
  const { store } = job;
  const settle = store.settle.bind(store);
  store.settle = (home) => settle({ ...home, title: "flight-delays v7" });
  await job.register("run-1", { "model.onnx": "weights" });
  expect(world.counted()["PATCH /repos/{owner}/{repo}/releases/{release_id}"]).toBe(2);
  expect(world.server.state.releases.map(({ name }) => name)).toEqual(["flight-delays v1"]);
});

test("reading what another job registered takes one look, the release, and one download; then nothing", async () => {
  const job = await aJob();
  const { registered } = await job.register("run-1", { "model.onnx": "weights" });
  const reader = world.job({ limits: {}, homes: registryHomes(job.registry) });
  world.counted();
  expect(await reader.text(registered?.record as string, "the record")).toContain("run-1");
  expect(await reader.text(registered?.card as string, "the card")).toContain("# flight-delays");
  await reader.copyTo(digestOf("weights"), join(reader.state, "model.onnx"), "model.onnx");
  const { "GET /blob/{key}/{name}": _download, ...calls } = world.counted();
  expect(calls).toMatchObject({
    graphql: 1,
    "GET /repos/{owner}/{repo}/releases/{release_id}": 1,
    "GET /repos/{owner}/{repo}/releases/assets/{asset_id}": 1,
  });
  const again = world.job({ state: reader.state, limits: {}, homes: registryHomes(job.registry) });
  expect(await again.text(registered?.record as string, "the record")).toContain("run-1");
  expect(world.counted()).toEqual({});
});
