import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gtoHistory } from "@trainyard/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { git } from "../git/git.ts";
import { sha256 } from "../local/sha256.ts";
import { CommitFiles } from "./commit-files.ts";
import { artifactEntry, readTags, registrationFiles } from "./gto-tags.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gto-tags-"));
  await git(folder, ["init", "--quiet"]);
  await git(folder, ["config", "user.name", "Ana"]);
  await git(folder, ["config", "user.email", "ana@example.com"]);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function commit(files: Record<string, string>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await git(folder, ["add", "-A"]);
  await git(folder, ["commit", "--quiet", "-m", "A commit"]);
  return (await git(folder, ["rev-parse", "HEAD"])).trim();
}
const tag = (name: string) => git(folder, ["tag", "-a", name, "-m", `About ${name}\n\nmore of it`]);

test("real tags are read with author, time, commit and the first line of their message; lightweight ones have no author", async () => {
  const id = await commit({ a: "1" });
  await tag("churn@v1.0.0");
  await tag("churn#prod#1");
  await git(folder, ["tag", "light@v1.0.0"]);
  const tags = await readTags(folder);
  expect(tags.map(({ name, commit: at, tagger, subject }) => [name, at === id, tagger?.name, subject])).toEqual([
    ["churn#prod#1", true, "Ana", "About churn#prod#1"],
    ["churn@v1.0.0", true, "Ana", "About churn@v1.0.0"],
    ["light@v1.0.0", true, undefined, ""],
  ]);
  expect(tags[0]?.tagger?.at).toBeGreaterThan(1_600_000_000);
});

test("a repository without tags has none", async () => {
  expect(await readTags(folder)).toEqual([]);
});

/** What becomes of each registration: its files and their text, or why there are none. */
async function filesOf(): Promise<Record<string, unknown>> {
  const commits = new CommitFiles(folder);
  try {
    const found: Record<string, unknown> = {};
    for (const event of gtoHistory(await readTags(folder)).events) {
      const entry = await artifactEntry(commits, event);
      const kept = new Map<string, string>();
      const bytes = await registrationFiles(commits, event.tag.commit, entry, async (file) => {
        const digest = sha256(await readFile(file));
        kept.set(digest, await readFile(file, "utf8"));
        return { digest, size: 1 };
      });
      found[event.tag.name] =
        "missing" in bytes
          ? bytes.missing
          : Object.fromEntries(bytes.files.map(({ path, digest }) => [path, kept.get(digest)]));
    }
    return found;
  } finally {
    commits.close();
  }
}
const md5 = (text: string) => createHash("md5").update(text).digest("hex");

/** Puts a file into DVC's cache. */
async function cache(text: string, name = md5(text)): Promise<string> {
  const home = join(folder, ".dvc/cache/files/md5", name.slice(0, 2));
  await mkdir(home, { recursive: true });
  await writeFile(join(home, name.slice(2)), text);
  return name;
}

test("bytes are those of the tag's own commit: a file, a folder, a place of its own; what is not named or not there is said", async () => {
  await commit({
    "artifacts.yaml":
      "churn:\n  path: models/churn.pkl\nall:\n  path: models/\ngone:\n  path: gone.bin\nout:\n  path: ../../etc/passwd\n",
    "models/churn.pkl": "one",
    "models/big name.bin": "two",
    "nlp/artifacts.yaml": "text:\n  path: text.bin\n  type: model\n  labels: [a]\n",
    "nlp/text.bin": "three",
    "dvc.yaml": "artifacts:\n  viadvc:\n    path: models/churn.pkl\n",
  });
  for (const name of ["churn", "all", "gone", "out", "other", "nlp=text", "viadvc"]) await tag(`${name}@v1.0.0`);
  await commit({ "artifacts.yaml": "{ this is: not [ yaml", "models/churn.pkl": "later" });
  await tag("churn@v2.0.0");
  const unnamed = "neither artifacts.yaml nor dvc.yaml of its commit says where its files are";
  expect(await filesOf()).toEqual({
    "churn@v1.0.0": { "models/churn.pkl": "one" },
    "all@v1.0.0": { "models/churn.pkl": "one", "models/big name.bin": "two" },
    "gone@v1.0.0": "gone.bin is not in its commit, neither as a file nor tracked by DVC",
    "out@v1.0.0": unnamed,
    "other@v1.0.0": unnamed,
    "nlp=text@v1.0.0": { "nlp/text.bin": "three" },
    "viadvc@v1.0.0": { "models/churn.pkl": "one" },
    "churn@v2.0.0": unnamed,
  });
});

