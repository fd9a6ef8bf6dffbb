import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { type BranchCommit, openRegistry, verifyRegistry } from "@trainyard/core";
import { memoryBackend } from "@trainyard/core/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256 } from "../local/sha256.ts";
import { git } from "./git.ts";
import { type GitBranch, openGitBranch } from "./git-branch.ts";

const REF = "refs/heads/trainyard/registry";
const SEEN = "refs/trainyard/seen/registry";
const identity = {
  GIT_AUTHOR_NAME: "ana",
  GIT_AUTHOR_EMAIL: "ana@example.com",
  GIT_COMMITTER_NAME: "ana",
  GIT_COMMITTER_EMAIL: "ana@example.com",
};
const refusal = (code: string) => expect.objectContaining({ name: "TrainyardError", code });
const files = (entries: Record<string, string>) => new Map(Object.entries(entries));
let made = 0;
const message = () => ({ subject: "A test", event: String(++made) });

let root: string;
let opened: GitBranch[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "git-branch-"));
  opened = [];
  await git(root, ["init", "--quiet", "--initial-branch=main"]);
});
afterEach(async () => {
  for (const branch of opened) branch.close();
  await rm(root, { recursive: true, force: true });
});
async function open(folder = root, name = "ana"): Promise<GitBranch> {
  const { clock } = memoryBackend(sha256);
  const branch = await openGitBranch({
    folder,
    ref: REF,
    name: "trainyard/registry",
    seen: SEEN,
    actor: { name, kind: "person" },
    clock,
  });
  opened.push(branch);
  return branch;
}

test("a commit leaves index, working tree, HEAD and the other branches as they were", async () => {
  await writeFile(join(root, "train.py"), "1\n");
  await git(root, ["add", "train.py"]);
  await git(root, ["commit", "--quiet", "-m", "first"], { environment: identity });
  await writeFile(join(root, "train.py"), "2\n");
  await writeFile(join(root, "staged.py"), "3\n");
  await git(root, ["add", "staged.py"]);
  const look = async () => [
    await git(root, ["status", "--porcelain"]),
    await git(root, ["for-each-ref", "refs/heads/main"]),
    await readFile(join(root, ".git/index"), "base64"),
    await readFile(join(root, ".git/HEAD"), "utf8"),
  ];
  const before = await look();
  await (await open()).commit(null, files({ "a/b.json": "1" }), message());
  expect(await look()).toEqual(before);
  expect(await git(root, ["fsck", "--strict", "--no-dangling"])).toBe("");
});

test("the commit is the actor's, of the clock's time, and git itself reads the tree", async () => {
  const branch = await open(root, "Ana <evil>\nparent 0");
  const revision = await branch.commit(null, files({ "b/c": "2", "b.json": "1", "b-a/x": "3" }), message());
  expect(await git(root, ["show", "--no-patch", "--format=%an|%ae|%ct", revision])).toBe(
    "Ana evil parent 0|trainyard@noreply.invalid|1000000000\n",
  );
  expect(await git(root, ["ls-tree", "-r", "--name-only", revision])).toBe("b-a/x\nb.json\nb/c\n");
  expect(await git(root, ["fsck", "--strict", "--no-dangling"])).toBe("");
});

test("it works in a worktree, in a folder below it, and after git packed everything", async () => {
  await git(root, ["commit", "--quiet", "--allow-empty", "-m", "first"], { environment: identity });
  const revision = await (await open()).commit(null, files({ a: "1" }), message());
  await git(root, ["worktree", "add", "--quiet", join(root, "tree"), "-b", "other"]);
  await mkdir(join(root, "tree/models"));
  const below = await open(join(root, "tree/models"));
  expect(await below.head()).toBe(revision);
  const next = await below.commit(revision, files({ b: "2" }), message());
  await git(root, ["gc", "--quiet", "--prune=now"]);
  await git(root, ["pack-refs", "--all"]);
  expect(await (await open()).read(next, ["a", "b"])).toEqual(files({ a: "1", b: "2" }));
  expect(await (await open()).head()).toBe(next);
});

test("a shallow clone reads the newest state, writes on it, and does not take its short history for damage", async () => {
  const branch = await open();
  const first = await branch.commit(null, files({ a: "1" }), message());
  const second = await branch.commit(first, files({ a: "2" }), message());
  await git(root, [
    "clone",
    "--quiet",
    "--depth=1",
    "--branch=trainyard/registry",
    `file://${root}`,
    join(root, "shallow"),
  ]);
  const shallow = await open(join(root, "shallow"));
  expect(await shallow.head()).toBe(second);
  expect((await shallow.log(second, 10)).length).toBe(1);
  const third = await shallow.commit(second, files({ a: "3" }), message());
  expect((await shallow.read(third, ["a"])).get("a")).toBe("3");
});

