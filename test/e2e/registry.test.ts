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
