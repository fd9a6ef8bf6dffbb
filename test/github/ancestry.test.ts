import { expect, test } from "vitest";
import { githubAncestry } from "../../packages/backends/src/github/runs/ancestry.ts";
import { facesWorld } from "./faces-world.ts";

test("the merge base, and what leads to it, are GitHub's word: the clone of a job has neither", async () => {
  await using world = await facesWorld();
  const { server } = world;
  const first = await server.push("main", { "one.txt": "1" });
  const left = await server.push("main", { "two.txt": "2" }, "main");
  const branch = await server.push("topic", { "three.txt": "3" }, "main");
  const later = await server.push("main", { "four.txt": "4" }, "main");
  const ancestry = githubAncestry(world.job({ contents: "read" }), "main");
  expect(await ancestry.mergeBase(branch)).toBe(left);
  expect(await ancestry.mergeBase(later), "of main itself").toBe(later);
  expect(await ancestry.isAncestor(first, left)).toBe(true);
  expect(await ancestry.isAncestor(left, left)).toBe(true);
  expect(await ancestry.isAncestor(later, left)).toBe(false);
  expect(await ancestry.isAncestor(branch, later)).toBe(false);
  expect(await ancestry.isAncestor("f".repeat(40), left), "one that GitHub does not know").toBe(false);
  await expect(githubAncestry(world.job(), "gone").mergeBase(branch)).rejects.toMatchObject({
    code: "BASE_UNKNOWN",
    details: { base: "gone" },
  });
  expect(server.violations).toEqual([]);
});
