import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { prettyJson, type Sha256 } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import { EVALUATION_FILE } from "../../evaluate/evaluation-report.ts";
import { rootDigest } from "../../registry/fold/root-digest.ts";
import { openRegistry } from "../../registry/write/open-registry.ts";
import { aReading, aReport, aRun, memoryBackend } from "../../testing/index.ts";
import { verifyRegistry } from "../bytes/verify-registry.ts";
import { type RegisterPorts, register } from "./register.ts";

const sha256 = (content: string | Uint8Array): Sha256 => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const refusal = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });
const model = "flight-delays";
const PREDICTIONS = "id,y_true,y_score,airport\na,1,0.9,ATL\nb,0,0.25,JFK\n";

let backend: ReturnType<typeof memoryBackend>;
let ports: RegisterPorts;
beforeEach(() => {
  backend = memoryBackend(sha256);
  ports = { ...backend, registry: openRegistry(backend) };
});

/** A run that passed, as train and evaluate leave it; with these predictions. */
async function judged(id: string, predictions: string | null = PREDICTIONS) {
  const folder = await backend.runs.create(model, id);
  const modelFiles = [{ ...(await folder.write("outputs/model.onnx", `weights of ${id}`)), path: "model.onnx" }];
  const root = rootDigest(modelFiles, sha256);
  const file = predictions === null ? null : await folder.write("predictions/candidate.csv", predictions);
  const scored = file && { file, rows: 2, of: "candidate", version: null, rootDigest: root };
  const run = { id, modelFiles, rootDigest: root };
  const written = scored && { candidate: scored, baseline: null, baselineProblem: null };
  await folder.write("record.json", prettyJson(aRun({ ...run, predictions: written })));
  const side = { ...aReport().candidate, run: id, rootDigest: root, predictions: file && { ...file, rows: 2 } };
  await folder.write(EVALUATION_FILE, prettyJson(aReport({ candidate: side })));
  return { file };
}
const registering = async (run: string, reading = aReading) =>
  (await register({ model, run, baselines: ["production"], reading, override: false, reason: null }, ports)).registered;
const scratches = () => [...backend.runs.disk.keys()].filter((file) => file.startsWith("/scratch/"));
const types = async () => (await ports.registry.events(model)).map(({ type }) => type);

describe("a version keeps of its predictions", () => {
  test("what candidates are held against, made here from the run's own file; the report still names that file", async () => {
    const { file } = await judged("run-1");
    const version = await registering("run-1");
    expect(version?.predictions).not.toBe(file?.digest);
    expect(await backend.store.has(file?.digest as Sha256)).toBe(false);
    const [head, ...rows] = JSON.parse(await backend.store.text(version?.predictions as Sha256, "kept")) as unknown[][];
    expect(head).toEqual(["id_hash.low", "id_hash.high", "y_true", "y_score"]);
    expect(rows.map((row) => row.slice(2))).toEqual([
      [1, 0.9],
      [0, 0.25],
    ]);
    const report = JSON.parse(await backend.store.text(version?.evaluation as Sha256, "report"));
    expect(report.candidate.predictions.digest).toBe(file?.digest);
    expect((await verifyRegistry(backend, { blobs: true })).findings).toEqual([]);
    expect(scratches()).toEqual([]);
  });

  test("the same of the same predictions, whatever the run and whatever describes their rows", async () => {
    await judged("run-1");
    await judged("run-2", PREDICTIONS.replace("ATL", "SFO"));
    const [one, other] = [await registering("run-1"), await registering("run-2")];
    expect(other?.version).toBe(2);
    expect(other?.predictions).toBe(one?.predictions);
  });

  test("the same where two register one run at once: one version, and no scratch is left", async () => {
    await judged("run-1");
    const [one, other] = await Promise.all([registering("run-1"), registering("run-1")]);
    expect([one?.version, other?.version]).toEqual([1, 1]);
    expect(await types()).toEqual(["evaluation.recorded", "version.registered"]);
    expect(scratches()).toEqual([]);
  });

  test("none, where a run wrote metrics only", async () => {
    await judged("run-1", null);
    expect(await registering("run-1")).toMatchObject({ version: 1, predictions: null });
  });

  test("the whole file, where a table cannot say it, and that is told", async () => {
    const { file } = await judged("run-1", "id,y_true,y_pred\na,cat\ud800,dog\nb,dog,dog\n");
    const version = await registering("run-1", { ...aReading, task: "multiclass" });
    expect(version?.predictions).toBe(file?.digest);
    expect(backend.progress.lines.join()).toContain("kept whole");
  });
});

describe("a version is not made", () => {
  const nothingIsLeft = async (events: string[]) => {
    expect(await types()).toEqual(events);
    expect(scratches()).toEqual([]);
  };

  test("by rules its predictions cannot be read by; that the run was judged is recorded", async () => {
    await judged("run-1");
    await expect(registering("run-1", { ...aReading, columns: { y_score: "p" } })).rejects.toEqual(
      refusal("PREDICTIONS_UNKEPT", { problem: expect.stringContaining('no column "p"') }),
    );
    await nothingIsLeft(["evaluation.recorded"]);
  });

  test("of predictions that are others than the run recorded", async () => {
    await judged("run-1");
    backend.runs.disk.set("/runs/run-1/predictions/candidate.csv", PREDICTIONS.replace("0.9", "0.1"));
    await expect(registering("run-1")).rejects.toEqual(refusal("DIGEST_MISMATCH"));
    await nothingIsLeft(["evaluation.recorded"]);
  });

  test("when what was written reads back as something else", async () => {
    await judged("run-1");
    const { tables } = backend;
    const write = async (file: string, name: string) => {
      await tables.write(file, name, await tables.read("/runs/run-1/predictions/candidate.csv", name));
      backend.runs.disk.set(file, (backend.runs.disk.get(file) as string).replace("0.25", "0.26"));
    };
    ports = { ...ports, tables: { read: (...given) => tables.read(...given), write } };
    await expect(registering("run-1")).rejects.toEqual(refusal("PREDICTIONS_UNKEPT"));
    await nothingIsLeft(["evaluation.recorded"]);
  });

  test("on a full disk, and nothing is recorded: the next try does all of it", async () => {
    await judged("run-1");
    const { tables } = backend;
    const full = async () => Promise.reject(new TrainyardError("DISK_FULL", { path: "predictions.parquet" }));
    ports = { ...ports, tables: { read: (...given) => tables.read(...given), write: full } };
    await expect(registering("run-1")).rejects.toEqual(refusal("DISK_FULL"));
    await nothingIsLeft([]);
    ports = { ...ports, tables };
    expect(await registering("run-1")).toMatchObject({ version: 1 });
  });
});
