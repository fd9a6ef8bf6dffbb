import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { git } from "./git.ts";
import { gitSource } from "./git-source.ts";

let root: string;
const identity = {
  GIT_AUTHOR_NAME: "ana",
  GIT_AUTHOR_EMAIL: "ana@example.com",
  GIT_COMMITTER_NAME: "ana",
  GIT_COMMITTER_EMAIL: "ana@example.com",
};
const write = (path: string, text: string) => writeFile(join(root, path), text);
async function commitAll(message = "work"): Promise<void> {
  await git(root, ["add", "-A"]);
  await git(root, ["commit", "--quiet", "--allow-empty", "-m", message], {
    environment: { ...identity, GIT_COMMITTER_DATE: "2001-09-09T01:46:40Z" },
  });
}
const refusal = (code: string) => expect.objectContaining({ name: "TrainyardError", code });

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "git-source-"));
  await git(root, ["init", "--quiet", "--initial-branch=main"]);
});
afterEach(() => rm(root, { recursive: true, force: true }));

test("a folder outside any repository is refused", async () => {
  const outside = await mkdtemp(join(tmpdir(), "no-repository-"));
  await expect(gitSource(outside).identity()).rejects.toEqual(refusal("NO_REPOSITORY"));
  await expect(gitSource(outside).code(null, [])).rejects.toEqual(refusal("NO_REPOSITORY"));
  await rm(outside, { recursive: true });
});

test("a repository without a commit is refused", async () => {
  await expect(gitSource(root).identity()).rejects.toEqual(refusal("NO_COMMIT"));
});

test("commit, tree and branch are named; a detached HEAD has no branch", async () => {
  await write("train.py", "pass\n");
  await commitAll();
  const commit = (await git(root, ["rev-parse", "HEAD"])).trim();
  const tree = (await git(root, ["rev-parse", "HEAD^{tree}"])).trim();
  expect(await gitSource(root).identity()).toEqual({ commit, headCommit: commit, tree, branch: "main" });
  await git(root, ["checkout", "--quiet", "--detach"]);
  expect((await gitSource(root).identity()).branch).toBeNull();
  expect(await gitSource(root).committedAt(commit)).toBe(1_000_000_000_000);
  expect(await gitSource(root).committedAt("0".repeat(40))).toBeNull();
});

test("changed, staged, deleted and renamed tracked files are uncommitted, and untracked ones that are not ignored", async () => {
  for (const path of ["a.py", "b.py", "c.py", "d.py"]) await write(path, `${path}\n`);
  await write(".gitignore", "ignored.py\n");
  await commitAll();
  const uncommitted = (patterns: string[] | null) => gitSource(root).uncommitted(patterns, []);
  expect(await uncommitted(null)).toEqual([]);
  await write("a.py", "changed\n");
  await rm(join(root, "b.py"));
  await git(root, ["mv", "c.py", "moved.py"]);
  await write("größe neu.py", "new\n");
  await write("ignored.py", "new\n");
  await mkdir(join(root, "lib"));
  await write("lib/helper.R", "new\n");
  expect(await uncommitted(null)).toEqual(["a.py", "b.py", "c.py", "größe neu.py", "lib/helper.R", "moved.py"]);
  expect(await uncommitted(["*.py"])).toEqual(["a.py", "b.py", "c.py", "größe neu.py", "moved.py"]);
  expect(await uncommitted(["a.py"])).toEqual(["a.py"]);
});

test("what is declared is not uncommitted, tracked or not: files, folders and globs of either", async () => {
  for (const folder of ["data/2001", "out/deep", "serving", "src/__pycache__"])
    await mkdir(join(root, folder), { recursive: true });
  await write("model.onnx", "1");
  await commitAll();
  await write("model.onnx", "2");
  const files = [
    "data/2001/a.csv",
    "data/b.tsv",
    "out/deep/x",
    "serving/y",
    "src/__pycache__/h.pyc",
    "src/h.py",
    "z.md",
  ];
  for (const path of files) await write(path, "1");
  const left = (...except: string[]) => gitSource(root).uncommitted(null, except);
  expect(await left()).toEqual([...files.slice(0, 2), "model.onnx", ...files.slice(2)]);
  expect(await left("model.onnx", "./data/", "out", join(root, "serving"), "**/__pycache__", "**/*.md")).toEqual([
    "src/h.py",
  ]);
  expect(await left("data/**/*.{csv,tsv}", "o*", "serving/", "src/*", "z.md", "model.*", "../src")).toEqual([]);
});

test("paths are the project's own when it lies below the repository's top", async () => {
  await mkdir(join(root, "models/flights/lib"), { recursive: true });
  await write("models/flights/train.py", "1\n");
  await write("models/flights/lib/x.py", "2\n");
  await write("other.py", "3\n");
  await commitAll();
  await write("models/flights/train.py", "changed\n");
  await write("other.py", "changed\n");
  const source = gitSource(join(root, "models/flights"));
  expect(await source.uncommitted(null, [])).toEqual(["train.py"]);
  expect((await source.code(null, [])).map(({ path }) => path)).toEqual(["lib/x.py", "train.py"]);
});

test("code follows the patterns: a star stays in its folder, a folder means all of it, exceptions and ignored files are left out", async () => {
  await mkdir(join(root, "lib/deep"), { recursive: true });
  await mkdir(join(root, "data"));
  for (const path of ["train.py", "lib/a.py", "lib/deep/b.py", "README.md", "data/x.csv"]) await write(path, path);
  await write(".gitignore", "ignored.py\n");
  await commitAll();
  await write("ignored.py", "1");
  await write("new.py", "1");
  const paths = async (patterns: string[] | null, except: string[] = []) =>
    (await gitSource(root).code(patterns, except)).map(({ path }) => path);
  expect(await paths(["*.py"])).toEqual(["new.py", "train.py"]);
  expect(await paths(["**/*.py"])).toEqual(["lib/a.py", "lib/deep/b.py", "new.py", "train.py"]);
  expect(await paths(["lib"])).toEqual(["lib/a.py", "lib/deep/b.py"]);
  expect(await paths(null, ["**/*.md", "data", ".gitignore"])).toEqual(["lib/a.py", "lib/deep/b.py", "train.py"]);
});