test("a shallow clone that has the registry's whole history sees that it was set back", async () => {
  const branch = await open(root);
  const first = await branch.commit(null, files({ a: "1" }), message());
  const second = await branch.commit(first, files({ a: "2" }), message());
  await writeFile(join(root, "file"), "1");
  await git(root, ["add", "file"]);
  for (const text of ["one", "two"])
    execFileSync("git", ["-C", root, "commit", "--quiet", "--allow-empty", "-m", text], {
      env: { ...process.env, ...identity },
    });
  await git(root, ["clone", "--quiet", "--depth=1", "--branch=main", `file://${root}`, join(root, "shallow")]);
  const fetch = async () =>
    git(join(root, "shallow"), ["fetch", "--quiet", "--force", "--update-head-ok", "origin", `${REF}:${REF}`]);
  await fetch();
  expect(await (await open(join(root, "shallow"))).head()).toBe(second);
  await git(root, ["update-ref", REF, first]);
  await fetch();
  await expect((await open(join(root, "shallow"))).head()).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
});

test("a tree with a name twice, or with a folder of nothing, is damage", async () => {
  const branch = await open(root);
  const head = await branch.commit(null, files({ "a/b": "1" }), message());
  const run = (words: string[], input?: Buffer) =>
    execFileSync("git", ["-C", root, ...words], { input, env: { ...process.env, ...identity } });
  const raw = run(["cat-file", "tree", `${head}^{tree}`]);
  const empty = Buffer.from("4b825dc642cb6eb9a060e54bf8d69288fbee4904", "hex");
  for (const bytes of [Buffer.concat([raw, raw]), Buffer.concat([raw, Buffer.from("40000 z\0"), empty])]) {
    run(["mktree"], Buffer.alloc(0)); // the empty tree is there
    const tree = run(["hash-object", "-t", "tree", "-w", "--stdin", "--literally"], bytes).toString().trim();
    const commit = run(["commit-tree", "-p", head, "-m", "by hand", tree]).toString().trim();
    await expect(branch.list(commit, "")).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
  }
});

test("git's lock is waited for, and taken away when whoever held it was killed, on the branch and on what was seen of it", async () => {
  const branch = await open();
  const head = await branch.commit(null, files({ a: "1" }), message());
  const lock = join(root, ".git", `${REF}.lock`);
  await writeFile(lock, "");
  setTimeout(() => void rm(lock), 200);
  const began = performance.now();
  const second = await branch.commit(head, files({ a: "2" }), message());
  expect(performance.now() - began).toBeLessThan(4_000);

  await writeFile(lock, "");
  await writeFile(join(root, ".git", `${SEEN}.lock`), "");
  const third = await branch.commit(second, files({ a: "3" }), message());
  expect(await branch.head()).toBe(third);
  expect((await git(root, ["rev-parse", SEEN])).trim()).toBe(third);
  expect((await readdir(join(root, ".git"), { recursive: true })).filter((name) => name.endsWith(".lock"))).toEqual([]);
});

test("a branch named trainyard, which leaves no room for trainyard/registry, is named", async () => {
  await git(root, ["commit", "--quiet", "--allow-empty", "-m", "first"], { environment: identity });
  await git(root, ["branch", "trainyard"]);
  await expect((await open()).commit(null, files({ a: "1" }), message())).rejects.toThrow(
    /another branch is in the way/,
  );
});

test("the user's hooks do not run", async () => {
  await mkdir(join(root, ".git/hooks"), { recursive: true });
  await writeFile(join(root, ".git/hooks/reference-transaction"), "#!/bin/sh\nexit 1\n");
  await chmod(join(root, ".git/hooks/reference-transaction"), 0o755);
  await (await open()).commit(null, files({ a: "1" }), message());
});

test("a truncated object is damage, not an empty registry", async () => {
  const branch = await open();
  const head = await branch.commit(null, files({ "a/b": "1" }), message());
  const tree = (await git(root, ["rev-parse", `${head}:a`])).trim();
  const path = join(root, ".git/objects", tree.slice(0, 2), tree.slice(2));
  await chmod(path, 0o644);
  await truncate(path, 5);
  await expect((await open()).read(head, ["a/b"])).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
});

test("a ref that holds no commit is damage, not an empty registry", async () => {
  const branch = await open();
  await branch.commit(null, files({ a: "1" }), message());
  await git(root, ["update-ref", "-d", "refs/trainyard/seen/registry"]);
  await writeFile(join(root, ".git", REF), "nonsense\n");
  await expect((await open()).head()).rejects.toEqual(refusal("REGISTRY_DAMAGED"));
});

