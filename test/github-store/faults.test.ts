import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Store } from "@trainyard/core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { FaultKind } from "../github-server/faults.ts";
import { digestOf, home, type StoreWorld, storeWorld, untilDone } from "./store-world.ts";

const LARGE = "large ".repeat(500); // three parts of at most 1,000 bytes
const TEXTS = ["a record", "a report", "", LARGE];
const ROOT = digestOf("root");
const CREATE = "POST /repos/{owner}/{repo}/releases";
const UPLOAD = "POST /repos/{owner}/{repo}/releases/{release_id}/assets";
const PUBLISH = "PATCH /repos/{owner}/{repo}/releases/{release_id}";

let world: StoreWorld;
beforeAll(async () => {
  world = await storeWorld();
});
beforeEach(() => {
  world.reset();
  world.homes.push(ROOT);
});
afterEach(() => expect(world.server.violations).toEqual([]));
afterAll(async () => world[Symbol.asyncDispose]());

async function putAndSettle(store: Store): Promise<void> {
  for (const text of TEXTS) await store.put({ text });
  await store.settle(home(ROOT));
}

/** One published release, nothing beside it, and every byte readable by somebody who has none of it. */
async function isWhole(): Promise<void> {
  const { releases } = world.server.state;
  expect(releases.map(({ tag, draft }) => ({ tag, draft }))).toEqual([
    { tag: `ty-${ROOT.slice(7, 39)}`, draft: false },
  ]);
  expect(releases[0]?.assets.map(({ state }) => state)).toEqual(releases[0]?.assets.map(() => "uploaded"));
  expect(releases[0]?.assets.length).toBe(4);
  const reader = world.job();
  for (const text of TEXTS) expect(await reader.text(digestOf(text), "it")).toBe(text);
  expect(await reader.verify(TEXTS.map(digestOf))).toEqual([]);
}

const anywhere: FaultKind[] = [
  "502-before",
  "502-after",
  "drop-before",
  "drop-after",
  "drop-answer-at 20",
  "secondary-limit",
];
const writes: { route: string; nth?: number; faults: FaultKind[] }[] = [
  { route: "POST /graphql", faults: anywhere },
  { route: CREATE, faults: [...anywhere, "duplicate-draft"] },
  { route: UPLOAD, faults: [...anywhere, "502-starter", "truncated-upload", "drop-request-at 10"] },
  { route: UPLOAD, nth: 4, faults: [...anywhere, "502-starter", "truncated-upload", "drop-request-at 10"] },
  { route: PUBLISH, faults: anywhere },
];

describe("a fault while it settles", () => {
  for (const { route, nth = 1, faults } of writes)
    for (const fault of faults)
      test(`${fault} at ${route}, call ${nth}: it ends, or the next run does: one release and all bytes`, async () => {
        world.server.faults.add({ match: { route, nth }, do: fault });
        const job = world.job();
        await untilDone(() => putAndSettle(job));
        expect(world.server.faults.waiting).toEqual([]);
        await untilDone(() => putAndSettle(world.job({ state: job.state }))); // and once more, by the next job
        await isWhole();
      });
});

const reads: { route: string; faults: FaultKind[] }[] = [
  { route: "POST /graphql", faults: anywhere },
  { route: "GET /repos/{owner}/{repo}/releases/{release_id}", faults: anywhere },
  {
    route: "GET /repos/{owner}/{repo}/releases/assets/{asset_id}",
    faults: ["502-before", "drop-before", "secondary-limit"],
  },
  {
    route: "GET /blob/",
    faults: ["502-before", "drop-before", "drop-answer-at 0", "drop-answer-at 7", "drop-answer-at 999"],
  },
];

describe("a fault while it reads", () => {
  for (const { route, faults } of reads)
    for (const fault of faults)
      test(`${fault} at ${route}: the file comes whole, or not at all and then with the next run`, async () => {
        await putAndSettle(world.job());
        world.server.faults.add({ match: { route }, do: fault });
        const reader = world.job();
        const file = join(reader.state, "out");
        await untilDone(() => reader.copyTo(digestOf(LARGE), file, "the model"));
        expect(world.server.faults.waiting).toEqual([]);
        expect(await readFile(file, "utf8")).toBe(LARGE);
      });
});