test("code is hashed as it lies in the folder, a symlink by where it points", async () => {
  await write("train.py", "one\n");
  await symlink("train.py", join(root, "link.py"));
  await commitAll();
  const [link, train] = await gitSource(root).code(["*.py"], []);
  await write("train.py", "two\n");
  const [linkAfter, trainAfter] = await gitSource(root).code(["*.py"], []);
  expect(train?.size).toBe(4);
  expect(trainAfter?.digest).not.toBe(train?.digest);
  expect(linkAfter).toEqual(link);
});

test("a hook's GIT_DIR and the user's programs do not lead it astray", async () => {
  await write("train.py", "1\n");
  await commitAll();
  await git(root, ["config", "core.fsmonitor", "/bin/false"]);
  const before = process.env["GIT_DIR"];
  process.env["GIT_DIR"] = "/nowhere";
  try {
    expect((await gitSource(root).identity()).branch).toBe("main");
    expect(await gitSource(root).uncommitted(null, [])).toEqual([]);
  } finally {
    if (before === undefined) delete process.env["GIT_DIR"];
    else process.env["GIT_DIR"] = before;
  }
});

test("a commit is laid out apart: what the user has in hand, the index and the branches stay as they are", async () => {
  await mkdir(join(root, "models/flights"), { recursive: true });
  await write("models/flights/predict.py", "old\n");
  await write("models/.gitattributes", "*.txt text eol=crlf\n");
  await write("models/lines.txt", "a\n");
  await commitAll();
  const commit = (await git(root, ["rev-parse", "HEAD"])).trim();
  await write("models/flights/predict.py", "new\n");
  await rm(join(root, "models/.gitattributes"));
  await commitAll();
  await write("models/flights/predict.py", "staged\n");
  await git(root, ["add", "-A"]);
  await write("models/flights/predict.py", "in hand\n");
  const state = () =>
    Promise.all(
      [["status", "--porcelain=v2", "--branch"], ["for-each-ref"], ["worktree", "list"]].map((words) =>
        git(root, words),
      ),
    );
  const before = await state();

  const project = join(root, "models/flights");
  const checkout = await gitSource(project).checkout(commit);
  expect(await readFile(join(checkout?.folder ?? "", "predict.py"), "utf8")).toBe("old\n");
  expect(await readFile(join(checkout?.folder ?? "", "../lines.txt"), "utf8")).toBe("a\r\n"); // by the attributes of its day
  expect(await state()).toEqual(before);
  expect(await readFile(join(project, "predict.py"), "utf8")).toBe("in hand\n");

  await checkout?.remove();
  expect(await readdir(join(project, ".trainyard/checkouts"))).toEqual([]);
  expect(await gitSource(project).checkout("0".repeat(40))).toBeNull();
  expect(await gitSource(project).checkout("main")).toBeNull(); // only what names one commit for ever
});

test("lines of code that differ between two commits are counted by file, of what counts as code alone", async () => {
  await mkdir(join(root, "models/flights"), { recursive: true });
  await write("models/flights/train.py", "a\nb\nc\n");
  await write("models/flights/old.py", "a\n");
  await write("models/flights/notes.md", "a\n");
  await write("models/other.py", "a\n");
  await commitAll();
  const from = (await git(root, ["rev-parse", "HEAD"])).trim();
  await write("models/flights/train.py", "a\nB\nc\nd\n");
  await rm(join(root, "models/flights/old.py"));
  await write("models/flights/new \t\u202e.py", "a\nb\n");
  await write("models/flights/table.bin", "\0\u0001");
  await write("models/flights/notes.md", "b\n");
  await write("models/other.py", "b\n");
  await commitAll();
  const to = (await git(root, ["rev-parse", "HEAD"])).trim();
  const source = gitSource(join(root, "models/flights"));
  expect(await source.linesChanged(from, to, null, ["**/*.md"])).toEqual([
    { path: "new \t\u202e.py", added: 2, removed: 0 },
    { path: "old.py", added: 0, removed: 1 },
    { path: "table.bin", added: null, removed: null },
    { path: "train.py", added: 2, removed: 1 },
  ]);
  expect(await source.linesChanged(from, to, ["train.py"], [])).toEqual([{ path: "train.py", added: 2, removed: 1 }]);
  expect(await source.linesChanged(from, from, null, [])).toEqual([]);
  expect(await source.linesChanged("0".repeat(40), to, null, [])).toBeNull();
});

test("what a killed process laid out is removed with the next checkout, what a living one uses is not", async () => {
  await write("train.py", "pass\n");
  await commitAll();
  const commit = (await git(root, ["rev-parse", "HEAD"])).trim();
  const used = await gitSource(root).checkout(commit);
  const dead = join(root, ".trainyard/checkouts/dead");
  await mkdir(join(dead, "files"), { recursive: true });
  await writeFile(join(dead, "owner.json"), JSON.stringify({ pid: 2 ** 22 + 1, started: "then", host: hostname() }));
  const next = await gitSource(root).checkout(commit);
  expect(await readdir(join(root, ".trainyard/checkouts"))).toHaveLength(2);
  expect(await readFile(join(used?.folder ?? "", "train.py"), "utf8")).toBe("pass\n");
  await Promise.all([used?.remove(), next?.remove()]);
});
