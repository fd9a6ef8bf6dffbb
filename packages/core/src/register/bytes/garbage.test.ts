import { createHash } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import type { StoredBlob } from "../../backend.ts";
import { prettyJson } from "../../document.ts";
import { rootDigest } from "../../registry/fold/root-digest.ts";
import { openRegistry } from "../../registry/write/open-registry.ts";
import { aReading, aReport, aRun, memoryBackend } from "../../testing/index.ts";
import { DAY } from "../../time.ts";
import { type RegisterPorts, register } from "../version/register.ts";
import { collectGarbage, type Garbage, sortOut } from "./garbage.ts";
import { neededBy } from "./needed.ts";
import { type BlobSource, restore } from "./restore.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const refusal = (code: string) => expect.objectContaining({ name: "TrainyardError", code });
const model = "flight-delays";

let backend: ReturnType<typeof memoryBackend>;
let ports: RegisterPorts;
beforeEach(async () => {
  backend = memoryBackend(sha256);
  ports = { ...backend, registry: openRegistry(backend) };
  await bundle("run-1", "weights");
  await register(
    { model, run: "run-1", baselines: ["production"], reading: aReading, override: false, reason: null },
    ports,
  );
  backend.store.published.length = 0; // as if only the registry knew
});

/** A judged run with a training profile, as train and evaluate leave it. */
async function bundle(id: string, weights: string): Promise<void> {
  const folder = await backend.runs.create(model, id);
  const modelFiles = [{ ...(await folder.write("outputs/model.onnx", weights)), path: "model.onnx" }];
  const training = await folder.write("profiles/training.json", `profile of ${id}`);
  const root = rootDigest(modelFiles, sha256);
  const record = aRun({
    id,
    modelFiles,
    rootDigest: root,
    profiles: { training, evaluation: null, predictions: null },
  });
  await folder.write("record.json", prettyJson(record));
  const candidate = { ...aReport().candidate, run: id, rootDigest: root };
  await folder.write("evaluation.json", prettyJson(aReport({ candidate })));
}

const collect = (change: { prune?: boolean; later?: number } = {}): Promise<Garbage> =>
  collectGarbage(
    { prune: change.prune ?? false, models: [], now: backend.clock.now() + (change.later ?? 2 * DAY) },
    { registries: [backend], store: backend.store, runs: backend.runs },
  );

test("what a version, an event or a version's record names is never garbage, whatever its age", async () => {
  const done = await collect({ prune: true, later: 1000 * DAY });
  expect(done).toMatchObject({ blobs: [], removed: { blobs: 0 }, unread: [] });
  expect(done.kept).toBe(backend.store.blobs.size);
  expect(backend.store.blobs.has(sha256("profile of run-1"))).toBe(true); // only the record names it
});

test("what nothing names is listed with its size, and goes only when it is asked for", async () => {
  const { digest } = await backend.store.put({ text: "nobody's" });
  expect(await collect()).toMatchObject({ blobs: [{ digest, size: 8 }], bytes: 8, removed: { blobs: 0, bytes: 0 } });
  expect(backend.store.blobs.has(digest)).toBe(true);
  expect(await collect({ prune: true })).toMatchObject({ removed: { blobs: 1, bytes: 8 } });
  expect(backend.store.blobs.has(digest)).toBe(false);
});

test("a blob younger than a day may belong to a registration under way; storing it again makes it young", async () => {
  const { digest } = await backend.store.put({ text: "nobody's yet" });
  expect(await collect({ prune: true, later: DAY - 1 })).toMatchObject({ blobs: [], young: 1 });
  backend.clock.pass(30 * 86_400);
  await backend.store.put({ text: "nobody's yet" });
  await collect({ prune: true, later: 1000 });
  expect(backend.store.blobs.has(digest)).toBe(true);
});

test("a blob that is stored again while garbage is sorted out stays", async () => {
  const { digest } = await backend.store.put({ text: "nobody's" });
  const list = backend.store.list.bind(backend.store);
  backend.store.list = async () => {
    const all = await list();
    backend.clock.pass(2 * 86_400);
    await backend.store.put({ text: "nobody's" });
    return all;
  };
  expect(await collect({ prune: true })).toMatchObject({ blobs: [{ digest }], removed: { blobs: 0, bytes: 0 } });
  expect(backend.store.blobs.has(digest)).toBe(true);
});

test("data that a finished run keeps stays, though the run is not registered yet", async () => {
  await bundle("run-2", "other weights");
  const { digest } = await backend.store.put({ text: "rows" });
  const folder = await backend.runs.open("run-2");
  const record = JSON.parse((await folder.read("record.json")) as string);
  record.datasets = [{ path: "data.csv", digest, size: 4, rows: 1, claimed: null, role: "training" }];
  await folder.write("record.json", prettyJson(record));
  expect(await collect({ prune: true })).toMatchObject({ blobs: [] });
});

