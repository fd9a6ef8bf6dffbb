import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { changeAlias, withdraw } from "@trainyard/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { atRegistry, registerVersion } from "./register-version.ts";
import { ToyProject } from "./toy-project.ts";

const NOW = "2026-03-01T12:00:00Z";
let project: ToyProject;
let commits: string[];
beforeEach(() => {
  project = new ToyProject();
  commits = [1, 2, 3].map((number) => {
    project.write("count", `${number}`);
    project.commit(`commit ${number}`);
    return project.git("rev-parse", "HEAD").trim();
  });
});
afterEach(() => project[Symbol.dispose]());

interface Report {
  readonly tags: readonly { tag: string; at: number; event: number }[];
  readonly known: number;
  readonly left: readonly { model: string; what: string; why: string }[];
  readonly push: { pushed: string[]; refused: { tag: string; why: string }[]; quietly: boolean } | null;
}
const mirror = async (...words: string[]) => {
  const { value, stderr } = await project.json<Report>("mirror", "gto", ...words);
  if (!("tags" in value)) throw new Error(JSON.stringify(value) + stderr);
  return value;
};
const tagNames = () => project.git("tag", "--list").split("\n").filter(Boolean);
const place = { model: "toy", reason: null, environments: [] };

/** Three versions, production at v1, v2, v1 and nobody; v3 withdrawn: all in one second. */
const story = () =>
  atRegistry(project, NOW, async (registry) => {
    for (const [index, commit] of commits.entries())
      await registerVersion(registry, { model: "toy", bytes: `${index}`, commit });
    for (const version of [1, 2, 1]) await changeAlias({ ...place, alias: "production", version }, { registry });
    await changeAlias({ ...place, alias: "staging", version: 3 }, { registry });
    await changeAlias({ ...place, alias: "production", version: null }, { registry });
    await withdraw({ ...place, version: 3, reason: "leaked labels" }, { registry });
  });