test("what DVC tracks comes from its cache, checked: a file, a folder, a file of a folder; what was not fetched or is damaged is said", async () => {
  const [one, two] = [await cache("one"), await cache("two")];
  const list = JSON.stringify([
    { md5: one, relpath: "a.bin" },
    { md5: two, relpath: "sub/b.bin" },
  ]);
  const dir = await cache(list, `${md5(list)}.dir`);
  const evil = JSON.stringify([{ md5: one, relpath: "../../evil" }]);
  const bad = await cache(evil, `${md5(evil)}.dir`);
  await cache("changed", md5("original"));
  await commit({
    "artifacts.yaml": ["file", "folder", "part", "bad", "damaged", "absent"]
      .map((name) => `${name}:\n  path: ${name === "part" ? "folder/sub" : name}\n`)
      .join(""),
    "file.dvc": `outs:\n- md5: ${one}\n  path: file\n`,
    "dvc.lock": `stages:\n  train:\n    outs:\n    - path: folder\n      md5: ${dir}\n`,
    "bad.dvc": `outs:\n- md5: ${bad}\n  path: bad\n`,
    "damaged.dvc": `outs:\n- md5: ${md5("original")}\n  path: damaged\n`,
    "absent.dvc": `outs:\n- md5: ${md5("nowhere")}\n  path: absent\n`,
  });
  for (const name of ["file", "folder", "part", "bad", "damaged", "absent"]) await tag(`${name}@v1.0.0`);
  expect(await filesOf()).toEqual({
    "file@v1.0.0": { file: "one" },
    "folder@v1.0.0": { "folder/a.bin": "one", "folder/sub/b.bin": "two" },
    "part@v1.0.0": { "folder/sub/b.bin": "two" },
    "bad@v1.0.0": expect.stringContaining("is damaged"),
    "damaged@v1.0.0": "damaged: its copy in the DVC cache is damaged",
    "absent@v1.0.0": expect.stringContaining("`dvc fetch` brings it"),
  });
});

test("symlinks and Git LFS files that were not fetched are not taken for a model", async () => {
  await symlink("/etc/passwd", join(folder, "link"));
  const oid = sha256("weights").slice("sha256:".length);
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 7\n`;
  await commit({ "artifacts.yaml": "link:\n  path: link\nlfs:\n  path: lfs\n", lfs: pointer });
  await tag("link@v1.0.0");
  await tag("lfs@v1.0.0");
  expect(await filesOf()).toEqual({
    "link@v1.0.0": "link is a symlink",
    "lfs@v1.0.0": expect.stringContaining("was not fetched"),
  });
  const home = join(folder, ".git/lfs/objects", oid.slice(0, 2), oid.slice(2, 4));
  await mkdir(home, { recursive: true });
  await writeFile(join(home, oid), "weights");
  expect(await filesOf()).toMatchObject({ "lfs@v1.0.0": { lfs: "weights" } });
});

test("a tag with a message of ten megabytes is read", async () => {
  await commit({ a: "1" });
  await writeFile(join(folder, "message"), "x".repeat(10_000_000));
  await git(folder, ["tag", "-a", "churn@v1.0.0", "-F", "message"]);
  expect((await readTags(folder))[0]?.subject).toHaveLength(10_000_000);
});
