import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRegistry, registrationOf, rootDigest } from "@trainyard/core";
import { aVersion, memoryBackend } from "@trainyard/core/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256 } from "../local/sha256.ts";
import { type ChosenBranch, openBranch } from "./choose-branch.ts";
import { git } from "./git.ts";

let folder: string;
let opened: ChosenBranch[];
const at = (name: string) => join(folder, name);
const refusal = (code: string) => expect.objectContaining({ name: "TrainyardError", code });
const identity = {
  GIT_AUTHOR_NAME: "ana",
  GIT_AUTHOR_EMAIL: "ana@example.com",
  GIT_COMMITTER_NAME: "ana",
  GIT_COMMITTER_EMAIL: "ana@example.com",
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "choose-branch-"));
  opened = [];
  await git(folder, ["init", "--quiet", "--bare", at("origin.git")]);
  await git(folder, ["clone", "--quiet", at("origin.git"), at("ana")]);
  await git(at("ana"), ["commit", "--quiet", "--allow-empty", "-m", "first"], { environment: identity });
  await git(at("ana"), ["push", "--quiet", "origin", "HEAD"]);
});
afterEach(async () => {
  for (const { branch } of opened) branch.close();
  await rm(folder, { recursive: true, force: true });
});

async function choose(
  name: string,
  write: "push" | "local" | null,
  note?: (text: string) => void,
): Promise<ChosenBranch> {
  const { actor, clock } = memoryBackend(sha256);
  const chosen = await openBranch({ root: at(name), write, actor, clock, ...(note ? { note } : {}) });
  opened.push(chosen);
  return chosen;
}
function registryOf({ branch }: ChosenBranch) {
  return openRegistry({
    ...memoryBackend(sha256),
    branch,
    random: { uuid: () => crypto.randomUUID(), fraction: () => Math.random() },
    clock: {
      now: () => Date.now(),
      seconds: () => performance.now() / 1000,
      simulated: false,
      sleep: (milliseconds) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
    },
  });
}
const note = (chosen: ChosenBranch, text: string) =>
  registryOf(chosen).transact("m", () => ({ events: [{ type: "note", model: "m", text }], result: null }));
const notes = async (chosen: ChosenBranch) =>
  (await registryOf(chosen).events("m")).map((event) => (event.type === "note" ? event.text : ""));

test("a clone whose origin has no registry writes its own branch", async () => {
  const chosen = await choose("ana", null);
  expect(chosen.place).toBe("own");
  await chosen.mayWrite();
  await note(chosen, "mine");
  expect(await git(at("ana"), ["for-each-ref", "--format=%(refname)", "refs/heads/trainyard"])).toBe(
    "refs/heads/trainyard/registry\n",
  );
  expect(await git(at("origin.git"), ["for-each-ref", "refs/heads/trainyard"])).toBe("");
});

test("a tag of origin does not arrive with its registry", async () => {
  await note(await choose("ana", "push"), "one");
  await git(at("origin.git"), ["tag", "v1", "trainyard/registry"]);
  await git(folder, ["clone", "--quiet", "--no-tags", "--single-branch", at("origin.git"), at("ben")]);
  await git(at("ben"), ["config", "--unset", "remote.origin.tagOpt"]);
  expect(await notes(await choose("ben", null))).toEqual(["one"]);
  expect(await git(at("ben"), ["tag"])).toBe("");
});

test("--push creates the registry on origin, and every clone then reads it there", async () => {
  await note(await choose("ana", "push"), "one");
  await git(folder, ["clone", "--quiet", "--single-branch", "--depth=1", `file://${at("origin.git")}`, at("ben")]);
  for (const name of ["ana", "ben"]) {
    const chosen = await choose(name, null);
    expect(chosen.place).toBe("origin");
    expect(await notes(chosen)).toEqual(["one"]);
  }
});

