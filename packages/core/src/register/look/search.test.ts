import { createHash } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { prettyJson } from "../../document.ts";
import { rootDigest } from "../../registry/fold/root-digest.ts";
import { registrationOf } from "../../registry/log/event.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import type { Registry } from "../../registry/read/registry.ts";
import { openRegistry } from "../../registry/write/open-registry.ts";
import { aRun, aVersion, memoryBackend } from "../../testing/index.ts";
import { changeAlias } from "../change/alias.ts";
import { withdraw } from "../change/withdraw.ts";
import { parseQuery } from "./query.ts";
import { matches, search } from "./search.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const model = "flight-delays";

let backend: ReturnType<typeof memoryBackend>;
let registry: Registry;
beforeEach(async () => {
  backend = memoryBackend(sha256);
  registry = openRegistry(backend);
  await add({ params: { window: "28d", lr: 0.1, optimizer: { name: "adam" } } }, 0.7);
  backend.clock.pass(86_400);
  await add({ params: { window: "all", lr: 0.2 }, verdict: "inconclusive", commit: "abcdef".padEnd(40, "0") }, 0.8);
  backend.clock.pass(86_400);
  await add({ params: { lr: 0.3 } }, 0.9);
  await changeAlias({ model, alias: "staging", version: 2, reason: null, environments: [] }, { registry });
});

/** Registers the next version, of bytes of its own. */
async function add(change: Partial<ModelVersion>, auc: number): Promise<void> {
  const files = [{ path: "model.onnx", size: 11, digest: sha256(`${auc}`) }];
  await registry.transact(model, (state) => {
    const manifest = aVersion({
      version: state.versions.length + 1,
      files,
      rootDigest: rootDigest(files, sha256),
      metrics: [{ name: "roc_auc", estimate: { value: auc, interval: null } }],
      registeredAt: "2001-09-09T01:46:40Z",
      ...change,
    });
    return { events: [registrationOf(manifest)], result: null };
  });
}

const versions = async (typed: string) =>
  (await search(parseQuery(typed), [model], backend)).found.map(({ version }) => version);

test.each([
  ["roc_auc > 0.75", [3, 2]],
  ["roc_auc >= 0.8 and stage = staging", [2]],
  ["roc_auc > 0.75 and not alias = staging", [3]],
  ["alias != staging", [3, 1]],
  ["params.window = 28d or params.window = all", [2, 1]],
  ["params.window != 28d", [3, 2]],
  ["params.lr > 0.1", [3, 2]],
  ["params.lr > '0.1'", []],
  ["params.optimizer.name = adam", [1]],
  ["version < v3", [2, 1]],
  ["verdict = inconclusive", [2]],
  ["commit = abcdef", [2]],
  ["run = run-1 and by = ana and model = flight-delays", [3, 2, 1]],
  ["registered = 2001-09-10", [2]],
  ["registered > 2001-09-09", [3, 2]],
  ["registered <= 2001-09-10", [2, 1]],
  ["registered < 2001-09-09T01:46:41Z", [1]],
  ["size < 12", [3, 2, 1]],
])("%s", async (typed, expected) => {
  expect(await versions(typed)).toEqual(expected);
});

test("withdrawn versions are found and marked, and can be left out", async () => {
  await withdraw({ model, version: 3, reason: "leaked labels", environments: [] }, { registry });
  const { found } = await search(parseQuery("roc_auc > 0.85"), [model], backend);
  expect(found[0]).toMatchObject({ version: 3, withdrawn: "leaked labels" });
  expect(await versions("roc_auc > 0.75 and withdrawn = false")).toEqual([2]);
});

test("parameters a long manifest left to its record are read there; without the record the version is said to be unknown", async () => {
  const { digest } = await backend.store.put({
    text: prettyJson(aRun({ inputs: { ...aRun().inputs, params: { lr: 0.5 } } })),
  });
  await add({ params: null, record: digest }, 0.95);
  expect(await versions("params.lr = 0.5")).toEqual([4]);
  backend.store.blobs.delete(digest);
  expect(await search(parseQuery("params.lr = 0.5"), [model], backend)).toMatchObject({
    found: [],
    unknown: ["flight-delays v4"],
  });
  // Where the rest of the expression decides, nobody needs to know.
  expect((await search(parseQuery("params.lr = 0.5 or roc_auc > 0.9"), [model], backend)).unknown).toEqual([]);
});

test("a name that no version has is named, so that a misspelling does not look like an answer", async () => {
  const done = await search(parseQuery("roc_acu > 0.5 or params.lr > 9"), [model], backend);
  expect(done).toEqual({
    found: [],
    unknown: [],
    unheard: ["metrics.roc_acu"],
    meant: new Map([["metrics.roc_acu", "metrics.roc_auc"]]),
  });
});

test("unknown is neither true nor false: it stays unknown through not, and gives way to what decides", () => {
  const answers = (typed: string) => matches(parseQuery(typed), (field) => (field.name === "u" ? "unknown" : [1]));
  expect(answers("u = 1")).toBeNull();
  expect(answers("not u = 1")).toBeNull();
  expect(answers("u = 1 and a = 1")).toBeNull();
  expect(answers("u = 1 and a = 2")).toBe(false);
  expect(answers("u = 1 or a = 1")).toBe(true);
});
