import { cpSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ToyProject } from "./toy-project.ts";

const project = new ToyProject();
beforeAll(async () => {
  await project.firstVersion();
  for (const words of [
    ["train", "--set", "seed=8"],
    ["evaluate"],
    ["register", "--override", "--reason", "a second one"],
  ])
    await project.trainyard(...words);
}, 60_000);
afterAll(() => project[Symbol.dispose]());

test("diff tells two real versions apart, by full names, by number alone and by alias", async () => {
  const { value, code } = await project.json<{
    metrics: { name: string; difference: { interval: unknown } }[];
    changes: { what: string; name: string }[];
    basis: string;
  }>("diff", "toy@1", "2");
  expect(code).toBe(0);
  expect(value.basis).toBe("records");
  expect(value.changes).toEqual([{ what: "param", name: "seed", from: "7", to: "8" }]);
  expect(value.metrics.map(({ name }) => name)).toContain("log_loss");
  expect(value.metrics.every(({ difference }) => difference.interval !== null)).toBe(true); // v2 was judged against v1
  expect((await project.json("diff", "production", "toy@2")).value).toEqual(value);
});

test("diff refuses what names no version, and a version that is not there", async () => {
  expect((await project.json<{ error: { code: string } }>("diff", "toy@1", "toy@9")).value.error.code).toBe(
    "VERSION_UNKNOWN",
  );
  expect((await project.json<{ error: { code: string } }>("diff", "toy@1", "Toy!")).value.error.code).toBe(
    "REFERENCE_INVALID",
  );
});

test("search finds versions by what they are, and says what it has never heard of", async () => {
  const { value } = await project.json<{ version: number; aliases: string[] }[]>(
    "search",
    "roc_auc > 0.5 and stage = production",
  );
  expect(value).toMatchObject([{ version: 1, aliases: ["production"] }]);
  const people = await project.trainyard("search", "params.seed = 8 and log_loss < 5");
  expect(people.stdout).toMatch(
    /^model +version +registered +params\.seed +log_loss +held by\ntoy +v2 +\S+ +8 +0\.\d+$/m,
  );
  const misspelt = await project.trainyard("search", "roc_acu > 0.5");
  expect(misspelt).toMatchObject({ code: 0, stdout: "No version is like that.\n" });
  expect(misspelt.stderr).toContain("no version has metrics.roc_acu; did you mean metrics.roc_auc?");
  expect((await project.trainyard("search", "seed = 8")).stderr).toContain("did you mean params.seed?");
});

test("search refuses what it cannot read with the place and what was expected there", async () => {
  const { value, code } = await project.json<{ error: unknown }>("search", "roc_auc > 0.8 stage = x");
  expect(code).toBe(2);
  expect(value.error).toMatchObject({
    code: "QUERY_INVALID",
    details: { position: 15, expected: "`and`, `or` or the end" },
  });
});

const blobs = () => join(project.root, ".trainyard/store/blobs/sha256");

test("gc finds nothing to remove in a store that only its versions used, however old it is", async () => {
  for (const name of readdirSync(blobs())) utimesSync(join(blobs(), name), 1, 1);
  const { value } = await project.json<{ blobs: unknown[]; kept: number }>("gc", "--prune");
  expect(value).toMatchObject({ blobs: [], removed: { blobs: 0 }, kept: readdirSync(blobs()).length });
  expect((await project.trainyard("verify")).code).toBe(0);
});

test("gc lists what belongs to nothing, removes it with --prune, and leaves what is younger than a day", async () => {
  const [old, young] = ["a".repeat(64), "b".repeat(64)] as const;
  for (const name of [old, young]) writeFileSync(join(blobs(), name), "nobody's");
  utimesSync(join(blobs(), old), 1, 1);
  const listed = await project.trainyard("gc");
  expect(listed.stdout).toContain(`sha256:${old}   8 B  1970-01-01`);
  expect(listed.stdout).toContain("1 are younger than a day");
  expect(readdirSync(blobs())).toContain(old);
  expect((await project.trainyard("gc", "--prune")).stdout).toContain("Removed 1 blobs, 8 B");
  expect(readdirSync(blobs())).not.toContain(old);
  expect(readdirSync(blobs())).toContain(young);
});

test("restore brings lost and damaged bytes back from a copy, under whatever names, and says what nobody has", async () => {
  const copy = join(tmpdir(), `copy-of-${project.root.split("/").at(-1)}`);
  const { value: version } = await project.json<{ files: { digest: string }[]; record: string; card: string }>(
    "show",
    "toy@1",
  );
  const path = (digest: string) => join(blobs(), digest.slice("sha256:".length));
  const weights = version.files[0]?.digest as string;
  try {
    cpSync(join(project.root, ".trainyard/runs"), copy, { recursive: true }); // run bundles alone: no store
    rmSync(path(weights));
    rmSync(path(version.record));
    rmSync(path(version.card));
    expect((await project.trainyard("verify")).code).toBe(1);
    const first = await project.json<{ restored: { what: string }[]; lost: { what: string }[] }>(
      "restore",
      "--from",
      copy,
    );
    expect(first.code).toBe(1);
    expect(first.value.restored.map(({ what }) => what).sort()).toEqual(["toy v1: model.json", "toy v1: record"]);
    expect(first.value.lost.map(({ what }) => what)).toEqual(["toy v1: card"]); // it stands in stores only
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  expect((await project.json<{ error: { code: string } }>("restore", "--from", "nowhere")).value.error.code).toBe(
    "FILE_NOT_FOUND",
  );
});

test("resolve says in one line which version and which bytes a name means", async () => {
  const { value: shown } = await project.json<{ version: number; rootDigest: string }>("show", "toy@1");
  const { rootDigest } = shown;
  expect((await project.trainyard("resolve", "toy@1")).stdout).toBe(`toy@1 ${rootDigest}\n`);
  const { value } = await project.json<object>("resolve", `toy@${rootDigest.slice(0, 20)}`);
  expect(value).toMatchObject({ model: "toy", version: 1, rootDigest });
  const { code, value: refused } = await project.json<{ error: { code: string } }>("resolve", "toy@nobody");
  expect([code, refused.error.code]).toEqual([2, "ALIAS_UNKNOWN"]);
});

test("what is misspelt is told with the right name, and what is not there before anybody is asked", async () => {
  const says = async (...words: string[]) =>
    (await project.json<{ error: { code: string; message: string } }>(...words)).value.error;
  expect((await says("show", "tyo@1")).message).toMatch(/Did you mean "toy"/);
  expect((await says("resolve", "production")).message).toMatch(/Did you mean "toy@production"/);
  expect((await says("resolve", "2")).message).toMatch(/Did you mean "toy@2"/);
  expect(await says("alias", "toy", "champion")).toMatchObject({ code: "REFERENCE_INVALID" });
  expect((await says("alias", "toy@1", "production", "--remove")) as { hint?: string }).toMatchObject({
    code: "ALIAS_IS_ENVIRONMENT",
    hint: expect.stringContaining("out of `deploy:`"),
  });
  expect((await says("evalute")).message).toBe('There is no command "evalute". Did you mean "evaluate"?');
  expect(await says("deploy", "toy@9", "--environment", "production")).toMatchObject({ code: "VERSION_UNKNOWN" });
  expect((await says("deploy", "toy@1", "--environment", "production")).message).toBe(
    "Deploying to production asks for a yes, and there is no terminal to ask on.",
  );
});
