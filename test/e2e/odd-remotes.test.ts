import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { registerTwoModels, registryAt } from "./two-models.ts";

/** Remotes that do what remotes do on a bad day: real repositories with real hooks. */
const BRANCH = "refs/heads/trainyard/registry";
const refusal = (code: string) => expect.objectContaining({ name: "TrainyardError", code });
let folder: string;
let origin: string;
let ana: string;
const git = (where: string, ...words: string[]) =>
  execFileSync("git", ["-C", where, "-c", "user.name=ana", "-c", "user.email=ana@example.com", ...words], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
function clone(name: string, ...words: string[]): string {
  git(folder, "clone", "--quiet", ...words, `file://${origin}`, name);
  return join(folder, name);
}
function hook(name: string, script: string): void {
  const path = join(origin, "hooks", name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}
const note = (where: string, text: string) =>
  registryAt(where, "push", (registry) =>
    registry.transact("churn", () => ({ events: [{ type: "note", model: "churn", text }], result: null })),
  );
const notes = (where: string) =>
  registryAt(where, null, async (registry) =>
    (await registry.events("churn")).flatMap((event) => (event.type === "note" ? [event.text] : [])),
  );

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "odd-remotes-"));
  origin = join(folder, "origin.git");
  git(folder, "init", "--quiet", "--bare", "--initial-branch=main", origin);
  ana = clone("ana");
  git(ana, "commit", "--quiet", "--allow-empty", "-m", "first");
  git(ana, "push", "--quiet", "origin", "HEAD:main");
  await registerTwoModels(ana, "push");
}, 30_000);
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a push that arrives before the connection breaks is recognised, and its operation is there once", async () => {
  const once = join(folder, "broke");
  hook("post-receive", `test -e '${once}' || { touch '${once}'; kill -9 $PPID; }`);
  await note(ana, "arrived");
  expect(existsSync(once)).toBe(true);
  expect(await notes(ana)).toEqual(["arrived"]);
}, 30_000);

test("a push that breaks before it arrives is done again, once", async () => {
  const once = join(folder, "broke");
  hook("pre-receive", `test -e '${once}' || { touch '${once}'; kill -9 $PPID; }`);
  await note(ana, "again");
  expect(existsSync(once)).toBe(true);
  expect(await notes(ana)).toEqual(["again"]);
}, 30_000);

test("of a remote that vanishes in the middle it is said that nobody knows whether the push arrived", async () => {
  hook("post-receive", `mv '${origin}' '${origin}.gone'; kill -9 $PPID`);
  const failed = await note(ana, "perhaps").catch((error: unknown) => error);
  expect(failed).toEqual(refusal("OUTCOME_UNKNOWN"));
  expect(String(failed)).toContain("Nobody knows whether the entry arrived");
  renameSync(`${origin}.gone`, origin);
  rmSync(join(origin, "hooks/post-receive"));
  expect(await notes(ana)).toEqual(["perhaps"]);
}, 30_000);

test("a branch protected by its server is refused with its words; nothing is written there and nothing lost here", async () => {
  const before = git(origin, "rev-parse", BRANCH);
  hook("update", `test "$1" != ${BRANCH} || { echo 'GH006: Protected branch update failed' >&2; exit 1; }`);
  const failed = await note(ana, "no").catch((error: unknown) => error);
  expect(failed).toEqual(refusal("REGISTRY_READ_ONLY"));
  expect(String(failed)).toContain("Protected branch update failed");
  expect(git(origin, "rev-parse", BRANCH)).toBe(before);
  expect(await notes(ana)).toEqual([]);
  rmSync(join(origin, "hooks/update"));
  await note(ana, "yes");
  expect(await notes(ana)).toEqual(["yes"]);
}, 30_000);

test("a lock that a killed git left on the remote's branch is outwaited", async () => {
  writeFileSync(join(origin, `${BRANCH}.lock`), "");
  await note(ana, "after all");
  expect(await notes(ana)).toEqual(["after all"]);
  expect(existsSync(join(origin, `${BRANCH}.lock`))).toBe(false);
}, 40_000);