test("while somebody trains nothing is removed, and afterwards training is possible again", async () => {
  const release = await backend.runs.lock(model);
  await expect(collect({ prune: true })).rejects.toEqual(refusal("RUN_BUSY"));
  expect(await collect()).toMatchObject({ blobs: [] }); // looking is free
  await release();
  await collect({ prune: true });
  await (await backend.runs.lock(model))();
});

test("while a document is lost nothing is removed: what it names is not known", async () => {
  const record = (await ports.registry.manifest(model, 1)).record as string;
  await backend.store.put({ text: "nobody's" });
  const text = backend.store.blobs.get(record) as string;
  backend.store.blobs.delete(record);
  expect((await collect()).unread).toMatchObject([{ digest: record, what: "flight-delays v1: record" }]);
  await expect(collect({ prune: true })).rejects.toEqual(refusal("GARBAGE_UNSURE"));
  expect(backend.store.blobs.has(sha256("profile of run-1"))).toBe(true);
  await backend.store.put({ text });
  expect((await collect({ prune: true })).removed.blobs).toBe(1);
});

test("the bytes of every registry that shares the store stay", async () => {
  const other = memoryBackend(sha256);
  const { digest } = await backend.store.put({ text: "of the other registry" });
  await openRegistry(other).transact("churn", () => ({
    events: [{ type: "note", model: "churn", text: `see ${digest}` }],
    result: null,
  }));
  const settings = { prune: true, models: [], now: backend.clock.now() + 2 * DAY };
  const both = { registries: [backend, other], store: backend.store, runs: backend.runs };
  expect(await collectGarbage(settings, both)).toMatchObject({ blobs: [] });
});

test("blobs are sorted out: named and indexed ones kept, young ones counted, the largest of the rest first", () => {
  const blob = (letter: string, size: number, storedAt: number, indexed = false): StoredBlob => ({
    digest: `sha256:${letter.repeat(64)}`,
    size,
    storedAt,
    indexed,
  });
  const all = [blob("a", 1, 0), blob("b", 9, 0), blob("c", 5, 99), blob("d", 5, 0), blob("e", 7, 0, true)];
  const { garbage, young } = sortOut(all, new Set([`sha256:${"d".repeat(64)}`]), 50);
  expect(garbage.map(({ digest }) => digest[7])).toEqual(["b", "a"]);
  expect(young).toBe(1);
});

/** Files of the memory disk that hold the wanted bytes. */
const diskSource: BlobSource = {
  async find(digests) {
    const files = [...backend.runs.disk].filter(([, text]) => digests.includes(sha256(text)));
    return new Map(files.map(([path, text]) => [sha256(text), path]));
  },
};

test("lost and damaged bytes come back from where they still are; a record that comes back brings what only it names", async () => {
  const { card, files, ...manifest } = await ports.registry.manifest(model, 1);
  const record = manifest.record as string;
  const weights = files[0]?.digest as string;
  for (const digest of [record, sha256("profile of run-1")]) backend.store.blobs.delete(digest);
  backend.store.blobs.set(weights, "wights");
  const { restored, lost } = await restore(diskSource, backend);
  expect(lost).toEqual([]);
  expect(restored.map(({ what, problem }) => `${what}: ${problem}`).sort()).toEqual([
    "flight-delays v1: model.onnx: damaged",
    "flight-delays v1: profile of the training rows: missing",
    "flight-delays v1: record: missing",
  ]);
  expect(backend.store.blobs.get(weights)).toBe("weights");
  const { required } = await neededBy(backend);
  expect(await backend.store.verify([...required.keys()])).toEqual([]);
  expect(required.has(card)).toBe(true);
});

test("what nobody has is named, and what changes between being found and being read is not taken", async () => {
  const { files } = await ports.registry.manifest(model, 1);
  const weights = files[0]?.digest as string;
  backend.store.blobs.delete(weights);
  expect(await restore({ find: async () => new Map() }, backend)).toMatchObject({
    restored: [],
    lost: [{ what: "flight-delays v1: model.onnx", digest: weights, problem: "missing" }],
  });
  backend.runs.disk.set("/tampered", "other");
  const liar: BlobSource = { find: async (digests) => new Map(digests.map((digest) => [digest, "/tampered"])) };
  expect((await restore(liar, backend)).lost).toHaveLength(1);
  expect(backend.store.blobs.has(weights)).toBe(false);
});