test("a clone whose origin has a registry refuses to write without being told where, and nothing is written", async () => {
  await note(await choose("ana", "push"), "one");
  const chosen = await choose("ana", null);
  await expect(chosen.mayWrite()).rejects.toEqual(refusal("REGISTRY_ON_ORIGIN"));
  await expect(note(chosen, "two")).rejects.toEqual(refusal("REGISTRY_ON_ORIGIN"));
  expect(await notes(await choose("ana", null))).toEqual(["one"]);
  expect(await git(at("ana"), ["for-each-ref", "refs/heads/trainyard"])).toBe("");
});

test("the refusal says how many versions origin's registry has, over all its models", async () => {
  const pusher = registryOf(await choose("ana", "push"));
  for (const [model, version] of [
    ["m", 1],
    ["m", 2],
    ["n", 1],
  ] as const) {
    const bytes = sha256(`${model} ${version}`);
    const files = [{ path: "model.onnx", size: 1, digest: bytes }];
    const registered = registrationOf(aVersion({ model, version, files, rootDigest: rootDigest(files, sha256) }));
    await pusher.transact(model, () => ({ events: [registered], result: null }));
  }
  await expect((await choose("ana", null)).mayWrite()).rejects.toThrow("the registry of its origin (3 versions)");
});

test("--local is a registry of one's own that origin never sees", async () => {
  await note(await choose("ana", "push"), "one");
  const local = await choose("ana", "local");
  await note(local, "mine");
  expect(await notes(local)).toEqual(["mine"]);
  expect(await notes(await choose("ana", null))).toEqual(["one"]);
  await git(at("ana"), ["push", "--quiet", "--all"]);
  expect(await git(at("origin.git"), ["for-each-ref", "--format=%(refname)", "refs/trainyard"])).toBe("");
});

const REF = "refs/heads/trainyard/registry";
const originGit = (...words: string[]) => git(at("origin.git"), words);
const anaGit = (...words: string[]) => git(at("ana"), words);

