import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { FileRef, Sha256, Store, Target } from "@trainyard/core";
import { rootDigest } from "@trainyard/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startModelServer } from "../../../../test/deploy/model-server.ts";
import { sha256 } from "../local/sha256.ts";
import { folderStore } from "../local/store.ts";
import { draftName } from "./draft-name.ts";
import { openTargets } from "./open-targets.ts";

let root: string;
let serving: string;
let store: Store;
let target: Target;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "trainyard-target-"));
  serving = join(root, "serving");
  store = folderStore(join(root, ".trainyard"));
  target = openTargets(root).open({ kind: "directory", path: "serving" });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function stage(k: number, names: readonly string[] = ["model.json"]): Promise<Sha256> {
  const text = JSON.stringify({ k });
  const files: FileRef[] = [];
  for (const path of names) files.push({ path, ...(await store.put({ text })) });
  const version = { model: "flight-delays", version: k, rootDigest: rootDigest(files, sha256), files };
  await target.stage(version, store);
  return version.rootDigest;
}

const staged = () => readdirSync(join(serving, "versions")).length;

test("nothing is live in a folder that does not exist, and looking does not make it", async () => {
  expect(await target.current()).toBeNull();
  expect(existsSync(serving)).toBe(false);
});

test("the layout is a folder a version, a note that names it, and a relative link", async () => {
  const digest = await stage(1, ["model.json", "a/b.json"]);
  await target.activate(digest);
  const note = JSON.parse(readFileSync(join(serving, "current/trainyard.json"), "utf8"));
  expect(note).toMatchObject({ model: "flight-delays", version: 1, digest });
  expect(readdirSync(join(serving, "current")).sort()).toEqual(["a", "model.json", "trainyard.json"]);
  expect(lstatSync(join(serving, "current")).isSymbolicLink()).toBe(true);
  expect(await target.current()).toEqual({ model: "flight-delays", version: 1, rootDigest: digest });
});

test("200 switches under load: no request fails and none is answered by another version than it names", async () => {
  const digests = [await stage(1), await stage(2)];
  await target.activate(digests[0] as Sha256);
  const server = await startModelServer(serving);
  let running = true;
  let answers = 0;
  const client = async () => {
    while (running) {
      const response = await fetch(`${server.url}/predict`, { method: "POST", body: '{"x":1}' });
      expect(response.status).toBe(200);
      const { y, digest } = (await response.json()) as { y: number; digest: string };
      expect(digest).toBe(digests[y - 1]);
      answers++;
    }
  };
  const clients = Promise.all([client(), client(), client()]);
  for (let i = 1; i <= 200; i++) await target.activate(digests[i % 2] as Sha256);
  running = false;
  await clients;
  await server.close();
  expect(answers).toBeGreaterThan(50);
});

test("switching to what is not staged is refused, and what is live stays", async () => {
  const digest = await stage(1);
  await target.activate(digest);
  const attempt = target.activate(`sha256:${"0".repeat(64)}`);
  await expect(attempt).rejects.toMatchObject({ code: "BLOB_MISSING" });
  expect(await target.current()).toMatchObject({ rootDigest: digest });
});

test("taking away leaves nothing live, twice too", async () => {
  await target.activate(await stage(1));
  await target.activate(null);
  await target.activate(null);
  expect(await target.current()).toBeNull();
});

test("a link to a version that somebody deleted serves nothing", async () => {
  const digest = await stage(1);
  await target.activate(digest);
  rmSync(join(serving, "versions", digest.slice(7)), { recursive: true });
  expect(await target.current()).toBeNull();
  await stage(1);
  expect(await target.current()).toMatchObject({ version: 1 });
});

test("a damaged note is no note, and staging writes it again", async () => {
  const digest = await stage(1);
  await target.activate(digest);
  writeFileSync(join(serving, "current/trainyard.json"), "{");
  expect(await target.current()).toEqual({ model: null, version: null, rootDigest: digest });
  await stage(1);
  expect(await target.current()).toMatchObject({ model: "flight-delays", version: 1 });
});

test("a folder in place of a file is repaired", async () => {
  const digest = await stage(1, ["a/b.json"]);
  const folder = join(serving, "versions", digest.slice(7));
  rmSync(join(folder, "a/b.json"));
  mkdirSync(join(folder, "a/b.json/c"), { recursive: true });
  await stage(1, ["a/b.json"]);
  expect(readFileSync(join(folder, "a/b.json"), "utf8")).toBe('{"k":1}');
});

test("a model file named like the note is refused", async () => {
  await expect(stage(1, ["trainyard.json"])).rejects.toMatchObject({ code: "NAME_INVALID" });
});

test("pruning keeps the versions activated last, and always the current and the one before it", async () => {
  const digests: Sha256[] = [];
  for (const k of [1, 2, 3, 4]) digests.push(await stage(k));
  for (const digest of digests) await target.activate(digest);
  await target.activate(digests[0] as Sha256); // a rollback to the oldest
  await target.prune(1);
  const left = readdirSync(join(serving, "versions")).map((hex) => `sha256:${hex}`);
  expect(left.sort()).toEqual([digests[0], digests[3]].sort());
});

test("a version that was staged and never activated is pruned first", async () => {
  const first = await stage(1);
  await target.activate(first);
  const never = await stage(9);
  const second = await stage(2);
  await target.activate(second);
  await target.prune(2);
  expect(staged()).toBe(2);
  expect(existsSync(join(serving, "versions", never.slice(7)))).toBe(false);
});

test("drafts of a process that is gone are removed, those of a living one stay", async () => {
  mkdirSync(serving);
  const mine = draftName("staging");
  const dead = draftName("staging").replace(`-${process.pid}-`, `-${2 ** 22 - 1}-`);
  mkdirSync(join(serving, mine));
  mkdirSync(join(serving, dead));
  await stage(1);
  expect(readdirSync(serving).sort()).toEqual([mine, "versions"].sort());
});

test("a target is held by one at a time; a dead owner's lock is taken over", async () => {
  const release = await target.lock();
  await expect(target.lock()).rejects.toMatchObject({ code: "TARGET_BUSY", details: { path: "serving" } });
  await release();
  writeFileSync(join(serving, ".lock"), JSON.stringify({ pid: 2 ** 22 - 1, started: "long ago", host: hostname() }));
  await (await target.lock())();
});
