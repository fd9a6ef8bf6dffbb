import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type Registry, verifyRegistry } from "@trainyard/core";
import { MemoryStore } from "@trainyard/core/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { git } from "../../packages/backends/src/git/git.ts";
import { openGithub } from "../../packages/backends/src/github/call/github.ts";
import { githubBranch } from "../../packages/backends/src/github/registry/registry-branch.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";
import { resolveOnGithub } from "../../packages/backends/src/verbs/resolve-on-github.ts";
import { REF } from "../contract/edit-by-hand.ts";
import { registerFile } from "../contract/register-file.ts";
import { registryAt } from "../e2e/two-models.ts";
import { type RegistryWorld, registryWorld } from "./registry-world.ts";

/** The registry on GitHub and the clones beside it: who writes, who reads, what it costs, and where the token is. */
const model = "flight-delays";
const refusal = (code: string) => expect.objectContaining({ name: "TrainyardError", code });
const note = (registry: Registry, text: string) =>
  registry.transact(model, () => ({ events: [{ type: "note", model, text }], result: null }));
const setAlias = (registry: Registry, to: number, generation = 1) =>
  registry.transact(model, () => ({
    events: [{ type: "alias.set", model, alias: "production", from: null, to, generation, reason: null }],
    result: null,
  }));
const register = (registry: Registry, content: string) => registerFile(registry, sha256(content), sha256);
let world: RegistryWorld;
beforeEach(async () => {
  world = await registryWorld();
});
afterEach(async () => {
  expect(world.server.violations).toEqual([]);
  await world[Symbol.asyncDispose]();
});
const clone = async (name: string, ...words: string[]) => {
  await git(world.folder, ["clone", "--quiet", ...words, `file://${world.server.bare}`, name]);
  return join(world.folder, name);
};
const variables = (token: string | null) => ({
  ...world.server.environment,
  ...(token === null ? {} : { GITHUB_TOKEN: token }),
});

test("a register and a promotion are one call each, the first commit three more, an alias from outside one", async () => {
  const token = world.server.token({ contents: "write" });
  const registry = await world.registry("here", token);
  await note(registry, "first");
  expect(world.counted()).toMatchObject({ rest: 3, graphql: 1 });
  await register(await world.registry("here", token), "one");
  expect(world.counted()).toEqual({ git: 3, graphql: 1 }); // git: what it can do, where the branch is, what is new
  await setAlias(await world.registry("there", token), 1);
  expect(world.counted()).toEqual({ git: 3, graphql: 1 });
  const found = await resolveOnGithub(`${model}@production`, "octo/flights", variables(token));
  expect(found).toMatchObject({ model, version: 1 });
  expect(world.counted()).toEqual({ graphql: 1 });
});

test("what else names a version is found without a clone too, and what names none is refused as in one", async () => {
  const registry = await world.registry("here");
  await register(registry, "one");
  await register(registry, "two");
  await setAlias(registry, 2);
  const token = world.server.token({ contents: "read" });
  const resolve = (name: string, by: string | null = token) => resolveOnGithub(name, "octo/flights", variables(by));
  expect((await resolve(`${model}@production`)).version).toBe(2);
  expect((await resolve(`${model}@1`)).version).toBe(1);
  expect((await resolve(`${model}@latest`)).version).toBe(2);
  await expect(resolve(`${model}@staging`)).rejects.toEqual(refusal("ALIAS_UNKNOWN"));
  await expect(resolve("churn@production")).rejects.toEqual(refusal("REGISTRY_EMPTY"));
  const secret = await resolve(`${model}@production`, null).catch((error: unknown) => error); // it is a private repository
  expect(secret).toEqual(refusal("GITHUB_FORBIDDEN"));
  expect(String(secret)).toContain("no token was given");
  expect((await readdir(tmpdir())).filter((name) => name.startsWith("trainyard-registry-"))).toEqual([]);
});

