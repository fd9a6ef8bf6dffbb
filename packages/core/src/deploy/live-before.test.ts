import { expect, test } from "vitest";
import type { ModelState } from "../registry/fold/model-state.ts";
import { Proofs } from "../registry/fold/proofs.ts";
import { aDigest } from "../testing/builders.ts";
import { liveBefore } from "./live-before.ts";

/** Versions as they went live in production, one after the other: deployed, or where negative gone back to. */
function after(live: readonly number[], withdrawn: readonly number[] = []): ModelState {
  const versions = [1, 2, 3, 4, 5, 6, 7, 8].map((version) => ({
    seq: version,
    version,
    rootDigest: aDigest(String(version)),
    run: `run-${version}`,
    origin: null,
    withdrawn: withdrawn.includes(version) ? "leak" : null,
    registeredAt: "2001-01-01T00:00:00Z",
    by: { name: "ana", kind: "person" as const },
  }));
  const newest = live.length === 0 ? null : Math.abs(live.at(-1) as number);
  return {
    model: "flight-delays",
    versions,
    aliases: new Map([
      ["production", { alias: "production", version: newest, generation: 1, sinceSeq: 1, at: "2001-01-01T00:00:00Z" }],
    ]),
    held: new Set(["production"]),
    evaluations: new Map(),
    deployments: live.map((version, index) => ({
      seq: index + 1,
      at: "2001-01-01T00:00:00Z",
      environment: "production",
      version: Math.abs(version),
      from: null,
      outcome: "live" as const,
      rollback: version < 0,
    })),
    drifts: [],
    proofs: new Proofs(),
  };
}

test.each([
  [[], null],
  [[1], null],
  [[1, 2], 1],
  [[1, 2, 3], 2],
  [[1, 2, 3, -2], 1],
  [[1, 2, 3, -2, -1], null],
  [[1, 2, 3, -2, 4], 2],
  [[1, 2, 2], 1],
  [[1, 3, 1], 3],
  [[1, 3, 1, -3], 1],
  [[1, 8, 3, 8], 3],
  [[1, 8, 3, 8, -3], 8],
  [[1, 8, 3, 8, -3, -8, -1], null],
  [[1, 2, 3, -1, -3], 1],
  [[1, 2, -2], 1],
])("after %j went live (negative: by a rollback), the one before is %j", (live, before) => {
  expect(liveBefore(after(live), "production")).toBe(before);
});

test("a withdrawn version is passed over", () => {
  expect(liveBefore(after([1, 2, 3], [2]), "production")).toBe(1);
});

test("other environments and attempts that failed do not count", () => {
  const state = after([1, 2]);
  const [first, second] = state.deployments;
  const deployments = [{ ...first, environment: "staging" } as typeof first, second].filter((one) => one !== undefined);
  expect(liveBefore({ ...state, deployments }, "production")).toBeNull();
  const failed = state.deployments.map((one) =>
    one.version === 1 ? { ...one, outcome: "rolled-back" as const } : one,
  );
  expect(liveBefore({ ...state, deployments: failed }, "production")).toBeNull();
});
