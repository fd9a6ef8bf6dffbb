import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { canonicalJson, prettyJson } from "../../document.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { rootDigest } from "../../registry/fold/root-digest.ts";
import { MANIFEST_LIMIT } from "../../registry/log/model-version.ts";
import { openRegistry } from "../../registry/write/open-registry.ts";
import { aReading, aReport, aRun, memoryBackend } from "../../testing/index.ts";
import type { RunRecord } from "../../train/run-record.ts";
import { verifyRegistry } from "../bytes/verify-registry.ts";
import { changeAlias } from "../change/alias.ts";
import { setPolicy } from "../change/set-policy.ts";
import { withdraw } from "../change/withdraw.ts";
import { history } from "./history.ts";
import { type RegisterPorts, register, registerBest } from "./register.ts";
import { showVersion } from "./show-version.ts";
import { versionRows } from "./version-rows.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const refusal = (code: string) => expect.objectContaining({ name: "TrainyardError", code });
const model = "flight-delays";

let backend: ReturnType<typeof memoryBackend>;
let ports: RegisterPorts;
beforeEach(() => {
  backend = memoryBackend(sha256);
  ports = { ...backend, registry: openRegistry(backend) };
});

/** A run bundle as train and evaluate leave it. */
async function bundle(
  id: string,
  weights: string,
  change: { run?: Partial<RunRecord>; report?: Partial<EvaluationReport> | null } = {},
): Promise<void> {
  const folder = await backend.runs.create(model, id);
  const file = await folder.write("outputs/model.onnx", weights);
  const scores = await folder.write(
    "predictions/candidate.csv",
    `id,y_true,y_score\na,1,0.${weights.length}\nb,0,0.25\n`,
  );
  const modelFiles = [{ ...file, path: "model.onnx" }];
  const root = rootDigest(modelFiles, sha256);
  const candidate = { file: scores, rows: 1, of: "candidate", version: null, rootDigest: root };
  const record = aRun({
    id,
    modelFiles,
    rootDigest: root,
    predictions: { candidate, baseline: null, baselineProblem: null },
    ...change.run,
  });
  await folder.write("record.json", prettyJson(record));
  if (change.report === null) return;
  const side = {
    ...aReport().candidate,
    run: id,
    rootDigest: root,
    predictions: { path: scores.path, digest: scores.digest, rows: 1 },
  };
  await folder.write("evaluation.json", prettyJson(aReport({ candidate: side, ...change.report })));
}
const settings = (run: string, change = {}) => ({
  model,
  run,
  baselines: ["production"],
  reading: aReading,
  override: false,
  reason: null,
  ...change,
});
const types = async () => (await ports.registry.events(model)).map(({ type }) => type);
const failed = {
  verdict: "fail",
  checks: aReport().checks.map((check) => ({ ...check, status: "fail" as const })),
} satisfies Partial<EvaluationReport>;

