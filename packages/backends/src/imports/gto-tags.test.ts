import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gtoHistory } from "@trainyard/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { git } from "../git/git.ts";
import { artifactBytes, readTags } from "./gto-tags.ts";

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
  expect(await artifactBytes(folder, [])).toEqual([]);
});

test("bytes are looked up in the artifacts.yaml of the tag's own commit: in git, in DVC, missing, or not named", async () => {
  await commit({
    "artifacts.yaml": "churn:\n  path: models/churn.pkl\nbig:\n  path: big.bin\ngone:\n  path: gone.bin\n",
    "models/churn.pkl": "bytes",
    "big.bin.dvc": "outs: []\n",
    "nlp/artifacts.yaml": "text:\n  path: text.bin\n",
    "nlp/text.bin": "bytes",
  });
  for (const name of ["churn", "big", "gone", "other", "nlp=text"]) await tag(`${name}@v1.0.0`);
  await commit({ "artifacts.yaml": "{ this is: not [ yaml" });
  await tag("churn@v2.0.0");
  const { events } = gtoHistory(await readTags(folder));
  const found = await artifactBytes(folder, events);
  expect(Object.fromEntries(events.map((event, index) => [event.tag.name, found[index]]))).toEqual({
    "churn@v1.0.0": { where: "git", path: "models/churn.pkl" },
    "big@v1.0.0": { where: "dvc", path: "big.bin" },
    "gone@v1.0.0": { where: "missing", path: "gone.bin" },
    "other@v1.0.0": { where: "unnamed", path: null },
    "nlp=text@v1.0.0": { where: "git", path: "nlp/text.bin" },
    "churn@v2.0.0": { where: "unnamed", path: null },
  });
});