test("a clone that pushes and a job on GitHub write one registry in turns, and both verify it", async () => {
  const ana = await clone("ana");
  const job = await world.registry("job");
  await note(job, "1");
  for (const [by, text] of ["ana", "job", "ana", "ana", "job", "job"].map((by, index) => [by, `${index + 2}`] as const))
    await (by === "job" ? note(job, text) : registryAt(ana, "push", (registry) => note(registry, text)));
  const texts = async (registry: Registry) =>
    (await registry.events(model)).map((event) => (event.type === "note" ? event.text : ""));
  const all = ["1", "2", "3", "4", "5", "6", "7"];
  expect(await texts(job)).toEqual(all);
  expect(await registryAt(ana, null, texts)).toEqual(all);
  const branch = await world.branch("fresh");
  const store = new MemoryStore(sha256);
  expect((await verifyRegistry({ branch, sha256, store }, { blobs: false })).findings).toEqual([]);
  expect(await git(world.server.bare, ["fsck", "--strict", "--no-dangling"])).toBe("");
  const authors = await git(world.server.bare, ["log", "--format=%an/%cn", REF]);
  expect(new Set(authors.trim().split("\n"))).toEqual(
    new Set(["github-actions[bot]/GitHub", "ana/trainyard", "github-actions[bot]/github-actions[bot]"]),
  );
});

test("a registry that a clone began and pushed goes on from GitHub", async () => {
  const ana = await clone("ana");
  await registryAt(ana, "push", (registry) => register(registry, "one"));
  expect(await register(await world.registry("job"), "two")).toBe(2);
  expect(await registryAt(ana, "push", (registry) => register(registry, "three"))).toBe(3);
});

test("a shallow clone, as jobs have it, gets the newest commit alone and writes on it", async () => {
  const first = await world.registry("first");
  for (const content of ["one", "two", "three"]) await register(first, content);
  const folder = await clone("shallow", "--depth=1");
  const registry = await world.registry("shallow");
  expect(await register(registry, "four")).toBe(4);
  expect((await registry.state(model)).versions.length).toBe(4);
  const ref = (await git(folder, ["for-each-ref", "--format=%(refname)", "refs/trainyard/github"])).trim();
  expect(await git(folder, ["rev-list", "--count", ref])).toBe("2\n"); // the newest when it came, and its own
  await git(world.server.bare, ["update-ref", REF, `${REF}~1`]);
  await expect(registry.models()).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
});

test("a clone with SHA-256 ids, and a folder that is none, are no hindrance", async () => {
  await git(world.folder, ["init", "--quiet", "--object-format=sha256", "other"]);
  expect(await register(await world.registry("other"), "one")).toBe(1);
  await mkdir(join(world.folder, "plain"));
  const github = openGithub(world.connection());
  const clock = { now: Date.now };
  const { branch } = await githubBranch({
    root: join(world.folder, "plain"),
    github,
    actor: { name: "ana", kind: "person" },
    clock,
  });
  expect(await register(world.over(branch), "two")).toBe(2);
  branch.close();
  expect(await readdir(join(world.folder, "plain"))).toEqual([]);
});

test("another token that the checkout left in the settings, and a helper that would ask, are not used", async () => {
  await note(await world.registry("first"), "first");
  const folder = await clone("persisted");
  const { serverUrl } = world.connection();
  const stale = `AUTHORIZATION: basic ${Buffer.from("x-access-token:ghs_ended").toString("base64")}`;
  await git(folder, ["config", `http.${serverUrl}/.extraheader`, stale]);
  await git(folder, ["config", "credential.helper", "!exit 1"]);
  expect(await (await world.registry("persisted")).models()).toEqual([model]);
});