describe("register", () => {
  test("the bytes are settled under the version's digest and its likely name before the commit that names them", async () => {
    await bundle("run-1", "weights");
    const { store, branch } = backend;
    const heads: unknown[] = [];
    const settle = store.settle.bind(store);
    store.settle = async (home) => {
      heads.push(await branch.head());
      await settle(home);
    };
    const { registered } = await register(settings("run-1"), ports);
    expect(heads).toEqual([null]);
    const card = await store.text(registered?.card as string, "card");
    expect(store.settled).toEqual([{ model, digest: registered?.rootDigest, title: `${model} v1`, card }]);
    await bundle("run-2", "other weights", { report: failed });
    const { evaluation: report } = await register(settings("run-2"), ports);
    expect(store.settled[1]).toMatchObject({ digest: report, blobs: [report] });
  });

  test("a run that passed becomes version 1: evaluation first, every byte in the store, and the branch verifies", async () => {
    await bundle("run-1", "weights");
    const { registered, unchanged, verdict } = await register(settings("run-1"), ports);
    expect({ version: registered?.version, unchanged, verdict }).toEqual({
      version: 1,
      unchanged: false,
      verdict: "pass",
    });
    expect(await types()).toEqual(["evaluation.recorded", "version.registered"]);
    expect(await verifyRegistry(backend)).toMatchObject({ versions: 1, findings: [] });
    expect((await verifyRegistry(backend)).blobs).toBe(5); // model, record, report, predictions, card
    expect(backend.store.published.map(({ version }) => version)).toEqual([1]);
  });

  test("the newest run is taken when none is named", async () => {
    await bundle("run-1", "weights");
    await bundle("run-2", "other weights");
    expect((await register({ ...settings("-"), run: null }, ports)).run).toBe("run-2");
  });

  test("a policy against overriding refuses it, and the evaluation is recorded all the same", async () => {
    await bundle("run-1", "weights", { report: failed });
    await setPolicy({ policy: { overrides: false }, reason: "agreed" }, ports);
    const attempt = register(settings("run-1", { override: true, reason: "it must go out" }), ports);
    await expect(attempt).rejects.toEqual(refusal("POLICY_FORBIDS"));
    expect(await types()).toEqual(["evaluation.recorded"]);
    expect((await verifyRegistry(backend)).findings).toEqual([]);
  });

  test("registering again is free: the same version, no event, no commit", async () => {
    await bundle("run-1", "weights");
    await register(settings("run-1"), ports);
    const head = await backend.branch.head();
    const again = await register(settings("run-1"), ports);
    expect({ version: again.registered?.version, unchanged: again.unchanged }).toEqual({ version: 1, unchanged: true });
    expect(await backend.branch.head()).toBe(head);
  });

  test("the same bytes of another run are the version that exists, and its evaluation is recorded", async () => {
    await bundle("run-1", "weights");
    await bundle("run-2", "weights");
    await register(settings("run-1"), ports);
    const again = await register(settings("run-2"), ports);
    expect(again).toMatchObject({ unchanged: true, registered: { version: 1 } });
    expect(await types()).toEqual(["evaluation.recorded", "version.registered", "evaluation.recorded"]);
  });

  test.each(["fail", "inconclusive"] as const)(
    "a verdict of %s is recorded once and registers nothing",
    async (status) => {
      const checks = aReport().checks.map((check) => ({ ...check, status }));
      await bundle("run-1", "weights", { report: { verdict: status, checks } });
      for (const _ of [1, 2])
        expect(await register(settings("run-1"), ports)).toMatchObject({ registered: null, verdict: status });
      expect(await types()).toEqual(["evaluation.recorded"]);
      expect(backend.store.published).toEqual([]);
    },
  );

  test("a first model without an absolute standard is inconclusive, and says why", async () => {
    const checks = aReport().checks.map((check) => ({ ...check, status: "skipped" as const }));
    await bundle("run-1", "weights", { report: { checks } });
    const { registered, verdict, reason } = await register(settings("run-1"), ports);
    expect({ registered, verdict }).toEqual({ registered: null, verdict: "inconclusive" });
    expect(reason).toContain("absolute standard");
  });

  test("an override registers against the verdict and keeps who and why", async () => {
    await bundle("run-1", "weights", { report: failed });
    await expect(register(settings("run-1", { override: true, reason: " " }), ports)).rejects.toEqual(
      refusal("OVERRIDE_REASON"),
    );
    const { registered } = await register(
      settings("run-1", { override: true, reason: "the labels of May are wrong" }),
      ports,
    );
    expect(registered).toMatchObject({
      version: 1,
      verdict: "fail",
      override: { reason: "the labels of May are wrong", by: "ana" },
    });
    expect(history(await ports.registry.events(model), model).at(-1)).toMatchObject({
      what: "v1 registered from run run-1, against the verdict",
      why: "the labels of May are wrong",
    });
  });

  test("an override of a run that passed is not one", async () => {
    await bundle("run-1", "weights");
    expect(
      (await register(settings("run-1", { override: true, reason: "to be sure" }), ports)).registered?.override,
    ).toBeNull();
  });

  test("a run with uncommitted code is refused, naming the files, and nothing is written", async () => {
    await bundle("run-1", "weights", { run: { code: { ...aRun().code, uncommitted: ["train.py"] } } });
    await expect(register(settings("run-1"), ports)).rejects.toMatchObject({
      code: "RUN_UNCOMMITTED",
      details: { files: ["train.py"] },
    });
    expect(await backend.branch.head()).toBeNull();
  });

  test("a run that did not succeed, one without an evaluation, and one that was never made are refused", async () => {
    await bundle("run-1", "weights", { run: { status: "interrupted" } });
    await bundle("run-2", "weights", { report: null });
    await expect(register(settings("run-1"), ports)).rejects.toEqual(refusal("RUN_UNFINISHED"));
    await expect(register(settings("run-2"), ports)).rejects.toEqual(refusal("EVALUATION_MISSING"));
    await expect(register(settings("run-3"), ports)).rejects.toEqual(refusal("RUN_UNKNOWN"));
  });

  test("an evaluation of other bytes or other predictions is refused", async () => {
    await bundle("run-1", "weights", { report: { candidate: aReport().candidate } });
    await expect(register(settings("run-1"), ports)).rejects.toEqual(refusal("EVALUATION_OTHER"));
    await bundle("run-2", "weights");
    await bundle("run-3", "longer weights");
    const other = (await (await backend.runs.open("run-2")).read("evaluation.json")) as string;
    await (await backend.runs.open("run-3")).write("evaluation.json", other);
    await expect(register(settings("run-3"), ports)).rejects.toEqual(refusal("EVALUATION_OTHER"));
  });

  test("a report that says pass over failed checks is refused", async () => {
    await bundle("run-1", "weights", { report: { ...failed, verdict: "pass" } });
    await expect(register(settings("run-1"), ports)).rejects.toEqual(refusal("DOCUMENT_INVALID"));
  });

  test("model bytes that changed after the training are refused; that it was judged is recorded, a version is not", async () => {
    await bundle("run-1", "weights");
    backend.runs.disk.set("/runs/run-1/outputs/model.onnx", "weightz");
    await expect(register(settings("run-1"), ports)).rejects.toEqual(refusal("DIGEST_MISMATCH"));
    expect(await types()).toEqual(["evaluation.recorded"]);
  });

  test("data that is to be kept is in the store before the version: brought by the bundle, or put there by the training; else there is none", async () => {
    const rows = "id,y\n1,0\n";
    const digest = sha256(rows);
    const datasets: RunRecord["datasets"] = [
      { path: "data/train.csv", digest, size: rows.length, rows: 1, claimed: null, role: "training", kept: true },
    ];
    await bundle("run-1", "weights", { run: { datasets } });
    await expect(register(settings("run-1"), ports)).rejects.toEqual(refusal("FILE_NOT_FOUND"));
    expect(await types()).toEqual(["evaluation.recorded"]);
    await (await backend.runs.open("run-1")).write(`data/${digest.slice("sha256:".length)}`, rows);
    expect((await register(settings("run-1"), ports)).registered).toMatchObject({ version: 1 });
    expect(await ports.store.text(digest as `sha256:${string}`, "the rows")).toBe(rows);
    await bundle("run-2", "longer weights", { run: { datasets } });
    expect((await register(settings("run-2"), ports)).registered).toMatchObject({ version: 2 });
    expect((await verifyRegistry(backend, { blobs: true })).findings).toEqual([]);
    await backend.store.remove([digest as `sha256:${string}`], Number.POSITIVE_INFINITY);
    expect((await verifyRegistry(backend, { blobs: true })).findings).toMatchObject([
      { problem: expect.stringContaining("data/train.csv") },
    ]);
  });

  test("a record whose list of files was changed is refused", async () => {
    await bundle("run-1", "weights", { run: { modelFiles: aRun().modelFiles } });
    await expect(register(settings("run-1"), ports)).rejects.toEqual(refusal("DIGEST_MISMATCH"));
  });

  test("a manifest stays within 4 KB: the longest part goes first, and the record keeps it", async () => {
    const params = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`p${index}`, index]));
    await bundle("run-1", "weights", { run: { inputs: { ...aRun().inputs, params } } });
    const { registered } = await register(settings("run-1"), ports);
    expect(registered).toMatchObject({ params: null, metrics: [{ name: "roc_auc" }], files: [{ path: "model.onnx" }] });
    expect(Buffer.byteLength(canonicalJson(registered))).toBeLessThanOrEqual(MANIFEST_LIMIT);
    expect(await ports.store.text(registered?.record as string, "the record")).toContain('"p499": 499');
  });

  test("bytes that are a version already keep the evaluation that found it so", async () => {
    await bundle("run-1", "weights");
    await register(settings("run-1"), ports);
    await bundle("run-2", "weights", { report: { at: "2026-02-01T00:00:00Z" } });
    expect(await register(settings("run-2"), ports)).toMatchObject({ unchanged: true, registered: { version: 1 } });
    expect((await verifyRegistry(backend)).findings).toEqual([]);
  });

  test("a reason of a megabyte is refused and no version is written", async () => {
    await bundle("run-1", "weights", { report: failed });
    await expect(register(settings("run-1", { override: true, reason: "x".repeat(1_000_000) }), ports)).rejects.toEqual(
      refusal("TEXT_TOO_LONG"),
    );
    expect((await ports.registry.state(model)).versions).toEqual([]);
  });

  test("bytes registered once more after they were withdrawn are a new version", async () => {
    await bundle("run-1", "weights");
    await register(settings("run-1"), ports);
    await withdraw({ model, version: 1, reason: "wrong labels", environments: [] }, ports);
    expect((await register(settings("run-1"), ports)).registered?.version).toBe(2);
    expect((await verifyRegistry(backend)).findings).toEqual([]);
  });

  describe("the baseline of this moment", () => {
    const against = (version: number | null, change: Partial<EvaluationReport> = {}) => ({
      baseline: version === null ? null : { ...aReport().candidate, label: `production v${version}`, version },
      noBaseline: version === null ? ("not-asked" as const) : null,
      ...change,
    });
    const live = (version: number | null) =>
      ports.registry.transact(model, (state) => {
        const held = state.aliases.get("production");
        const generation = (held?.generation ?? 0) + 1;
        const from = held?.version ?? null;
        const base = { model, alias: "production", generation, reason: null };
        return {
          events: [
            version === null
              ? { type: "alias.removed", ...base, from: from as number }
              : { type: "alias.set", ...base, from, to: version },
          ],
          result: null,
        };
      });
    beforeEach(async () => {
      await bundle("run-1", "w1");
      await bundle("run-2", "w2 ", { report: { noBaseline: "never-held" } });
      for (const run of ["run-1", "run-2"]) await register(settings(run), ports);
      await live(2);
    });

    test.each([
      ["none", null],
      ["production v1", 1],
    ] as const)("a verdict against %s is inconclusive where production is another", async (judged, version) => {
      await bundle("run-3", "w3  ", { report: against(version) });
      expect(await register(settings("run-3"), ports)).toMatchObject({
        registered: null,
        verdict: "inconclusive",
        reason: `judged against ${judged}; production is v2: evaluate again, or --override with a reason`,
      });
      expect((await ports.registry.events(model)).at(-1)).toMatchObject({
        type: "evaluation.recorded",
        verdict: "inconclusive",
      });
      const { best, all } = await registerBest(
        { model, runs: ["run-3"], baselines: ["production"], reading: aReading },
        ports,
      );
      expect({ best, verdicts: all.map((run) => run.verdict) }).toEqual({ best: null, verdicts: ["inconclusive"] });
      const forced = await register(settings("run-3", { override: true, reason: "production is broken" }), ports);
      expect(forced.registered).toMatchObject({ version: 3, override: { reason: "production is broken" } });
    });

    test("a verdict against the version that is production counts", async () => {
      await bundle("run-3", "w3  ", { report: against(2) });
      expect(await register(settings("run-3"), ports)).toMatchObject({ registered: { version: 3 }, reason: null });
    });

    test("a failed verdict stays failed, whatever it was judged against", async () => {
      await bundle("run-3", "w3  ", { report: against(1, failed) });
      expect(await register(settings("run-3"), ports)).toMatchObject({ verdict: "fail", reason: null });
    });

    test("a version that is configured counts, not an alias", async () => {
      await bundle("run-3", "w3  ", { report: against(2) });
      expect(await register(settings("run-3", { baselines: ["v1"] }), ports)).toMatchObject({
        reason: expect.stringContaining("judged against production v2; evaluate.baseline is v1"),
      });
      expect((await register(settings("run-3", { baselines: ["2"] }), ports)).registered?.version).toBe(3);
    });

    test("of several baselines that are configured a verdict must be against every one that stands", async () => {
      const second = { baseline: { ...aReport().candidate, label: "v1", version: 1 }, metrics: [] };
      const pairing = { mode: "paired", rows: 9, overlap: 1, labelsChanged: 0 } as const;
      await bundle("run-3", "w3  ", { report: against(2) });
      await bundle("run-4", "w4   ", { report: against(2, { others: [{ ...second, pairing }] }) });
      const both = { baselines: ["production", "v1", "champion"] };
      expect(await register(settings("run-3", both), ports)).toMatchObject({
        verdict: "inconclusive",
        reason: "not judged against evaluate.baseline v1: evaluate again, or --override with a reason",
      });
      expect((await register(settings("run-4", both), ports)).registered?.version).toBe(3);
    });

    test("where it is the merge base, a verdict against none does not count", async () => {
      await bundle("run-3", "w3  ", { report: against(null) });
      expect(await register(settings("run-3", { baselines: ["merge-base"] }), ports)).toMatchObject({
        reason: expect.stringContaining("judged against none; evaluate.baseline is merge-base"),
      });
    });

    test("an even recall is no standard: a first model that passed nothing else is not registered", async () => {
      await live(null);
      const even = { id: "roc_auc-unequal", subject: "roc_auc", rule: "roc_auc alike", status: "pass" as const };
      const check = { ...even, actual: 0.01, interval: null, limit: 0.05, unit: "difference", reason: null };
      await bundle("run-3", "w3  ", { report: against(null, { checks: [{ ...check, severity: "fail" }] }) });
      expect(await register(settings("run-3"), ports)).toMatchObject({
        registered: null,
        verdict: "inconclusive",
        reason: expect.stringContaining("no gate sets an absolute standard"),
      });
    });

    test("where nobody holds the baseline any more, or nobody of that name ever did, none will do", async () => {
      await live(null);
      await bundle("run-3", "w3  ", { report: against(null) });
      await bundle("run-4", "w4   ", { report: against(null) });
      await bundle("run-5", "w5    ", { report: against(null) });
      expect((await register(settings("run-3"), ports)).registered?.version).toBe(3);
      expect((await register(settings("run-4", { baselines: ["champion"] }), ports)).registered?.version).toBe(4);
      expect((await register(settings("run-5", { baselines: ["v9"] }), ports)).registered?.version).toBe(5);
    });

    test("bytes that are a version already stay that version, whoever is production by now", async () => {
      expect(await register(settings("run-1"), ports)).toMatchObject({ unchanged: true, registered: { version: 1 } });
    });
  });

  test("rules that were not committed are refused, naming the file, and an override of them is recorded", async () => {
    await bundle("run-1", "weights", { report: { rulesUncommitted: ["trainyard.yaml"] } });
    const expected = { code: "RUN_UNCOMMITTED", details: { run: "run-1", files: ["trainyard.yaml"] } };
    await expect(register(settings("run-1"), ports)).rejects.toMatchObject(expected);
    await expect(
      registerBest({ model, runs: ["run-1"], baselines: ["production"], reading: aReading }, ports),
    ).rejects.toMatchObject(expected);
    expect(await backend.branch.head()).toBeNull();
    const { registered } = await register(settings("run-1", { override: true, reason: "a trial" }), ports);
    expect(registered).toMatchObject({ version: 1, verdict: "pass", override: { reason: "a trial" } });
  });

  test("of several runs the one that passed with the largest gain goes on; all are recorded", async () => {
    const withGain = (value: number) => ({
      baseline: { ...aReport().candidate, label: "production v1", version: 1 },
      metrics: aReport().metrics.map((metric) => ({
        ...metric,
        gain: { value, interval: [value - 0.001, value + 0.001] as [number, number] },
      })),
    });
    await bundle("run-1", "w1", { report: withGain(0.01) });
    await bundle("run-2", "w2", { report: { ...withGain(0.09), ...failed } });
    await bundle("run-3", "w3", { report: withGain(0.03) });
    const { best, all } = await registerBest(
      { model, runs: ["run-1", "run-2", "run-3"], baselines: ["production"], reading: aReading },
      ports,
    );
    expect(best).toMatchObject({ run: "run-3", registered: { version: 1 } });
    expect(all.map(({ run, verdict, gain }) => `${run} ${verdict} ${gain}`)).toEqual([
      "run-1 pass 0.01",
      "run-2 fail 0.09",
      "run-3 pass 0.03",
    ]);
    expect((await types()).sort()).toEqual([
      "evaluation.recorded",
      "evaluation.recorded",
      "evaluation.recorded",
      "version.registered",
    ]);
  });

  test("of several runs of which none passed, none is registered", async () => {
    await bundle("run-1", "w1", { report: failed });
    await bundle("run-2", "w2", { report: failed });
    expect(
      (await registerBest({ model, runs: ["run-1", "run-2"], baselines: ["production"], reading: aReading }, ports))
        .best,
    ).toBeNull();
    expect((await types()).length).toBe(2);
  });
});

