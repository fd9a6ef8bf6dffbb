import { createHash } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { aDigest, aVersion, MemoryBranch, MemoryClock, MemoryRandom } from "../../testing/index.ts";
import { rootDigest } from "../fold/root-digest.ts";
import { type EventBody, registrationOf } from "../log/event.ts";
import { blockPath, eventPath, modelPath } from "../log/layout.ts";
import { openRegistry } from "../write/open-registry.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const damage = expect.objectContaining({ name: "TrainyardError", code: "REGISTRY_DAMAGED" });
const model = "flight-delays";
const file = modelPath(model);
const alias = "aliases/flight-delays/staging.json";

let branch: MemoryBranch;
let clients: number;
beforeEach(() => {
  branch = new MemoryBranch(sha256);
  clients = 0;
});
/** A client that has seen nothing yet. */
const open = () =>
  openRegistry({
    branch,
    sha256,
    clock: new MemoryClock(),
    random: new MemoryRandom(clients++),
    actor: { name: "ana", kind: "person" },
  });

const write = (...events: EventBody[]) => open().transact(model, () => ({ events, result: null }));
const versions = (first: number, last: number): EventBody[] =>
  Array.from({ length: last - first + 1 }, (_, index) => {
    const version = first + index;
    const files = [{ path: "model.onnx", size: 11, digest: sha256(String(version)) }];
    return registrationOf(aVersion({ model, version, files, rootDigest: rootDigest(files, sha256) }));
  });
const staging: EventBody = {
  type: "alias.set",
  model,
  alias: "staging",
  from: null,
  to: 2,
  generation: 1,
  reason: null,
};

async function text(path: string): Promise<string> {
  return (await branch.read((await branch.head()) as string, [path])).get(path) as string;
}
async function message(): Promise<string> {
  return (await branch.log((await branch.head()) as string, 1))[0]?.message as string;
}
/** Changes a file by a commit that says what a sound one would. */
async function forge(path: string, from: string | RegExp, to: string): Promise<void> {
  const before = await text(path);
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  branch.edit(new Map([[path, after]]), await message());
}

test("a history whose events in short were changed is refused, though they add up", async () => {
  await write(...versions(1, 40));
  await forge(blockPath(model, 0), '"run":"run-1"', '"run":"run-9"');
  await expect(open().state(model)).rejects.toEqual(damage);
});

test.each([
  ["a version that was not withdrawn", '"withdrawn":[]', '"withdrawn":[1]'],
  ["a version that is not there", '"versions":3', '"versions":4'],
  ["events in a row one by one", "[[2,5]]", "[2,3,4,5]"],
])("a model's file that names %s is refused", async (_what, from, to) => {
  await write(...versions(1, 3), staging);
  await forge(file, from, to);
  await expect(open().state(model)).rejects.toEqual(damage);
});

test("a model's file as it was before the newest event is refused", async () => {
  await write(...versions(1, 1));
  const stale = await text(file);
  await write(...versions(2, 2));
  branch.edit(new Map([[file, stale]]), await message());
  await expect(open().state(model)).rejects.toEqual(damage);
});

test("an alias whose file is gone is missed", async () => {
  await write(...versions(1, 2), staging);
  branch.edit(new Map([[alias, null]]), await message());
  await expect(open().state(model)).rejects.toThrow(`${alias}`);
});

test("an alias's file with the digest of other bytes is refused where only the alias is read", async () => {
  await write(...versions(1, 2), staging);
  await forge(alias, /sha256:[0-9a-f]{64}/, aDigest("f"));
  await expect(open().holder(model, "staging")).rejects.toEqual(damage);
});

test("a commit that names an older event than the newest is refused", async () => {
  await write(...versions(1, 1));
  const older = await message();
  await write(...versions(2, 2));
  branch.edit(new Map(), older);
  await expect(open().models()).rejects.toThrow(/which is not the newest/);
  await expect(open().events()).rejects.toEqual(damage);
});

test("a newest event that is another than its commit names is refused", async () => {
  await write({ type: "note", model, text: "good" });
  await forge(eventPath(2), "good", "fine");
  await expect(open().models()).rejects.toEqual(damage);
});

test("an operation that is taken up again is refused, though each event follows the one before", async () => {
  const note = { type: "note", model, text: "x" } as const;
  const again = { uuid: () => "00000000-0000-4000-8000-000000000077", fraction: () => 0 };
  const repeats = openRegistry({
    branch,
    sha256,
    clock: new MemoryClock(),
    random: again,
    actor: { name: "ana", kind: "person" },
  });
  await write(note);
  await repeats.transact(model, () => ({ events: [note], result: null }));
  expect((await open().events()).length).toBe(3);
  await write(note);
  await repeats.transact(model, () => ({ events: [note], result: null }));
  await expect(open().events()).rejects.toThrow(/its operation appears in two transactions/);
});
