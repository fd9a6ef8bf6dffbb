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
  expect(misspelt.stderr).toContain("no version has metrics.roc_acu");
});

test("search refuses what it cannot read with the place and what was expected there", async () => {
  const { value, code } = await project.json<{ error: unknown }>("search", "roc_auc > 0.8 stage = x");
  expect(code).toBe(2);
  expect(value.error).toMatchObject({
    code: "QUERY_INVALID",
    details: { position: 15, expected: "`and`, `or` or the end" },
  });
});
