import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "@trainyard/backends";
import { type CurrentScores, prettyJson, type Sha256, TrainyardError } from "@trainyard/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { folderHandOver } from "./folder-hand-over.ts";
import { findScores, handScoresOn, receiveScores, type ScoresRef } from "./handed-scores.ts";

const RUN = 41;
const TABLE = "id,y_score\n1,0.5\n";
let root: string;
let handOver: ReturnType<typeof folderHandOver>;
let ref: ScoresRef;

const scores: CurrentScores = {
  kind: "trainyard.current-scores/v1",
  model: "toy",
  version: 1,
  rootDigest: sha256("model"),
  current: [{ path: "incoming/today.csv", digest: sha256("rows") }],
  rows: 1,
  predictions: { path: "predictions.csv", size: TABLE.length, digest: sha256(TABLE) },
  at: "2026-01-01T00:00:00Z",
};

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "trainyard-scores-test-"));
  handOver = folderHandOver(join(root, "store"), RUN);
  const made = join(root, "made");
  mkdirSync(made);
  mkdirSync(join(root, "temp"));
  writeFileSync(join(made, "scores.json"), prettyJson(scores));
  writeFileSync(join(made, "predictions.csv"), TABLE);
  ref = await handScoresOn(scores, made, handOver);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const receive = (from: ScoresRef = ref) => receiveScores(from, { handOver, temp: join(root, "temp") });
const codeOf = async (promise: Promise<unknown>) => {
  const error = await promise.catch((error: unknown) => error);
  return error instanceof TrainyardError ? error.code : error;
};
const there = (name: string) => join(root, "store", String(ref.scores.id), name);

/** The document, written anew under the digest that is handed on: whoever makes scores may say anything in it. */
function said(change: object): ScoresRef {
  const text = prettyJson({ ...scores, ...change });
  writeFileSync(there("scores.json"), text);
  return { ...ref, scores: { ...ref.scores, digest: sha256(text) as Sha256 } };
}

test("what was handed on is found by this workflow run, brought, and leaves nothing behind", async () => {
  expect(await findScores(undefined, "toy", { handOver, runId: RUN })).toEqual(ref);
  expect(await findScores(JSON.stringify(ref), "toy", { handOver, runId: RUN })).toEqual(ref);
  const received = await receive();
  expect(received.document).toEqual(scores);
  await received.remove();
  expect(readdirSync(join(root, "temp"))).toEqual([]);
});

test("of another model, or where none are, nothing is found", async () => {
  expect(await findScores(undefined, "other", { handOver, runId: RUN })).toBeNull();
  expect(await findScores(undefined, "toy", { handOver, runId: RUN + 1 })).toBeNull();
});

test.each([
  ["text that is no hand-over", "toy@3", "INPUT_INVALID"],
  ["another model's", null, "INPUT_INVALID"],
])("%s is refused as input", async (_, text, code) => {
  const given = text ?? JSON.stringify({ ...ref, model: "other" });
  expect(await codeOf(findScores(given, "toy", { handOver, runId: RUN }))).toBe(code);
});

test("scores of another workflow run are refused, whoever names them", async () => {
  expect(await codeOf(findScores(JSON.stringify(ref), "toy", { handOver, runId: RUN + 1 }))).toBe("BUNDLE_FOREIGN");
});

test.each<[string, () => ScoresRef, string]>([
  [
    "a document under a digest that is not its own",
    () => {
      said({ version: 9 });
      return ref;
    },
    "DIGEST_MISMATCH",
  ],
  [
    "a table that is not the one it names",
    () => {
      writeFileSync(there("predictions.csv"), "id\n");
      return ref;
    },
    "DIGEST_MISMATCH",
  ],
  [
    "a table with another name",
    () => said({ predictions: { ...scores.predictions, path: "other.csv" } }),
    "BUNDLE_INVALID",
  ],
  [
    "a name out of the folder",
    () => said({ predictions: { ...scores.predictions, path: "../x" } }),
    "DOCUMENT_INVALID",
  ],
  [
    "the document as its own table",
    () => said({ predictions: { ...scores.predictions, path: "scores.json" } }),
    "BUNDLE_INVALID",
  ],
  [
    "a file beside them",
    () => {
      writeFileSync(there("more.csv"), "");
      return ref;
    },
    "BUNDLE_INVALID",
  ],
  [
    "a folder beside them",
    () => {
      mkdirSync(there("more"));
      return ref;
    },
    "BUNDLE_INVALID",
  ],
  [
    "a link for a table",
    () => {
      rmSync(there("predictions.csv"));
      symlinkSync("/etc/passwd", there("predictions.csv"));
      return ref;
    },
    "BUNDLE_INVALID",
  ],
  ["no rows", () => said({ rows: 0 }), "DOCUMENT_INVALID"],
  ["a place out of the store", () => ({ ...ref, scores: { ...ref.scores, id: "../made" } }), "BUNDLE_GONE"],
])("%s is refused, and nothing is left of it", async (_, forged, code) => {
  expect(await codeOf(receive(forged()))).toBe(code);
  expect(readdirSync(join(root, "temp"))).toEqual([]);
});