test("the first --push of a clone with a registry of its own brings all of it to origin, and never a second one", async () => {
  await note(await choose("ana", null), "one");
  await note(await choose("ana", null), "two");
  const said: string[] = [];
  const pusher = await choose("ana", "push", (text) => said.push(text));
  expect(await notes(pusher)).toEqual(["one", "two"]); // what was read before the first write
  expect(await originGit("for-each-ref", REF)).toBe("");
  await note(pusher, "three");
  await note(pusher, "four");
  expect(said).toEqual([expect.stringMatching(/^origin had no registry: this clone's own \(0 versions\) was pushed/)]);
  await git(folder, ["clone", "--quiet", at("origin.git"), at("ben")]);
  for (const name of ["ana", "ben"]) {
    const chosen = await choose(name, null);
    expect(chosen.place).toBe("origin");
    expect(await notes(chosen)).toEqual(["one", "two", "three", "four"]);
  }
  expect(await originGit("merge-base", "--is-ancestor", (await anaGit("rev-parse", REF)).trim(), REF)).toBe("");
});

test("a first --push that origin refuses leaves everything where it was", async () => {
  await note(await choose("ana", null), "one");
  const hook = join(at("origin.git"), "hooks", "pre-receive");
  await writeFile(hook, "#!/bin/sh\nexit 1\n");
  await chmod(hook, 0o755);
  await expect(note(await choose("ana", "push"), "two")).rejects.toEqual(refusal("REGISTRY_READ_ONLY"));
  await rm(hook);
  const chosen = await choose("ana", null);
  expect([chosen.place, await notes(chosen)]).toEqual(["own", ["one"]]);
  await note(await choose("ana", "push"), "two");
  expect(await notes(await choose("ana", null))).toEqual(["one", "two"]);
});

test("of two clones that bring their own at once, one is origin's, and the other keeps its own beside it", async () => {
  await git(folder, ["clone", "--quiet", at("origin.git"), at("ben")]);
  await note(await choose("ana", null), "ana's");
  await note(await choose("ben", null), "ben's");
  const both = await Promise.all([choose("ana", "push"), choose("ben", "push")]);
  await Promise.all(both.map((pusher, index) => note(pusher, `pushed ${index}`)));
  const there = await notes(await choose("ana", null));
  expect(there.slice(1).sort()).toEqual(["pushed 0", "pushed 1"]);
  const [other, theirs] = there[0] === "ana's" ? ["ben", "ben's"] : ["ana", "ana's"];
  expect(await notes(await choose(other, null))).toEqual(there);
  await expect((await choose(other, null)).mayWrite()).rejects.toMatchObject({
    hint: expect.stringContaining("this clone's own registry (branch trainyard/registry)"),
  });
  const said: string[] = [];
  expect(await notes(await choose(other, "local", (text) => said.push(text)))).toEqual([theirs]);
  expect(said.join()).toContain(REF);
});

test("--local is this repository's own branch while origin has no registry, and never a part of origin's", async () => {
  await note(await choose("ana", null), "one");
  await note(await choose("ana", "local"), "two");
  expect(await notes(await choose("ana", null))).toEqual(["one", "two"]);
  await note(await choose("ana", "push"), "three");
  const said: string[] = [];
  const local = await choose("ana", "local", (text) => said.push(text));
  expect([local.place, await notes(local)]).toEqual(["local", []]);
  expect(said.join()).toContain("refs/trainyard/local/registry");
  await expect((await choose("ana", null)).mayWrite()).rejects.toMatchObject({
    hint: expect.stringContaining("another registry, of this clone alone"),
  });
});

test("--push without a remote says how to add one", async () => {
  await anaGit("remote", "remove", "origin");
  await expect(choose("ana", "push")).rejects.toMatchObject({
    code: "REMOTE_MISSING",
    hint: expect.stringContaining("git remote add origin URL"),
  });
});

test("eight identical pushes of two clones at once are all kept", async () => {
  await git(folder, ["clone", "--quiet", at("origin.git"), at("ben")]);
  const pushers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => choose(index % 2 === 0 ? "ana" : "ben", "push")),
  );
  await Promise.all(pushers.map((pusher) => note(pusher, "the same")));
  const events = await registryOf(await choose("ana", null)).events("m");
  expect(events.length).toBe(8);
  expect(new Set(events.map(({ operation }) => operation)).size).toBe(8);
}, 120_000);

test("a remote that rejects the branch is a refusal with its words", async () => {
  const hook = join(at("origin.git"), "hooks", "pre-receive");
  await writeFile(hook, "#!/bin/sh\necho 'protected branch: ask an admin' >&2\nexit 1\n");
  await chmod(hook, 0o755);
  await expect(note(await choose("ana", "push"), "one")).rejects.toThrow(/protected branch: ask an admin/);
  await expect(note(await choose("ana", "push"), "one")).rejects.toEqual(refusal("REGISTRY_READ_ONLY"));
});

test("an origin that is gone: reading goes on with what was fetched and says so, writing is refused", async () => {
  await note(await choose("ana", "push"), "one");
  await rm(at("origin.git"), { recursive: true });
  const said: string[] = [];
  expect(await notes(await choose("ana", null, (text) => said.push(text)))).toEqual(["one"]);
  expect(said.join()).toContain("as it was fetched last");
  await expect(note(await choose("ana", "push"), "two")).rejects.toEqual(refusal("SERVICE_UNREACHABLE"));
});

test("an origin that was forced back is refused", async () => {
  const pusher = await choose("ana", "push");
  await note(pusher, "one");
  const first = (await git(at("origin.git"), ["rev-parse", "refs/heads/trainyard/registry"])).trim();
  await note(pusher, "two");
  await git(at("origin.git"), ["update-ref", "refs/heads/trainyard/registry", first]);
  await expect(notes(await choose("ana", null))).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
  await expect(note(await choose("ana", "push"), "three")).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
});

test("a clone with its own registry and an unreachable remote goes on alone", async () => {
  await note(await choose("ana", null), "mine");
  await git(at("ana"), ["remote", "set-url", "origin", "https://127.0.0.1:9/nothing.git"]);
  expect(await notes(await choose("ana", null))).toEqual(["mine"]);
  await git(at("ana"), ["update-ref", "-d", "refs/heads/trainyard/registry"]);
  await expect(choose("ana", null)).rejects.toEqual(refusal("SERVICE_UNREACHABLE"));
});
