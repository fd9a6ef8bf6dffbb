import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { localRuns, sha256 } from "@trainyard/backends";
import { openRegistry, prettyJson, register, rootDigest, verifyRegistry } from "@trainyard/core";
import { aReading, aReport, aRun, memoryBackend } from "@trainyard/core/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { git } from "../../packages/backends/src/git/git.ts";
import { connectionFrom } from "../../packages/backends/src/github/call/connection.ts";
import { openGithub } from "../../packages/backends/src/github/call/github.ts";
import { githubBranch } from "../../packages/backends/src/github/registry/registry-branch.ts";
import { registryHomes } from "../../packages/backends/src/github/store/registry-homes.ts";
import { gcReleasesVerb } from "../../packages/backends/src/verbs/gc-releases.ts";
import { run } from "../e2e/toy-project.ts";
import type { Granted } from "../github-server/tokens.ts";
import { digestOf, refusal, type StoreWorld, storeWorld } from "./store-world.ts";

const model = "flight-delays";
const CLI = new URL("../../packages/cli/bin/trainyard.mjs", import.meta.url).pathname;
let world: StoreWorld;
let closing: (() => void)[] = [];
beforeEach(async () => {
  world = await storeWorld();
});
afterEach(async () => {
  for (const close of closing) close();
  closing = [];
  expect(world.server.violations).toEqual([]);
  await world[Symbol.asyncDispose]();
});

const variables = (permissions: Granted = { contents: "write" }) => ({
  ...world.server.environment,
  GITHUB_TOKEN: world.server.token(permissions),
});
const progress = memoryBackend(sha256).progress;
const gc = (prune = true, permissions?: Granted) =>
  gcReleasesVerb(
    world.folder,
    { prune, repository: "octo/flights" },
    { environment: variables(permissions), progress },
  );
const tags = () => git(world.server.bare, ["tag", "--list"]);
const titles = () => world.server.state.releases.map(({ name }) => name).sort();

/** All releases that are there are as old as this. */
const age = (days: number) => {
  const at = new Date(Date.now() - days * 86_400_000).toISOString();
  for (const release of world.server.state.releases) {
    const body = release.body.replace(/relied on at \S+/, `relied on at ${at}`);
    Object.assign(release, { createdAt: at, publishedAt: release.draft ? null : at, body });
  }
};

/** A job that registers: registry and bytes on GitHub. */
async function aJob() {
  const state = await mkdtemp(join(world.folder, "job-"));
  const github = openGithub(
    connectionFrom(world.server.environment, world.server.token({ contents: "write" })) as never,
  );
  const memory = memoryBackend(sha256);
  const { branch } = await githubBranch({ root: null, github, actor: memory.actor, clock: memory.clock });
  closing.push(() => branch.close());
  const random = { uuid: () => crypto.randomUUID(), fraction: () => Math.random() };
  const registry = openRegistry({ ...memory, random, branch });
  const runs = localRuns(state);
  const store = world.job({ state, limits: {}, homes: registryHomes(registry) });
  const ports = { ...memory, branch, registry, runs, store };
  return {
    ...ports,
    async register(id: string, weights: string) {
      const folder = await runs.create(model, id);
      const modelFiles = [{ ...(await folder.write("outputs/model.onnx", weights)), path: "model.onnx" }];
      const root = rootDigest(modelFiles, sha256);
      await folder.write("record.json", prettyJson(aRun({ id, modelFiles, rootDigest: root })));
      const candidate = { ...aReport().candidate, run: id, rootDigest: root, predictions: null };
      await folder.write("evaluation.json", prettyJson(aReport({ candidate })));
      return register(
        { model, run: id, baselines: ["production"], reading: aReading, override: true, reason: "a test" },
        ports,
      );
    },
    /** As a job whose machine was lost between its bytes and its commit. */
    async begin(id: string, weights: string) {
      const { commit } = branch;
      branch.commit = () => Promise.reject(new Error("the machine is gone"));
      await expect(this.register(id, weights)).rejects.toThrow("the machine is gone");
      branch.commit = commit;
    },
  };
}

/** Somebody with an empty disk finds all bytes of all versions. */
async function isWhole(job: Awaited<ReturnType<typeof aJob>>): Promise<void> {
  const store = world.job({ limits: {}, homes: registryHomes(job.registry) });
  expect((await verifyRegistry({ ...job, store })).findings).toEqual([]);
}

