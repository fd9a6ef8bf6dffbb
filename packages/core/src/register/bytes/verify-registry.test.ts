import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { prettyJson } from "../../document.ts";
import { rootDigest } from "../../registry/fold/root-digest.ts";
import { openRegistry } from "../../registry/write/open-registry.ts";
import { aReading, aReport, aRun, memoryBackend } from "../../testing/index.ts";
import { register } from "../version/register.ts";
import { verifyRegistry } from "./verify-registry.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const model = "flight-delays";

/** A registry with one version of so many files, as training, evaluating and registering leave it. */
async function withVersionOf(files: number) {
  const backend = memoryBackend(sha256);
  const registry = openRegistry(backend);
  const folder = await backend.runs.create(model, "run-1");
  const modelFiles = [];
  for (let index = 0; index < files; index++)
    modelFiles.push({ ...(await folder.write(`outputs/part-${index}`, `weights ${index}`)), path: `part-${index}` });
  modelFiles.sort((a, b) => (a.path < b.path ? -1 : 1));
  const training = await folder.write("profiles/training.json", "profile");
  const root = rootDigest(modelFiles, sha256);
  const profiles = { training, evaluation: null, predictions: null };
  await folder.write("record.json", prettyJson(aRun({ id: "run-1", modelFiles, rootDigest: root, profiles })));
  const candidate = { ...aReport().candidate, run: "run-1", rootDigest: root };
  await folder.write("evaluation.json", prettyJson(aReport({ candidate })));
  await register(
    { model, run: "run-1", baselines: ["production"], reading: aReading, override: false, reason: null },
    { ...backend, registry },
  );
  const [registered] = (await registry.eventsOf(model, 1)).filter(({ type }) => type === "version.registered");
  return { backend, manifest: await registry.manifest(model, 1), seq: registered?.seq };
}

test("a lost file of a version with too many files for its manifest is found, with the event that registered it", async () => {
  const { backend, manifest, seq } = await withVersionOf(200);
  expect(manifest.files).toEqual([]);
  expect(await verifyRegistry(backend)).toMatchObject({ findings: [] });
  backend.store.blobs.delete(sha256("weights 117"));
  const { findings, blobs } = await verifyRegistry(backend);
  expect(findings).toEqual([
    {
      where: sha256("weights 117"),
      seq,
      problem: expect.stringMatching(/v1: .*117.*: the store's bytes are missing$/),
    },
  ]);
  expect(blobs).toBeGreaterThan(200);
});

test("a lost or damaged profile of the training rows, which only the record names, is found", async () => {
  const { backend, seq } = await withVersionOf(1);
  const profile = sha256("profile");
  backend.store.blobs.set(profile, "another profile");
  expect((await verifyRegistry(backend)).findings).toEqual([
    {
      where: profile,
      seq,
      problem: expect.stringMatching(/v1: profile of the training rows: the store's bytes are damaged$/),
    },
  ]);
  backend.store.blobs.delete(profile);
  expect((await verifyRegistry(backend)).findings).toMatchObject([{ where: profile, seq }]);
  expect((await verifyRegistry(backend, { blobs: false })).findings).toEqual([]);
});

test("a lost record is one finding: what only it names is not known", async () => {
  const { backend, manifest } = await withVersionOf(200);
  backend.store.blobs.delete(manifest.record as string);
  expect((await verifyRegistry(backend)).findings).toMatchObject([{ where: manifest.record }]);
});
