import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { byCodePoint } from "../../order.ts";
import { rootDigest } from "../fold/root-digest.ts";
import { blockPath, eventPath } from "./layout.ts";

test("events stand sixteen to a folder, sixteen and then thirty-two folders to a folder, thirteen tops at a hundred thousand", () => {
  expect(eventPath(12_345)).toBe("events/1/g/3/12345.json");
  expect(eventPath(7)).toBe("events/0/0/0/7.json");
  const entries = new Map<string, Set<string>>();
  for (let seq = 1; seq < 100_000; seq++) {
    const parts = eventPath(seq).split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join("/");
      entries.set(folder, (entries.get(folder) ?? new Set()).add(parts[depth] as string));
    }
  }
  const counts = [...entries].map(([folder, names]) => [folder === "events", names.size] as const);
  expect(Math.max(...counts.map(([top, count]) => (top ? 0 : count)))).toBe(32);
  expect(counts.find(([top]) => top)?.[1]).toBe(13);
});

test("a model's history stands sixteen blocks to a folder", () => {
  expect(blockPath("m", 0)).toBe("history/m/0/0/0.jsonl");
  expect(blockPath("m", 1234)).toBe("history/m/4/d/1234.jsonl");
});

test("the root digest is that of the concatenated digests in the order of the paths' code points", () => {
  const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
  const files = ["b", "a/z", "😀", "～"].map((path) => ({ path, digest: sha256(path) }));
  const sorted = ["a/z", "b", "～", "😀"]; // by code point; UTF-16 would put the emoji before the tilde
  const expected = createHash("sha256");
  for (const path of sorted) expected.update(createHash("sha256").update(path).digest());
  expect(rootDigest(files, sha256)).toBe(`sha256:${expected.digest("hex")}`);
  expect(
    [...files]
      .reverse()
      .map(({ path }) => path)
      .sort(byCodePoint),
  ).toEqual(sorted);
});