test("a branch forced back is refused where it was seen; a clone made afterwards cannot tell, and reads what is there", async () => {
  const before = git(origin, "rev-parse", BRANCH);
  await note(ana, "lost");
  expect(await notes(ana)).toEqual(["lost"]);
  git(origin, "update-ref", BRANCH, before);
  await expect(notes(ana)).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
  await expect(note(ana, "more")).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
  expect(git(origin, "rev-parse", BRANCH)).toBe(before);
  expect(await notes(clone("ben"))).toEqual([]);
  // Whoever saw it still has it, and brings it back.
  const seen = git(ana, "reflog", "--format=%H", "refs/trainyard/seen/origin").split("\n");
  expect(seen.length).toBeGreaterThan(0);
  git(ana, "push", "--quiet", "origin", `refs/trainyard/seen/origin:${BRANCH}`);
  expect(await notes(ana)).toEqual(["lost"]);
}, 30_000);

test("a clone of one branch without tags finds the registry of its origin, and does not start another by accident", async () => {
  const ben = clone("ben", "--single-branch", "--branch=main", "--no-tags", "--depth=1");
  expect(git(ben, "for-each-ref", "refs/remotes/origin/trainyard")).toBe("");
  await expect(
    registryAt(ben, null, (registry) =>
      registry.transact("churn", () => ({ events: [{ type: "note", model: "churn", text: "x" }], result: null })),
    ),
  ).rejects.toEqual(refusal("REGISTRY_ON_ORIGIN"));
  expect(git(ben, "for-each-ref", "refs/heads/trainyard", "refs/trainyard/local")).toBe("");
  await note(ben, "there");
  expect(await notes(ana)).toEqual(["there"]);
}, 30_000);

test("an origin that is named by a relative path is found from the work tree, as git finds it", async () => {
  for (const url of ["../origin.git", "./../origin.git"]) {
    const ben = clone(`ben of ${url.length}`);
    git(ben, "remote", "set-url", "origin", url);
    await note(ben, url);
    expect(await notes(ana)).toContain(url);
    expect(git(ben, "rev-parse", "refs/remotes/origin/trainyard/registry")).toBe(git(origin, "rev-parse", BRANCH));
  }
}, 30_000);

test("a clone without blobs fetches those it reads, and no others", async () => {
  git(origin, "config", "uploadpack.allowFilter", "true");
  const ben = clone("ben", "--filter=blob:none", "--no-checkout", "--single-branch", "--branch=main", "--no-tags");
  const missing = () =>
    git(ben, "rev-list", "--objects", "--missing=print", "refs/remotes/origin/trainyard/registry")
      .split("\n")
      .filter((line) => line.startsWith("?")).length;
  const held = await registryAt(ben, null, (registry) => registry.holder("churn", "champion"));
  expect(held?.version).toBe(2);
  const all = git(
    ana,
    "rev-list",
    "--objects",
    "--filter=object:type=blob",
    "--filter-provided-objects",
    "refs/trainyard/seen/origin",
  ).split("\n").length;
  // trainyard.json, the newest event, churn's own file, the alias's, and the two events that it names
  expect(all - missing()).toBe(6);
  await note(ben, "from a clone without blobs");
  expect(missing()).toBeGreaterThan(0);
  expect(await notes(ana)).toEqual(["from a clone without blobs"]);
  expect(readFileSync(join(ben, ".git/config"), "utf8")).toContain("partialclonefilter");
}, 30_000);

test("a clone without blobs fetches many of them together", async () => {
  git(origin, "config", "uploadpack.allowFilter", "true");
  const events = Array.from(
    { length: 60 },
    (_, index) => ({ type: "note", model: "churn", text: `${index}` }) as const,
  );
  await registryAt(ana, "push", (registry) => registry.transact("churn", () => ({ events, result: null })));
  const ben = clone("ben", "--filter=blob:none", "--no-checkout", "--single-branch", "--branch=main", "--no-tags");
  const served = join(folder, "served");
  writeFileSync(join(folder, "upload-pack"), `#!/bin/sh\necho >> '${served}'\nexec git-upload-pack "$@"\n`);
  chmodSync(join(folder, "upload-pack"), 0o755);
  git(ben, "config", "remote.origin.uploadpack", join(folder, "upload-pack"));
  expect((await notes(ben)).length).toBe(60);
  // Asking for the branch, fetching it, and one fetch a file that is read alone or a batch of them; 60 events and 2 blocks of history.
  expect(readFileSync(served, "utf8").length).toBeLessThan(20);
}, 30_000);