test("the token is in no file of the clone and in no argument of git", async () => {
  const token = world.server.token({ contents: "write" });
  const shim = join(world.folder, "bin");
  const heard = join(world.folder, "arguments");
  await mkdir(shim);
  await writeFile(join(shim, "git"), `#!/bin/sh\nprintf '%s\\n' "$@" >> '${heard}'\nexec '${await findGit()}' "$@"\n`);
  await chmod(join(shim, "git"), 0o755);
  const { PATH } = process.env;
  process.env.PATH = `${shim}${delimiter}${PATH}`;
  try {
    const registry = await world.registry("here", token);
    await register(registry, "one");
    await registry.models();
  } finally {
    process.env.PATH = PATH;
  }
  const secrets = [token, Buffer.from(`x-access-token:${token}`).toString("base64")];
  const everything = [heard, ...(await filesBelow(join(world.folder, "here")))];
  for (const path of everything) {
    const text = await readFile(path, "latin1");
    for (const secret of secrets) expect(text.includes(secret), path).toBe(false);
  }
  expect(await readFile(heard, "utf8")).toContain("fetch");
});

test("without GraphQL's commits the same is done by REST, and the same is refused", async () => {
  const old = await graphqlThatSays({
    errors: [{ message: "Field 'createCommitOnBranch' doesn't exist on type 'Mutation'" }],
  });
  const connection = { ...world.connection(), graphqlUrl: old.url };
  const open = async (name: string, notes: string[] = []) => {
    const root = join(world.folder, name);
    await git(world.folder, ["init", "--quiet", root]);
    const actor = { name: "ana", kind: "person" } as const;
    const told = (text: string) => void notes.push(text);
    const { branch } = await githubBranch({
      root,
      github: openGithub(connection),
      actor,
      clock: { now: Date.now },
      note: told,
    });
    return { branch, registry: world.over(branch) };
  };
  const notes: string[] = [];
  const [here, there] = [await open("here", notes), await open("there")];
  await note(here.registry, "one");
  let decided = 0;
  await here.registry.transact(model, async () => {
    if (decided++ === 0) await note(there.registry, "two");
    return { events: [{ type: "note", model, text: "three" }], result: null };
  });
  expect(decided).toBe(2);
  world.server.faults.add({ match: { kind: "rest", route: "PATCH" }, do: "502-after" });
  await note(here.registry, "four");
  const texts = (await there.registry.events(model)).map((event) => (event.type === "note" ? event.text : ""));
  expect(texts).toEqual(["one", "two", "three", "four"]);
  expect(notes.length).toBe(1);
  for (const one of [here.branch, there.branch, old]) one.close();
});

test("a commit whose files GitHub made into others is an error, not a version", async () => {
  const registry = await world.registry("here");
  await note(registry, "one");
  const commit = { oid: "1".repeat(40), tree: { oid: "2".repeat(40) } };
  const wrong = await graphqlThatSays({ data: { createCommitOnBranch: { commit } } });
  const github = openGithub({ ...world.connection(), graphqlUrl: wrong.url });
  const { branch } = await githubBranch({
    root: null,
    github,
    actor: { name: "ana", kind: "person" },
    clock: { now: Date.now },
  });
  await expect(note(world.over(branch), "two")).rejects.toEqual(refusal("GITHUB_ANSWER"));
  branch.close();
  wrong.close();
});

test("32 jobs that register at once, each in a clone of its own, get the versions 1 to 32", async () => {
  await note(await world.registry("first"), "first");
  const clients = await Promise.all(Array.from({ length: 32 }, (_, index) => world.registry(`job-${index}`)));
  world.counted();
  const versions = await Promise.all(clients.map((registry, index) => register(registry, String(index))));
  expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
  const branch = await world.branch("fresh");
  const store = new MemoryStore(sha256);
  expect((await verifyRegistry({ branch, sha256, store }, { blobs: false })).findings).toEqual([]);
  expect((await world.over(branch).state(model)).versions.length).toBe(32);
  // Who was overtaken waits as long as its own try took: GitHub takes 80 writes a minute.
  expect(world.counted().graphql).toBeLessThan(32 * 6);
}, 240_000);

/** A GraphQL that gives one answer to everything. */
async function graphqlThatSays(answer: unknown): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  return { url, close: () => void server.close() };
}

async function findGit(): Promise<string> {
  return execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
