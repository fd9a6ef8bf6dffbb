import { expect, test } from "vitest";
import type { Asset } from "./answers.ts";
import { isSame } from "./upload-asset.ts";

const digest = `sha256:${"1".repeat(64)}` as const;
const wanted = { name: "a", size: 3, digest };
const asset: Asset = { id: 1, name: "a", state: "uploaded", size: 3, digest, url: "https://api.github.com/a" } as Asset;

test("an asset is the wanted one by name, state, size and GitHub's own digest", () => {
  expect(isSame(asset, wanted)).toBe(true);
  expect(isSame({ ...asset, digest: null }, wanted), "a server that tells no digest").toBe(true);
  const others: Partial<Asset>[] = [
    { name: "b" },
    { state: "starter" as Asset["state"] },
    { size: 4 },
    { digest: `sha256:${"2".repeat(64)}` },
  ];
  for (const other of others) expect(isSame({ ...asset, ...other }, wanted), JSON.stringify(other)).toBe(false);
});