test("of the releases, old ones that no version needs go, as the command says before; versions and young ones stay", async () => {
  const job = await aJob();
  await job.register("run-1", "w".repeat(1_500_000));
  await job.begin("run-2", "lost");
  const half = world.server.state.releases[0];
  if (half === undefined) throw new Error("nothing was registered");
  world.server.state.releases.push({ ...half, id: 99, tag: `${half.tag}.2`, name: "half", draft: true, assets: [] });
  age(2);
  await job.begin("run-3", "young");
  const listed = await gc(false);
  expect(listed).toMatchObject({ removed: { blobs: 0 }, unread: [] });
  expect(listed.blobs.map(({ digest }) => digest)).toContain(digestOf("lost"));
  expect(listed.young).toBeGreaterThan(0);
  expect(titles()).toHaveLength(4);
  const words = ["gc", "--repository", "octo/flights", "--prune", "--json"];
  const ended = await run(process.execPath, [CLI, ...words], { ...process.env, ...variables() });
  expect(ended).toMatchObject({ code: 0 });
  expect(JSON.parse(ended.stdout)).toMatchObject({ removed: { blobs: listed.blobs.length, bytes: listed.bytes } });
  expect(titles()).toEqual(["flight-delays v1", "flight-delays v2"]);
  expect(await tags()).not.toContain("ty-gc");
  await isWhole(job);
  expect(await gc()).toMatchObject({ blobs: [], removed: { blobs: 0 } });
});

test("a registration that relies on an old release which gc has just listed makes it young first: it stays", async () => {
  const job = await aJob();
  await job.register("run-1", "first");
  await job.begin("run-2", "second");
  age(2);
  world.server.faults.add({ match: { route: "POST /repos/{owner}/{repo}/git/trees" }, do: "delay 4000" });
  const collecting = gc();
  await expect.poll(() => world.server.faults.fired.length, { timeout: 20_000 }).toBe(1); // it has listed run-2's release as garbage
  await (await aJob()).register("run-2", "second");
  expect((await collecting).removed.blobs).toBe(0);
  await isWhole(job);
});

test("a registration while gc takes away stores its bytes in a place of their own", async () => {
  const job = await aJob();
  await job.register("run-1", "first");
  await job.begin("run-2", "second");
  age(2);
  world.server.faults.add({ match: { route: "GET /repos/{owner}/{repo}/git/ref/{ref}" }, do: "delay 4000" });
  const collecting = gc();
  await expect.poll(() => world.server.faults.fired.length, { timeout: 20_000 }).toBe(1); // the lock is there
  const next = await aJob();
  await next.register("run-2", "second");
  await collecting;
  await isWhole(next);
  expect(titles()).toEqual(["flight-delays v1", "flight-delays v2"]);
});

test("killed in the middle, another gc waits for an hour, registering goes on, and then the rest goes", async () => {
  const job = await aJob();
  await job.register("run-1", "first");
  for (const text of ["lost", "also lost"]) await job.begin(`run of ${text}`.replaceAll(" ", "-"), text);
  age(2);
  world.server.faults.add({
    match: { route: "DELETE /repos/{owner}/{repo}/releases/{release_id}", nth: 2 },
    do: "delay 4000",
  });
  const words = ["gc", "--repository", "octo/flights", "--prune"];
  const killed = run(process.execPath, [CLI, ...words], { ...process.env, ...variables() }, async (child) => {
    await expect.poll(() => world.server.faults.fired.length, { timeout: 30_000 }).toBe(1);
    child.kill("SIGKILL");
  });
  expect((await killed).code).toBe(137);
  await expect
    .poll(() => world.server.violations.splice(0).join(), { timeout: 20_000 })
    .toMatch(/^repos.delete-release: .*aborted/); // its call
  await expect(gc()).rejects.toEqual(refusal("GC_BUSY"));
  await job.register("run-4", "another");
  await isWhole(job);
  world.server.faults.add({ do: "clock-skew 3700" });
  const done = await gc();
  expect(done.blobs.length === 0 || done.removed.blobs === done.blobs.length).toBe(true);
  expect(titles()).toEqual(["flight-delays v1", "flight-delays v2"]);
  expect(await tags()).not.toContain("ty-gc");
  await isWhole(job);
});

test("a token that may only read sees what could go, and is told what it needs to take it away", async () => {
  const job = await aJob();
  await job.register("run-1", "first");
  await job.begin("run-2", "second");
  age(2);
  expect((await gc(false, { contents: "read" })).blobs.length).toBeGreaterThan(0);
  await expect(gc(true, { contents: "read" })).rejects.toThrow(/did not allow POST .*git\/trees/);
  expect(titles()).toHaveLength(2);
});

test("where the registry's branch is gone nothing is garbage, however old", async () => {
  const job = await aJob();
  await job.register("run-1", "first");
  age(2);
  await git(world.server.bare, ["update-ref", "-d", "refs/heads/trainyard/registry"]);
  await expect(gc()).rejects.toEqual(refusal("GARBAGE_ALL"));
  expect(titles()).toEqual(["flight-delays v1"]);
});

test("without a repository on GitHub, or without a token, nobody is asked", async () => {
  const none = { environment: {}, progress };
  await expect(gcReleasesVerb(world.folder, { prune: true }, none)).rejects.toEqual(refusal("INPUT_MISSING"));
  const named = gcReleasesVerb(world.folder, { prune: true, repository: "octo/flights" }, none);
  await expect(named).rejects.toMatchObject({ code: "INPUT_MISSING", details: { input: "GITHUB_TOKEN" } });
});
