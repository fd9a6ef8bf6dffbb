import { createHash } from "node:crypto";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { isRefusal } from "../../errors.ts";
import { rootDigest } from "../../registry/fold/root-digest.ts";
import { registrationOf } from "../../registry/log/event.ts";
import type { Registry } from "../../registry/read/registry.ts";
import { openRegistry } from "../../registry/write/open-registry.ts";
import { aDigest, aVersion, memoryBackend } from "../../testing/index.ts";
import { verifyRegistry } from "../bytes/verify-registry.ts";
import { batch } from "./batch.ts";
import { setPolicy } from "./set-policy.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

let world: Awaited<ReturnType<typeof aWorld>>;
beforeEach(async () => {
  world = await aWorld();
});

/** Two models with three versions each. */
async function aWorld() {
  const backend = memoryBackend(sha256);
  const registry: Registry = openRegistry(backend);
  for (const model of ["a", "b"])
    for (const version of [1, 2, 3]) {
      const files = [{ path: "model.onnx", size: 1, digest: aDigest(String(version)) }];
      const root = rootDigest(files, sha256);
      const made = aVersion({ model, version, rootDigest: root, files });
      await registry.transact(model, () => ({ events: [registrationOf(made)], result: null }));
    }
  return { backend, registry };
}

const run = (lines: readonly (object | string)[], { registry } = world) =>
  batch(
    {
      text: lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"),
      environmentsOf: async () => ["production"],
    },
    { registry },
  );
const refused = (line: number, details: object) =>
  expect.objectContaining({ code: "BATCH_LINE", details: expect.objectContaining({ line, ...details }) });
const holders = async ({ registry } = world) =>
  Promise.all(
    ["a", "b"].map(async (model) => {
      const { aliases, versions } = await registry.state(model);
      return {
        aliases: [...aliases.values()].map(({ alias, version, generation }) => [alias, version, generation]).sort(),
        withdrawn: versions.map(({ withdrawn }) => withdrawn),
      };
    }),
  );

test("operations of two models are one commit, each on what the lines before it leave", async () => {
  const before = await world.backend.branch.head();
  const { operations, events } = await run([
    { op: "alias", model: "a", alias: "champion", version: 1 },
    "",
    { op: "alias", model: "a", alias: "champion", version: 2, expected: 1, reason: "better" },
    { op: "withdraw", model: "a", version: 2, reason: "a leak" },
    { op: "alias", model: "b", alias: "champion", version: 3, expected: null },
    { op: "note", model: "b", version: 3, text: "replaces a" },
  ]);
  expect(operations).toBe(5);
  expect(events.map(({ type }) => type)).toEqual([
    "alias.set",
    "alias.set",
    "alias.removed",
    "version.withdrawn",
    "alias.set",
    "note",
  ]);
  const [newest] = await world.backend.branch.log((await world.backend.branch.head()) as string, 1);
  expect(newest?.parents).toEqual([before]);
  expect((await verifyRegistry(world.backend, { blobs: false })).findings).toEqual([]);
});

test.each<[string, object | string, object]>([
  ["no JSON", "{op}", { problem: expect.stringContaining("it is not JSON") }],
  ["no operation", "[]", { problem: "op must be one of alias, withdraw, note, but is missing." }],
  ["a misspelt one", { op: "notes" }, { problem: expect.stringContaining('Did you mean "note"?') }],
  ["one that is not for batches", { op: "deploy" }, { problem: expect.stringContaining("op must be one of") }],
  ["a field too many", { op: "note", model: "a", text: "x", why: "y" }, { problem: expect.stringContaining("why") }],
  ["a version as text", { op: "withdraw", model: "a", version: "1", reason: "x" }, { code: null }],
  ["a withdrawal without a reason", { op: "withdraw", model: "a", version: 1 }, { code: null }],
  ["a version nobody has", { op: "alias", model: "a", alias: "x", version: 9 }, { code: "VERSION_UNKNOWN" }],
  ["an environment", { op: "alias", model: "a", alias: "production", version: 1 }, { code: "ALIAS_IS_ENVIRONMENT" }],
  ["another holder", { op: "alias", model: "a", alias: "x", version: 1, expected: 2 }, { code: "ALIAS_MOVED" }],
  ["an alias taken from nobody", { op: "alias", model: "a", alias: "x", version: null }, { code: "ALIAS_UNKNOWN" }],
  ["what the policy forbids", { op: "alias", model: "b", alias: "prod", version: 1 }, { code: "POLICY_FORBIDS" }],
  ["a text too long", { op: "note", model: "a", text: "x".repeat(9000) }, { code: "TEXT_TOO_LONG" }],
])("with %s in line 3 nothing is written", async (_what, line, details) => {
  await setPolicy({ policy: { aliases: ["champion", "x"] }, reason: "agreed" }, world);
  const before = await world.backend.branch.head();
  const good = { op: "alias", model: "a", alias: "champion", version: 1 };
  await expect(run([good, "", line, good])).rejects.toEqual(refused(3, details));
  expect(await world.backend.branch.head()).toBe(before);
});

test("an empty batch and one of more than a thousand operations are refused; what is so already writes nothing", async () => {
  await expect(run([""])).rejects.toMatchObject({ code: "BATCH_EMPTY" });
  const note = { op: "note", model: "a", text: "x" };
  await expect(run(Array.from({ length: 1001 }, () => note))).rejects.toMatchObject({ code: "BATCH_TOO_LONG" });
  const same = { op: "alias", model: "a", alias: "champion", version: 1 };
  await run([same]);
  expect((await run([same])).events).toEqual([]);
});

test("a batch leaves what its operations leave one after the other, or nothing where one of them fails", async () => {
  const model = fc.constantFrom("a", "b");
  const version = fc.integer({ min: 1, max: 3 });
  const line = fc.oneof(
    fc.record(
      {
        op: fc.constant("alias"),
        model,
        alias: fc.constantFrom("champion", "staging"),
        version: fc.option(version, { freq: 3 }),
        expected: fc.option(version),
      },
      { requiredKeys: ["op", "model", "alias", "version"] },
    ),
    fc.record({ op: fc.constant("withdraw"), model, version, reason: fc.constant("x") }),
    fc.record({ op: fc.constant("note"), model, version, text: fc.constant("x") }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 5 }), async (lines) => {
      const [together, apart] = [await aWorld(), await aWorld()];
      const untouched = await holders(together);
      let failed: number | null = null;
      for (const [index, one] of lines.entries()) {
        if (failed !== null) break;
        await run([one], apart).catch(() => (failed = index + 1));
      }
      const error = await run(lines, together).then(
        () => null,
        (one: unknown) => one,
      );
      if (failed === null) expect(error).toBe(null);
      else expect(isRefusal(error) && error.details).toMatchObject({ line: failed });
      expect(await holders(together)).toEqual(failed === null ? await holders(apart) : untouched);
      expect((await verifyRegistry(together.backend, { blobs: false })).findings).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
