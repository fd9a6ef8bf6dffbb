import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { byCodePoint } from "../order.ts";
import { aDigest } from "../testing/index.ts";
import { chunkPath, eventPath, rootPath, versionPath } from "./layout.ts";
import { rootDigest } from "./root-digest.ts";

test("events and versions stand a hundred to a folder, a hundred folders to a folder", () => {
  expect(eventPath(12_345)).toBe("log/0001/23/e12345.json");
  expect(versionPath("m", 7)).toBe("models/m/versions/0000/00/v7.json");
  const entries = new Map<string, Set<string>>();
  for (let seq = 1; seq <= 100_000; seq++) {
    const parts = eventPath(seq).split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join("/");
      entries.set(folder, (entries.get(folder) ?? new Set()).add(parts[depth] as string));
    }
  }
  expect(Math.max(...[...entries.values()].map((names) => names.size))).toBe(100);
});

test("a model's hundred events share a file, the next hundred have another", () => {
  expect(chunkPath("m", 0)).toBe(chunkPath("m", 99));
  expect(chunkPath("m", 100)).toBe("models/m/log/0000/01.json");
  expect(chunkPath("m", 1_000_000)).toBe("models/m/log/0100/00.json");
});

test("a digest's file is found by its first three digits", () => {
  expect(rootPath("m", aDigest("a"))).toBe(`models/m/by-root/a/a/a/${"a".repeat(64)}.json`);
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