test("a merge commit on the branch is refused", async () => {
  const { clock, random } = memoryBackend(sha256);
  const branch = await open();
  const registry = openRegistry({ branch, sha256, clock, random, actor: { name: "ana", kind: "person" } });
  await registry.transact("m", () => ({ events: [{ type: "note", model: "m", text: "one" }], result: null }));
  const head = (await branch.head()) as string;
  const side = await git(root, ["commit-tree", `${head}^{tree}`, "-m", "side"], { environment: identity });
  const body = (await branch.log(head, 1))[0]?.message as string;
  const merge = await git(root, ["commit-tree", `${head}^{tree}`, "-p", head, "-p", side.trim(), "-m", body], {
    environment: identity,
  });
  await git(root, ["update-ref", REF, merge.trim()]);
  await expect(registry.state("m")).rejects.toThrow(/merge/);
});

test("a merge commit in older history is named, though every message, tree and file is sound", async () => {
  const backend = { ...memoryBackend(sha256), branch: await open() };
  const registry = openRegistry(backend);
  for (const text of ["one", "two"])
    await registry.transact("m", () => ({ events: [{ type: "note", model: "m", text }], result: null }));
  const [newest, older, first] = await backend.branch.log((await backend.branch.head()) as string, 3);
  const again = async (commit: BranchCommit | undefined, ...parents: (string | undefined)[]) => {
    const words = ["commit-tree", `${commit?.revision}^{tree}`, ...parents.flatMap((parent) => ["-p", `${parent}`])];
    return (await git(root, [...words, "-F", "-"], { environment: identity, input: commit?.message ?? "" })).trim();
  };
  const side = await again(first);
  const merge = await again(older, first?.revision, side);
  await git(root, ["update-ref", REF, await again(newest, merge)]);
  await git(root, ["update-ref", "-d", SEEN]);
  const { findings } = await verifyRegistry({ ...backend, branch: await open() }, { blobs: false });
  expect(findings).toEqual([{ where: `commit ${merge}`, seq: null, problem: expect.stringMatching(/^it is a merge/) }]);
});

test.skipIf(process.getuid?.() === 0)(
  "a repository that may not be written is refused, and reading it still works",
  async () => {
    const branch = await open();
    const head = await branch.commit(null, files({ a: "1" }), message());
    await chmod(join(root, ".git/objects"), 0o555);
    try {
      await expect(branch.commit(head, files({ a: "2" }), message())).rejects.toEqual(refusal("REGISTRY_READ_ONLY"));
      expect((await branch.read(head, ["a"])).get("a")).toBe("1");
    } finally {
      await chmod(join(root, ".git/objects"), 0o755);
    }
  },
);

test("nothing is left lying beside the objects", async () => {
  const branch = await open();
  const head = await branch.commit(null, files({ a: "1" }), message());
  await branch.commit(head, files({ a: "1", b: "1" }), message());
  expect((await readdir(join(root, ".git/objects"))).filter((name) => name.startsWith("tmp_obj"))).toEqual([]);
});

test("many questions at once are answered each with its own, big objects too", async () => {
  const branch = await open();
  const entries = files(
    Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`d${index % 7}/f${index}`, `${index} `.repeat(index * 10)]),
    ),
  );
  const head = await branch.commit(null, entries, message());
  expect(await (await open()).read(head, [...entries.keys()])).toEqual(entries);
});

test("a commit of many files is one pack that git finds nothing wrong with", async () => {
  const branch = await open();
  const many = Array.from({ length: 300 }, (_, n) => [`${n % 7}/${n}.json`, `${"x".repeat(n * n)}\n`] as const);
  const revision = await branch.commit(null, new Map(many), message());
  expect(
    await branch.read(
      revision,
      many.map(([path]) => path),
    ),
  ).toEqual(new Map(many));
  expect((await readdir(join(root, ".git/objects/pack"))).filter((name) => name.endsWith(".pack")).length).toBe(1);
  expect(await git(root, ["fsck", "--strict", "--no-dangling"])).toBe("");
});

test("a turn that a dead process left is taken over; work goes on without one that cannot be had", async () => {
  const branch = await open();
  const turn = join(root, ".git/refs-heads-trainyard-registry.turn");
  await writeFile(turn, JSON.stringify({ pid: 2 ** 30, started: "never", host: hostname() }));
  expect(await branch.inTurn?.(async () => "done")).toBe("done");
  await mkdir(`${turn}/held`, { recursive: true });
  expect(await branch.inTurn?.(async () => "done")).toBe("done");
}, 20_000);