test("versions and aliases become GTO's tags, in our order also where all happened in one second; a second run writes nothing", async () => {
  await story();
  expect((await mirror("--dry-run")).tags).toHaveLength(11);
  expect(tagNames()).toEqual([]);
  const first = await mirror();
  expect(first.left).toEqual([]);
  expect(first.tags.map(({ tag }) => tag)).toEqual([
    "toy@v1.0.0",
    "toy@v2.0.0",
    "toy@v3.0.0",
    "toy#production#1",
    "toy#production#2",
    "toy#production#3",
    "toy#staging#4",
    "toy#production!#5", // both were assigned: GTO would else show the one before
    "toy#production!#6",
    "toy#staging!#7",
    "toy@v3.0.0!",
  ]);
  expect(first.tags.map(({ at }) => at - Date.parse(NOW) / 1000)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(project.git("for-each-ref", "--format=%(objecttype) %(*objectname)", "refs/tags/toy@v2.0.0").trim()).toBe(
    `tag ${commits[1]}`,
  );
  const message = project.git("for-each-ref", "--format=%(taggername)|%(contents)", "refs/tags/toy#production!#5");
  expect(message).toMatch(
    /^Ana ana\|toy@production removed\n\nTrainyard-Version: toy@1\nTrainyard-Root-Digest: sha256:[0-9a-f]{64}\nTrainyard-Mirrors: \d+ [0-9a-f-]{36}\n/,
  );
  project.git("fsck", "--strict");
  const second = await mirror();
  expect([second.tags, second.known]).toEqual([[], 11]);
});

test("what was mirrored is not imported back; what a person then does with GTO is, and is not mirrored again", async () => {
  await story();
  await mirror();
  const importing = async () =>
    (
      await project.json<{ written: number; facts: { label: string; outcome: string; version: number }[] }>(
        "import",
        "gto",
      )
    ).value;
  const before = await importing();
  expect(before.written).toBe(0);
  expect(new Set(before.facts.map(({ outcome }) => outcome))).toEqual(new Set(["known"]));
  project.git("tag", "-a", "toy#candidate#8", "-m", "by hand", commits[1] as string);
  const after = await importing();
  expect(after.written).toBe(1);
  expect(after.facts.filter(({ outcome }) => outcome === "carried")).toMatchObject([
    { label: "toy#candidate#8", version: 2 },
  ]);
  expect((await mirror()).tags).toEqual([]);
  await project.trainyard("alias", "toy@1", "candidate");
  expect((await mirror()).tags.map(({ tag }) => tag)).toEqual(["toy#candidate#9"]);
  await project.trainyard("alias", "toy", "candidate", "--remove");
  expect((await mirror()).tags.map(({ tag }) => tag)).toEqual(["toy#candidate!#10", "toy#candidate!#11"]);
  expect((await importing()).written).toBe(0);
  expect((await project.trainyard("verify")).stdout).not.toContain("damaged");
});

test("what GTO cannot hold is said, with the reason, and an alias that went there is nobody's in GTO", async () => {
  const [first = "", second = ""] = commits;
  await atRegistry(project, NOW, async (registry) => {
    await registerVersion(registry, { model: "toy", bytes: "1", commit: first });
    await changeAlias({ ...place, alias: "production", version: 1 }, { registry });
    await registerVersion(registry, { model: "toy", bytes: "2", commit: first });
    await changeAlias({ ...place, alias: "production", version: 2 }, { registry });
    await registerVersion(registry, { model: "toy", bytes: "3", commit: "1".repeat(40) });
    await registerVersion(registry, { model: "toy", bytes: "4", commit: second });
    await changeAlias({ ...place, alias: "a.b", version: 1 }, { registry });
    await registerVersion(registry, { model: "has.dot", bytes: "1", commit: first });
  });
  project.git("tag", "toy@v4.0.0", first);
  const { tags, left } = await mirror();
  expect(tags.map(({ tag }) => tag)).toEqual(["toy@v1.0.0", "toy#production#1", "toy#production!#2"]);
  expect(left.map(({ model, what, why }) => `${model} ${what}: ${why}`)).toEqual([
    expect.stringContaining("has.dot all of it: GTO has no artifact of such a name"),
    `toy v2: GTO holds one version of a commit, and ${first.slice(0, 12)} is its v1.0.0`,
    "toy production → v2: GTO does not have v2; there nobody is in production",
    "toy v3: its commit 111111111111 is not in this repository",
    "toy v4: there is a tag toy@v4.0.0 that this mirror did not write",
    "toy a.b → v1: GTO has no stage of such a name",
  ]);
  const again = await mirror();
  expect([again.tags, again.left]).toEqual([[], left]);
  expect(project.git("rev-parse", "toy@v4.0.0").trim()).toBe(first);
  expect((await mirror("toy", "has.dot")).left).toHaveLength(6);
  expect((await project.json("mirror", "gto", "nosuch")).value).toMatchObject({ error: { code: "MODEL_UNKNOWN" } });
});

test("--push sends the tags and nothing else, sees what others pushed first, and leaves a name that is taken there", async () => {
  const origin = join(project.root, ".home/origin.git");
  execFileSync("git", ["init", "--quiet", "--bare", origin], { env: project.environment });
  project.git("remote", "add", "origin", origin);
  project.git("push", "--quiet", "origin", "main");
  await story();
  const early = await project.trainyard("mirror", "gto", "--push");
  expect([early.code, early.stderr]).toEqual([2, expect.stringContaining("git push origin trainyard/registry")]);
  project.git("push", "--quiet", "origin", "trainyard/registry");
  expect((await project.json("mirror", "gto")).value).toMatchObject({ push: null });
  const onOrigin = () => execFileSync("git", ["-C", origin, "tag"], { encoding: "utf8" }).split("\n").filter(Boolean);
  expect(onOrigin()).toEqual([]);
  project.git("tag", "mine");
  execFileSync("git", ["-C", origin, "tag", "toy@v2.0.0", commits[0] as string]);
  const { push, tags } = await mirror("--push");
  expect(tags).toEqual([]);
  expect(push?.refused).toEqual([{ tag: "toy@v2.0.0", why: "origin has another tag of that name" }]);
  expect(push).toMatchObject({ quietly: false });
  expect(onOrigin().sort()).toEqual(
    tagNames()
      .filter((name) => name !== "mine")
      .sort(),
  );
  // Another clone, without tags: it learns of those that are there, and counts on.
  for (const name of tagNames()) project.git("tag", "--delete", name);
  execFileSync("git", ["-C", origin, "tag", "-a", "-m", "by hand", "toy#candidate#40", commits[0] as string], {
    env: { ...project.environment, GIT_COMMITTER_NAME: "Bo", GIT_COMMITTER_EMAIL: "bo@example.com" },
  });
  await project.trainyard("alias", "toy@1", "candidate", "--push");
  const next = await mirror("--push");
  expect(next.push?.pushed).toEqual(["toy#candidate#41"]);
});
