import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pointAlias, REF, register } from "../../bench/registry/fixture.ts";
import { open } from "../../bench/registry/open.ts";
import { git } from "../../packages/backends/src/git/git.ts";
import { look, makeWorld, type World } from "./world.ts";

let folder: string;
let world: World;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "trainyard-soak-test-"));
  world = await makeWorld(join(folder, "world"), "own", 1);
  const { registry, close } = await open(world.truth);
  await register(registry, 2, "soak");
  await pointAlias(registry, "champion", 1);
  close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const alias = (to: number, generation = 1) => ({ kind: "alias", alias: "champion", to, generation }) as const;

test("a look at a whole registry finds what was acknowledged, and nothing wrong", async () => {
  expect(await look(world, [alias(1)])).toEqual({
    broken: [],
    lost: [],
    damaged: [],
    events: 4,
    versions: 2,
    litter: 0,
  });
});

test("a look tells of what was acknowledged and is not there, or is something else", async () => {
  const registered = { kind: "registered", versions: [{ version: 2, rootDigest: "sha256:other" }] } as const;
  const { lost } = await look(world, [registered, alias(2), alias(1, 2)]);
  expect(lost).toEqual(["v2", "champion to v2, generation 1", "champion to v1, generation 2"]);
});

test("a look tells of a file that was changed, of what git finds broken, and of locks left behind", async () => {
  const blob = (await git(world.truth, ["rev-parse", `${REF}:policy.json`])).trim();
  rmSync(join(world.truth, ".git/objects", blob.slice(0, 2), blob.slice(2)), { force: true });
  writeFileSync(join(world.truth, ".git/refs/heads/main.lock"), "");
  const { broken, damaged, litter } = await look(world, []);
  expect(broken.join("\n")).toContain("policy.json");
  expect(damaged.join("\n")).toContain(`missing blob ${blob}`);
  expect(litter).toBe(1);
});