describe("aliases and withdrawals", () => {
  const alias = (change = {}) => ({
    model,
    alias: "champion",
    version: 1,
    reason: null,
    environments: ["production"],
    ...change,
  });
  beforeEach(async () => {
    await bundle("run-1", "w1");
    await bundle("run-2", "w2 ");
    await register(settings("run-1"), ports);
    await register(settings("run-2"), ports);
  });

  test("an alias is set, moved and removed; its generation rises each time", async () => {
    expect(await changeAlias(alias(), ports)).toMatchObject({ from: null, to: 1, generation: 1, changed: true });
    expect(await changeAlias(alias({ version: 2 }), ports)).toMatchObject({ from: 1, to: 2, generation: 2 });
    expect(await changeAlias(alias({ version: 2 }), ports)).toMatchObject({ changed: false, generation: 2 });
    expect(await changeAlias(alias({ version: null }), ports)).toMatchObject({ from: 2, to: null, generation: 3 });
    expect(await changeAlias(alias(), ports)).toMatchObject({ from: null, to: 1, generation: 4 });
    const state = await ports.registry.state(model);
    expect(versionRows(state).map(({ version, aliases }) => `${version} ${aliases}`)).toEqual(["2 ", "1 champion"]);
    expect((await verifyRegistry(backend)).findings).toEqual([]);
  });

  test("an alias that is elsewhere than expected is not moved", async () => {
    await changeAlias(alias({ expected: null }), ports);
    await expect(changeAlias(alias({ version: 2, expected: null }), ports)).rejects.toEqual(refusal("ALIAS_MOVED"));
    await expect(changeAlias(alias({ version: 2, expected: 2 }), ports)).rejects.toEqual(refusal("ALIAS_MOVED"));
    expect(await changeAlias(alias({ version: 2, expected: 1 }), ports)).toMatchObject({ to: 2 });
  });

  test("environments, bad names, unknown and withdrawn versions, and aliases nobody holds are refused", async () => {
    await expect(changeAlias(alias({ alias: "production" }), ports)).rejects.toEqual(refusal("ALIAS_IS_ENVIRONMENT"));
    for (const name of ["../x", "v1", "12", "latest", "Ünïcode", "a/b", "a..b", ""])
      await expect(changeAlias(alias({ alias: name }), ports)).rejects.toEqual(refusal("NAME_INVALID"));
    await expect(changeAlias(alias({ version: 3 }), ports)).rejects.toEqual(refusal("VERSION_UNKNOWN"));
    await expect(changeAlias(alias({ version: null }), ports)).rejects.toEqual(refusal("ALIAS_UNKNOWN"));
    await expect(changeAlias(alias({ version: null, expected: 1 }), ports)).rejects.toEqual(refusal("ALIAS_UNKNOWN"));
    await withdraw({ model, version: 2, reason: "wrong labels", environments: [] }, ports);
    await expect(changeAlias(alias({ version: 2 }), ports)).rejects.toEqual(refusal("VERSION_WITHDRAWN"));
  });

  test("a withdrawal takes the aliases along, but not an environment's", async () => {
    await changeAlias(alias(), ports);
    await expect(withdraw({ model, version: 1, reason: "x", environments: ["champion"] }, ports)).rejects.toEqual(
      refusal("VERSION_IN_USE"),
    );
    expect(await withdraw({ model, version: 1, reason: "wrong labels", environments: ["production"] }, ports)).toEqual({
      aliases: ["champion"],
    });
    await expect(withdraw({ model, version: 1, reason: "again", environments: [] }, ports)).rejects.toEqual(
      refusal("VERSION_WITHDRAWN"),
    );
    const view = await showVersion(model, 1, ports);
    expect(view.withdrawn).toBe("wrong labels");
    expect(view.history.map(({ what }) => what)).toEqual([
      expect.stringContaining("judged pass"),
      "v1 registered from run run-1",
      "champion: v1",
      "champion: v1 → nobody",
      "v1 withdrawn",
    ]);
    expect((await verifyRegistry(backend)).findings).toEqual([]);
  });
});
