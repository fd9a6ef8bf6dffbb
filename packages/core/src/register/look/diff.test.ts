import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { EvaluationReport, MetricComparison } from "../../evaluate/evaluation-report.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import { versionDiffLines } from "../../report/record/version-diff-text.ts";
import { textOf } from "../../report/text/line.ts";
import { aDigest, aReport, aRoot, aRun, aVersion, memoryBackend } from "../../testing/index.ts";
import { readPapers, type VersionPapers } from "../version/papers.ts";
import { diffVersions } from "./diff.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

const v1: VersionPapers = { manifest: aVersion(), record: aRun(), report: aReport(), imported: null };

/** Version 2: other bytes, judged against version 1. */
function second(change: { manifest?: Partial<ModelVersion>; report?: Partial<EvaluationReport> } = {}): VersionPapers {
  const estimate = { value: 0.69, interval: [0.67, 0.71] as [number, number] };
  const manifest = aVersion({
    version: 2,
    rootDigest: aDigest("f"),
    files: [{ path: "model.onnx", size: 2000, digest: aDigest("9") }],
    size: 2000,
    run: "run-2",
    inputsDigest: aDigest("7"),
    commit: "3".repeat(40),
    params: { learning_rate: 0.2, depth: 3 },
    metrics: [{ name: "roc_auc", estimate }],
    ...change.manifest,
  });
  const record = aRun({
    id: "run-2",
    inputs: { ...aRun().inputs, code: aDigest("8"), params: { learning_rate: 0.2, depth: 3 } },
    environment: { ...aRun().environment, python: "3.13.0" },
    hardware: { ...aRun().hardware, gpus: [{ name: "H100", memoryBytes: null, driver: null }] },
  });
  const judged: MetricComparison = {
    ...(aReport().metrics[0] as MetricComparison),
    candidate: estimate,
    baseline: { value: 0.676, interval: [0.66, 0.69] },
    difference: { value: 0.014, interval: [0.004, 0.024] },
  };
  const baseline = { ...aReport().candidate, label: "production v1", version: 1, rootDigest: aRoot };
  return {
    manifest,
    record,
    report: aReport({ baseline, noBaseline: null, metrics: [judged], ...change.report }),
    imported: null,
  };
}

test("a version judged against the other brings the difference's own interval, and the other way round its mirror", () => {
  const forward = diffVersions(v1, second());
  expect(forward.metrics).toEqual([
    expect.objectContaining({
      name: "roc_auc",
      goal: "maximize",
      difference: { value: 0.014, interval: [0.004, 0.024] },
    }),
  ]);
  expect(diffVersions(second(), v1).metrics[0]?.difference).toEqual({ value: -0.014, interval: [-0.024, -0.004] });
  expect(forward.notes).toEqual([]);
});

test("two versions never judged against each other have a difference of points alone, and it is said", () => {
  const other = second({ report: { baseline: null } });
  const found = diffVersions(v1, other);
  expect(found.metrics[0]?.difference).toEqual({ value: 0.69 - 0.676, interval: null });
  expect(found.notes.join(" ")).toContain("Neither was judged against the other");
});

test("a baseline of the same number but other bytes does not lend its interval", () => {
  const foreign = { ...aReport().candidate, version: 1, rootDigest: aDigest("0") };
  expect(diffVersions(v1, second({ report: { baseline: foreign } })).metrics[0]?.difference?.interval).toBeNull();
});

test("parameters, code, environment, hardware, files and size that differ are all there", () => {
  const found = diffVersions(v1, second());
  expect(found.changes.map(({ what, name, from, to }) => `${what} ${name}: ${from} → ${to}`)).toEqual([
    "param depth: null → 3",
    "param learning_rate: 0.1 → 0.2",
    `code code: ${aDigest("c")} → ${aDigest("8")}`,
    "environment python: 3.12.4 → 3.13.0",
    "environment gpus:  → H100",
  ]);
  expect(found.files.map(({ path, from, to }) => [path, from?.size, to?.size])).toEqual([["model.onnx", 11, 2000]]);
  expect(found).toMatchObject({ basis: "records", sameBytes: false, size: { from: 11, to: 2000 } });
});

test("a version differs from itself in nothing", () => {
  const found = diffVersions(v1, v1);
  expect(found).toMatchObject({ sameBytes: true, sameRows: true, changes: [], files: [] });
  expect(found.metrics[0]?.difference?.value).toBe(0);
});

test("where the store has no record, the manifests speak: code by commit, the environment not at all, and it is said", () => {
  const found = diffVersions(v1, { ...second(), record: null, report: null });
  expect(found.basis).toBe("manifests");
  expect(found.sameRows).toBeNull();
  expect(found.changes.map(({ what, name }) => `${what} ${name}`)).toEqual([
    "param depth",
    "param learning_rate",
    "code commit",
  ]);
  expect(found.notes.join(" ")).toContain("The record of flight-delays v2 is not in the store here");
});

test("what a long manifest left out is named, not compared as empty", () => {
  const short = second({ manifest: { params: null, files: [], metrics: [], data: [] } });
  const found = diffVersions(v1, { ...short, record: null });
  expect(found.changes.map(({ what }) => what)).toEqual(["code"]);
  expect(found.files).toEqual([]);
  expect(found.notes.join(" ")).toMatch(/parameters of flight-delays v2 .* not compared.*files are not compared/);
  expect(found.metrics[0]?.to?.value).toBe(0.69); // its report has the metrics
});

test("versions judged on different rows are said to be so", () => {
  const other = second({ report: { data: { path: "data/2001-04.parquet", rows: 9, digest: aDigest("0") } } });
  expect(diffVersions(v1, other)).toMatchObject({ sameRows: false });
  expect(diffVersions(v1, other).notes.join(" ")).toContain("different rows");
});

test("people read it as a table that says better only where the interval does", () => {
  const text = textOf(versionDiffLines(diffVersions(v1, second())));
  expect(text).toContain("flight-delays v1 → v2   11 B → 2.00 kB (+1.99 kB)");
  expect(text).toMatch(/roc_auc +0\.676 \[0\.660, 0\.690\] +0\.690 \[0\.670, 0\.710\]/);
  expect(text).toContain("+0.014 [+0.004, +0.024]  better");
  const unsure = second();
  const judged = unsure.report?.metrics[0] as MetricComparison;
  judged.difference = { value: 0.014, interval: [-0.004, 0.03] };
  expect(textOf(versionDiffLines(diffVersions(v1, unsure)))).not.toContain("better");
});

test("papers that the store lost are null; damaged ones are refused", async () => {
  const { store } = memoryBackend(sha256);
  const record = await store.put({ text: JSON.stringify(aRun()) });
  const manifest = aVersion({ record: record.digest });
  expect(await readPapers(manifest, { store })).toMatchObject({ record: { id: "run-1" }, report: null });
  store.blobs.set(record.digest, "{}");
  await expect(readPapers(manifest, { store })).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
});
