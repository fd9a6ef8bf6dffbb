import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { verifyRegistry } from "../../register/bytes/verify-registry.ts";
import { aVersion, MemoryBranch, MemoryClock, MemoryRandom, MemoryStore } from "../../testing/index.ts";
import { Folding, fold } from "../fold/folding.ts";
import { rootDigest } from "../fold/root-digest.ts";
import type { Summary } from "../fold/summary.ts";
import { type EventBody, registrationOf } from "../log/event.ts";
import { openRegistry } from "../write/open-registry.ts";
import { appended } from "./read-model.ts";
import { resolve } from "./reference.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const model = "flight-delays";

function world() {
  const branch = new MemoryBranch(sha256);
  let reads = 0;
  const counted = Object.assign(Object.create(branch) as MemoryBranch, {
    head: () => branch.head(),
    list: branch.list.bind(branch),
    log: branch.log.bind(branch),
    commit: branch.commit.bind(branch),
    read: (...words: Parameters<MemoryBranch["read"]>) => {
      reads += words[1].length;
      return branch.read(...words);
    },
  });
  const open = (stream = 0) =>
    openRegistry({
      branch: counted,
      sha256,
      clock: new MemoryClock(),
      random: new MemoryRandom(stream),
      actor: { name: "ana", kind: "person", url: "https://example.com/runs/1" },
    });
  const reading = async <T>(work: () => Promise<T>) => {
    reads = 0;
    const result = await work();
    return { result, reads };
  };
  return { branch, open, reading };
}

/** Registers so many versions in one commit. */
async function register(registry: ReturnType<typeof openRegistry>, count: number): Promise<void> {
  await registry.transact(model, ({ versions }) => {
    const events = Array.from({ length: count }, (_, index) => {
      const version = versions.length + index + 1;
      const files = [{ path: "model.onnx", size: 11, digest: sha256(String(version)) }];
      return registrationOf(aVersion({ model, version, files, rootDigest: rootDigest(files, sha256) }));
    });
    return { events, result: null };
  });
}

const setTo = (to: number): EventBody => ({
  type: "alias.set",
  model,
  alias: "staging",
  from: null,
  to,
  generation: 1,
  reason: null,
});

test("whatever the sizes of commits, and whoever read before, the state is what the events add up to", async () => {
  const { branch, open } = world();
  const registry = open();
  const sizes = [1, 6, 1, 1, 7, 8, 9, 95, 1, 127, 128, 129, 256, 3];
  let versions = 0;
  for (const [index, size] of sizes.entries()) {
    await register(index % 3 === 0 ? open(index + 1) : registry, size); // some start from nothing, some go on
    versions += size;
    const [kept, fresh] = await Promise.all([registry.state(model), open().state(model)]);
    const folded = fold(model, await open().events(model));
    expect(kept.versions.length).toBe(versions);
    expect(fresh.versions).toEqual(folded.versions);
    expect(kept.versions).toEqual(folded.versions);
  }
  const { findings } = await verifyRegistry({ branch, sha256, store: new MemoryStore(sha256) }, { blobs: false });
  expect(findings).toEqual([]);
}, 30_000);

test("a state that was given out stays as it was when others write", async () => {
  const { open } = world();
  const registry = open();
  await register(registry, 1);
  const before = await registry.state(model);
  await register(open(1), 20);
  await registry.state(model);
  expect(before.versions.length).toBe(1);
});

test("two that go on from one state do not see each other's events", () => {
  const note = (seq: number): Summary => ({ type: "note", seq, at: "2001-09-09T01:46:40Z" });
  const folding = new Folding(model);
  const known = { state: folding.state(), folding, events: 1, summaries: [note(2)], before: null };
  const [one, other] = [appended(known, [note(3)]), appended(known, [note(4)])];
  expect([one, other].map((summaries) => summaries.slice(0, 2))).toEqual([
    [note(2), note(3)],
    [note(2), note(4)],
  ]);
});

test("an alias, a range of history and a version's own events cost no more at a thousand versions than at ten", async () => {
  const cost = async (versions: number) => {
    const { open, reading } = world();
    await register(open(), versions);
    await open(1).transact(model, () => ({ events: [setTo(3)], result: null }));
    const alias = await reading(() => resolve(open(), { model, which: { alias: "staging" } }));
    expect(alias.result).toMatchObject({ version: 3, seq: 4, by: { name: "ana" } });
    const last = await reading(() => open().events(undefined, 2));
    expect(last.result.map(({ type }) => type)).toEqual(["version.registered", "alias.set"]);
    const registry = open();
    await registry.state(model);
    const own = await reading(() => registry.eventsOf(model, 3));
    expect(own.result.map(({ type }) => type)).toEqual(["version.registered", "alias.set"]);
    return [alias.reads, last.reads, own.reads];
  };
  expect(await cost(1000)).toEqual(await cost(10));
});

test("thirty-two events in short are one file", async () => {
  const { open, reading } = world();
  await register(open(), 10_000);
  const { result, reads } = await reading(() => open().state(model));
  expect(result.versions.length).toBe(10_000);
  expect(reads).toBeLessThan(350);
}, 30_000);

test("the version an alias file names is compared with the events it names", async () => {
  const { branch, open } = world();
  await register(open(), 3);
  await open(1).transact(model, () => ({ events: [setTo(2)], result: null }));
  const head = (await branch.head()) as string;
  const path = "aliases/flight-delays/staging.json";
  const text = (await branch.read(head, [path])).get(path) as string;
  const operation = (await branch.log(head, 1))[0]?.message as string;
  const changed = ['"version":3', '"registeredSeq":4', '"sinceSeq":2', '"sinceSeq":99', '"generation":2'];
  for (const part of changed) {
    const name = part.split(":")[0] as string;
    branch.edit(new Map([[path, text.replace(new RegExp(`${name}:\\d+`), part)]]), operation);
    await expect(open().holder(model, "staging")).rejects.toMatchObject({ code: "REGISTRY_DAMAGED" });
  }
});
