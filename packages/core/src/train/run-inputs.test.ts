import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ModelConfig } from "../config/config.ts";
import type { DatasetRef } from "../data/dataset.ts";
import { inputsDigest, runInputs, treeDigest } from "./run-inputs.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const digest = sha256("x");
const config = ModelConfig.parse({
  train: { run: "python train.py", outputs: ["model.onnx"] },
  evaluate: { data: "e.csv", predict: "python predict.py" },
});
const dataset = (path: string, role: DatasetRef["role"]): DatasetRef => ({
  path,
  digest,
  size: 1,
  rows: null,
  claimed: null,
  role,
});
const found = {
  code: digest,
  params: { a: 1 },
  seed: 7,
  datasets: [dataset("t.csv", "training"), dataset("e.csv", "evaluation")],
  lockFiles: [],
};
const of = (change: object = {}, using = config) =>
  inputsDigest(runInputs("m", using, { ...found, ...change }), sha256);

test("the same inputs have the same digest, in whatever order the data is named", () => {
  const datasets = [dataset("b.csv", "training"), dataset("a.csv", "training")];
  expect(of({ datasets })).toBe(of({ datasets: [...datasets].reverse() }));
});

const changes: readonly (readonly [string, object])[] = [
  ["code", { code: sha256("other") }],
  ["a parameter", { params: { a: 2 } }],
  ["the seed", { seed: 8 }],
  ["training data", { datasets: [{ ...dataset("t.csv", "training"), digest: sha256("other") }] }],
  ["a lock file", { lockFiles: [{ path: "uv.lock", size: 1, digest }] }],
];
test.each(changes)("%s changes it", (_what, change) => {
  expect(of(change)).not.toBe(of());
});

test("evaluation rows count only where there is no predict: else they do not change the model", () => {
  const otherRows = {
    datasets: [dataset("t.csv", "training"), { ...dataset("e.csv", "evaluation"), digest: sha256("other") }],
  };
  expect(of(otherRows)).toBe(of());
  const alone = ModelConfig.parse({ ...config, evaluate: { data: "e.csv" } });
  expect(of(otherRows, alone)).not.toBe(of({}, alone));
});

test("a tree's digest depends on names and content, not on order or size fields", () => {
  const files = fc.uniqueArray(
    fc.record({ path: fc.stringMatching(/^[a-z]{1,8}$/), size: fc.nat(), digest: fc.constant(digest) }),
    { selector: (file) => file.path },
  );
  fc.assert(
    fc.property(
      files,
      (tree) =>
        treeDigest(tree, sha256) ===
        treeDigest(
          [...tree].reverse().map((file) => ({ ...file, size: 0 })),
          sha256,
        ),
    ),
  );
});
