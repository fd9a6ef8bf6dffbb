import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { byCodePoint } from "../order.ts";
import { chunkPath, eventPath, recentPath, versionPath } from "./layout.ts";
import { rootDigest } from "./root-digest.ts";

test("events and versions stand ten to a folder, ten folders to a folder, a hundred tops at a hundred thousand", () => {
  expect(eventPath(12_345)).toBe("log/0012/3/4/e12345.json");
  expect(versionPath("m", 7)).toBe("models/m/versions/0000/0/0/v7.json");
  const entries = new Map<string, Set<string>>();
  for (let seq = 1; seq < 100_000; seq++) {
    const parts = eventPath(seq).split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join("/");
      entries.set(folder, (entries.get(folder) ?? new Set()).add(parts[depth] as string));
    }
  }
  const counts = [...entries].map(([folder, names]) => [folder === "log", names.size] as const);
  expect(Math.max(...counts.map(([top, count]) => (top ? 0 : count)))).toBe(10);
  expect(counts.find(([top]) => top)?.[1]).toBe(100);
});

test("a model's events in short stand eight to a file, then a hundred and twenty-eight", () => {
  expect([0, 8, 120, 128].map((after) => recentPath("m", after))).toEqual(
    [0, 1, 15, 0].map((name) => `models/m/log/recent/${name}.jsonl`),
  );
  expect(chunkPath("m", 1)).toBe("models/m/log/0000/01.jsonl");
  expect(chunkPath("m", 10_000)).toBe("models/m/log/0100/00.jsonl");
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
