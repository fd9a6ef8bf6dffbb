import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderStore, localRuns, localWorkspace, openTables, sha256 } from "@trainyard/backends";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gitSource } from "../../../backends/src/git/git-source.ts";
import { type Gate, ModelConfig } from "../config/config.ts";
import { canonicalJson, prettyJson } from "../document.ts";
import { keepPredictions } from "../register/version/keep-predictions.ts";
import { rootDigest } from "../registry/fold/root-digest.ts";
import { registrationOf } from "../registry/log/event.ts";
import type { ModelVersion } from "../registry/log/model-version.ts";
import type { Registry } from "../registry/read/registry.ts";
import { openRegistry } from "../registry/write/open-registry.ts";
import { verdictSentence } from "../report/verdict/verdict-sentence.ts";
import { generator } from "../statistics/generator.ts";
import {
  aDigest,
  aRoot,
  aRun,
  aVersion,
  MemoryBranch,
  MemoryClock,
  MemoryProgress,
  MemoryRandom,
} from "../testing/index.ts";
import type { RunRecord } from "../train/run-record.ts";
import { readingOf } from "./baseline/scored-files.ts";
import { type EvaluatePorts, evaluate } from "./evaluate.ts";
import { evaluateFiles } from "./evaluate-files.ts";
import { EVALUATION_FILE, EvaluationReport } from "./evaluation-report.ts";

const MODEL = "flight-delays";
const ANA = { name: "ana", kind: "person" } as const;
let folder: string;
let ports: EvaluatePorts;
let registry: Registry;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evaluate-"));
  const state = join(folder, ".trainyard");
  const clock = new MemoryClock();
  registry = openRegistry({ branch: new MemoryBranch(sha256), sha256, clock, random: new MemoryRandom(), actor: ANA });
  ports = {
    runs: localRuns(state),
    store: folderStore(state),
    tables: openTables(),
    workspace: localWorkspace(folder, state),
    source: gitSource(folder),
    sha256,
    clock,
    progress: new MemoryProgress(),
    registry,
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

const config = (change: object = {}) =>
  ModelConfig.parse({
    train: { run: "python train.py", outputs: ["model.onnx"] },
    evaluate: {
      groups: "day",
      gates: [
        { metric: "log_loss", "improve-by": 0 },
        { metric: "roc_auc", min: 0.6 },
      ],
      ...change,
    },
  });
interface Asked {
  readonly run?: string;
  readonly baseline?: string | readonly string[];
  readonly evaluate?: object;
  readonly rulesUncommitted?: string[];
  readonly doubts?: string[];
}
const judge = ({ run, baseline, doubts, ...change }: Asked = {}) =>
  evaluate(
    {
      model: MODEL,
      config: config(change.evaluate),
      run: run ?? null,
      baselines: baseline === undefined ? null : [baseline].flat(),
      rulesUncommitted: change.rulesUncommitted ?? [],
      ...(doubts && { doubts }),
    },
    ports,
  );

/** 30 days of 20 rows; `blur` is how badly the scores see the truth. */
function csv(blur: number, { from = 1, labels = true, drop = 0, seed = 5 } = {}): string {
  const source = generator(seed);
  const lines = [labels ? "id,day,y_true,y_score" : "id,day,y_score"];
  for (let row = 0; row < 600; row++) {
    const hidden = source.fraction();
    const truth = source.fraction() < hidden ? 1 : 0;
    const score = (hidden + blur * source.fraction()) / (1 + blur);
    if (row < drop) continue;
    lines.push([from + row, Math.floor(row / 20), ...(labels ? [truth] : []), score.toFixed(6)].join(","));
  }
  return `${lines.join("\n")}\n`;
}

/** A succeeded run's bundle with these predictions. */
async function bundle(
  id: string,
  candidate: string | null,
  change: Partial<RunRecord> = {},
  baseline: { text: string; version: ModelVersion } | null = null,
) {
  const run = await ports.runs.create(MODEL, id);
  const scored = async (text: string, name: string, of: string, rootDigest: string | null, version: number | null) => {
    const file = await run.write(`predictions/${name}.csv`, text);
    return { file, rows: text.split("\n").length - 2, of, version, rootDigest };
  };
  const rootDigest = change.rootDigest === undefined ? aDigest("c") : change.rootDigest;
  const predictions =
    candidate === null
      ? null
      : {
          candidate: await scored(candidate, "candidate", "candidate", rootDigest, null),
          baseline:
            baseline === null
              ? null
              : await scored(baseline.text, "baseline", "production v1", baseline.version.rootDigest, 1),
          baselineProblem: null,
        };
  const record = aRun({ id, predictions, rootDigest, ...change });
  await run.write("record.json", prettyJson(record));
  return { run, record };
}

/**
 * Version 1 in production, judged on these predictions.
 * @param kept What `register` keeps of them by these rules; null: the whole file, as versions had it before.
 */
async function production(
  text: string | null = csv(0.5),
  { alias = true, kept = null }: { alias?: boolean; kept?: object | null } = {},
): Promise<ModelVersion> {
  const { record, run } = await bundle("run-v001", text, { rootDigest: aRoot });
  const cut = kept === null ? null : await keepPredictions({ folder: run, record }, readingOf(config(kept)), ports);
  const put = async (content: string) => (await ports.store.put({ text: content })).digest;
  const version = aVersion({
    run: record.id,
    record: await put(canonicalJson(record)),
    predictions: cut ?? (text === null ? null : await put(text)),
  });
  await registry.transact(MODEL, () => ({
    events: [
      registrationOf(version),
      ...(alias
        ? [
            {
              type: "alias.set",
              model: MODEL,
              alias: "production",
              from: null,
              to: 1,
              generation: 1,
              reason: null,
            } as const,
          ]
        : []),
    ],
    result: null,
  }));
  return version;
}
/** The next version, in production too: judged on these predictions, with this report. */
async function another(number: number, record: RunRecord, text: string, report: EvaluationReport | null = null) {
  const put = async (content: string) => (await ports.store.put({ text: content })).digest;
  const version = aVersion({
    version: number,
    run: record.id,
    rootDigest: record.rootDigest ?? aRoot,
    files: record.modelFiles,
    record: await put(canonicalJson(record)),
    predictions: await put(text),
    ...(report !== null && { evaluation: await put(prettyJson(report)) }),
  });
  const from = number === 1 ? null : number - 1;
  const place = { model: MODEL, alias: "production", generation: number, reason: null } as const;
  await registry.transact(MODEL, () => ({
    events: [registrationOf(version), { type: "alias.set", ...place, from, to: number }],
    result: null,
  }));
  return version;
}
/** A model of its own bytes. */
function bytesOf(number: number): Pick<RunRecord, "modelFiles" | "rootDigest"> {
  const modelFiles = [{ path: "model.onnx", size: 11, digest: aDigest(String(number)) }];
  return { modelFiles, rootDigest: rootDigest(modelFiles, sha256) };
}
/** Evaluation data of these bytes. */
const dataOf = (letter: string, rows: number | null = 600) => ({
  datasets: aRun().datasets.concat({
    path: "e.csv",
    digest: aDigest(letter),
    size: 9,
    rows,
    claimed: null,
    role: "evaluation",
  }),
});
const refusal = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });

describe("a run is judged", () => {
  test("as a first model, and its report stands in the bundle", async () => {
    const { run } = await bundle("run-0001", csv(0.5));
    const report = await judge();
    expect(report).toMatchObject({
      verdict: "pass",
      baseline: null,
      noBaseline: "never-held",
      candidate: { run: "run-0001", label: "candidate" },
    });
    expect(report.checks.map((check) => [check.id, check.status])).toEqual([
      ["log_loss-not-better", "skipped"],
      ["roc_auc-too-low", "pass"],
    ]);
    expect(EvaluationReport.parse(JSON.parse((await run.read(EVALUATION_FILE)) ?? ""))).toEqual(report);
  });

  test("against production's stored scores, on the same ids", async () => {
    await production();
    await bundle("run-0002", csv(3), { inputs: { ...aRun().inputs, params: { learning_rate: 0.2 } } });
    const report = await judge();
    expect(report).toMatchObject({
      verdict: "fail",
      baseline: { label: "production v1", version: 1, scoredBy: "stored" },
      pairing: { mode: "paired", rows: 600 },
    });
    expect(report.checks[0]).toMatchObject({ status: "fail", rule: "log_loss better than production v1" });
    expect(report.changes).toEqual([{ what: "param", name: "learning_rate", from: "0.1", to: "0.2" }]);
    expect(report.method).toMatchObject({ interval: "cluster-bootstrap", clusters: 30, groups: "day" });
    expect(await judge()).toEqual(report);
  });

  test("against scores the candidate's job made, where production was judged on other rows", async () => {
    const version = await production(csv(0.5, { from: 10_000 }));
    await bundle("run-0003", csv(3), {}, { text: csv(0.5, { labels: false }), version });
    expect(await judge()).toMatchObject({
      verdict: "fail",
      baseline: { scoredBy: "candidate-job" },
      pairing: { mode: "paired", rows: 600 },
    });
  });

  test("against what registering kept of production's file, to the last digit as against the whole of it", async () => {
    const whole = async (kept: object | null) => {
      await production(csv(0.5).replaceAll(/^(\d+),/gm, "flight-$1,"), { kept });
      await bundle("run-0034", csv(0.45).replaceAll(/^(\d+),/gm, "flight-$1,"));
      const { baseline, ...judged } = await judge();
      return { baseline, judged };
    };
    const { judged, baseline } = await whole({});
    expect(judged.pairing).toMatchObject({ mode: "paired", rows: 600 });
    expect(baseline?.predictions).toMatchObject({ path: "predictions.parquet of v1", rows: 600 });
    rmSync(join(folder, ".trainyard/runs"), { recursive: true });
    registry = openRegistry({ ...ports, branch: new MemoryBranch(sha256), random: new MemoryRandom(), actor: ANA });
    ports = { ...ports, registry };
    expect((await whole(null)).judged).toEqual(judged);
  });

  test("changed labels fail it, also where only what was kept is known", async () => {
    await production(csv(0.5), { kept: {} });
    const text = csv(0.5).replace(/^(1,0),(\d)/m, (_, head, label) => `${head},${1 - Number(label)}`);
    await bundle("run-0004", text);
    expect((await judge()).checks[0]).toMatchObject({ id: "labels-changed", status: "fail", actual: 1 });
  });

  test("groups and columns that gates or fairness look at are those that were kept with production", async () => {
    const fairness = [{ column: "kind", metric: "recall" }];
    const kinds = (text: string, of: (row: number) => string) =>
      text
        .split("\n")
        .map((line, row) => (line === "" ? "" : `${line},${row === 0 ? "kind" : of(row)}`))
        .join("\n");
    await production(
      kinds(csv(0.5), (row) => (row % 2 === 0 ? "a" : "b")),
      { kept: { fairness } },
    );
    await bundle(
      "run-0035",
      kinds(csv(0.4), () => "a"),
    );
    expect((await judge({ evaluate: { fairness } })).checks[0]).toMatchObject({ id: "slices-changed", actual: 300 });
    const sliced = await judge({ evaluate: { gates: [{ metric: "log_loss", "improve-by": 0, slices: ["kind"] }] } });
    expect(sliced.checks[0]).toMatchObject({ id: "slices-changed", status: "fail" });
    expect((await judge()).checks[0]?.id).toBe("log_loss-not-better");
    await bundle("run-0036", csv(0.4).replace(/^(\d+),\d+/gm, "$1,$1")); // each row a day of its own
    expect((await judge({ run: "run-0036" })).checks[0]).toMatchObject({ id: "groups-changed", status: "fail" });
  });

  test("how many of production's scores the candidate's job made is said, and by whom they were", async () => {
    const version = await production(csv(0.5));
    const half = csv(0.4).split("\n");
    const later = csv(0.4, { from: 10_000 }).split("\n").slice(301);
    const text = [...half.slice(0, 301), ...later].join("\n");
    const job = { text: text.replace(/,\d(,[^,]*)$/gm, "$1").replace("id,day,y_true", "id,day"), version };
    await bundle("run-0037", text, {}, job);
    const both = await judge();
    expect(both).toMatchObject({ baseline: { scoredBy: "both" }, pairing: { fromJob: 300, rows: 600 } });
    expect(both.notes).toContain(
      "production v1's scores are the stored ones on 300 rows; the candidate's job made those of the other 300.",
    );
    await bundle(
      "run-0038",
      csv(0.4, { from: 10_000 }),
      {},
      { text: csv(0.5, { from: 10_000, labels: false }), version },
    );
    const all = await judge({ run: "run-0038" });
    expect(all).toMatchObject({ baseline: { scoredBy: "candidate-job" }, pairing: { fromJob: 600 } });
    expect(all.notes).toContain("The candidate's job made production v1's scores of all 600 rows.");
  });

  test("weights count only where the base config names their column, and only those production was judged with", async () => {
    const weighted = (text: string, weight: (row: number) => number) =>
      text
        .split("\n")
        .map((line, row) => (line === "" ? "" : `${line},${row === 0 ? "sample_weight" : weight(row)}`))
        .join("\n");
    await production(
      weighted(csv(0.5), () => 1),
      { kept: { columns: { sample_weight: "sample_weight" } } },
    );
    await bundle(
      "run-0030",
      weighted(csv(3), (row) => (row % 2 === 0 ? 1 : 0.001)),
    ); // its bad rows hardly count, it says
    const asked = { columns: { sample_weight: "sample_weight" } };
    const report = await judge({ evaluate: asked });
    expect(report.checks[0]).toMatchObject({ id: "weights-changed", status: "fail", actual: 300 });
    expect(report.verdict).toBe("fail");
    const without = await judge();
    expect(without.checks.map(({ id }) => id)).not.toContain("weights-changed");
    expect(without.notes).toContain(
      "Column sample_weight weighs no row: evaluate.columns does not name it (sample_weight: sample_weight).",
    );
    expect(without.metrics[0]?.candidate.value).not.toBe(report.metrics[0]?.candidate.value);
    await bundle(
      "run-0031",
      weighted(csv(0.5), () => 1),
    );
    expect((await judge({ run: "run-0031", evaluate: asked })).checks[0]?.id).toBe("log_loss-not-better");
  });

  test.each([
    ["kept", {}],
    ["whole", null],
  ])("columns go by the names the config gives them; a version judged before has its own (%s)", async (_what, kept) => {
    await production(csv(0.5), { kept });
    await bundle("run-0032", csv(0.5).replace("id,day,y_true,y_score", "flight,day,late,p"));
    const columns = { id: "flight", y_true: "late", y_score: "p" };
    expect(await judge({ evaluate: { columns } })).toMatchObject({ pairing: { mode: "paired", rows: 600 } });
    await expect(judge({ evaluate: { columns: { ...columns, y_score: "q" } } })).rejects.toEqual(
      refusal("COLUMN_MISSING", { column: "q" }),
    );
  });

  test("rows of the evaluation data that have no score fail it, and so do others that have one", async () => {
    await bundle("run-0020", csv(0.5, { drop: 50 }), dataOf("e"));
    for (const predict of ["python predict.py", undefined])
      expect(await judge({ evaluate: { predict } })).toMatchObject({
        verdict: "fail",
        checks: [{ id: "rows-missing", actual: 50 }, { status: "skipped" }, { status: "pass" }],
      });
    await bundle("run-0021", csv(0.5, { drop: 50 }), dataOf("e", null));
    expect((await judge({ run: "run-0021" })).verdict).toBe("pass");
    await bundle("run-0022", csv(0.5), dataOf("e", 550));
    expect(await judge({ run: "run-0022" })).toMatchObject({
      verdict: "fail",
      checks: [{ id: "rows-extra", actual: 50 }, { status: "skipped" }, { status: "pass" }],
    });
  });

  test("the same bytes as production are unchanged, and pass", async () => {
    const version = await production(csv(0.5, { from: 10_000 }));
    await bundle("run-0005", csv(0.5), { rootDigest: version.rootDigest });
    expect(await judge()).toMatchObject({ unchanged: true, verdict: "pass", pairing: { mode: "paired" } });
  });

  test("unchanged against the first baseline, and worse than another: that one decides", async () => {
    const { record } = await bundle("run-v001", csv(3), bytesOf(1));
    await another(1, record, csv(3));
    await another(2, (await bundle("run-v002", csv(0.1), bytesOf(2))).record, csv(0.1));
    await bundle("run-0050", csv(3), bytesOf(1));
    const worse = await judge({ baseline: ["1", "production"] });
    expect(worse).toMatchObject({ unchanged: true, verdict: "fail", baseline: { version: 1 } });
    expect(verdictSentence(worse).headline).toBe("worse than production v2");
    const twice = await judge({ baseline: ["1", "1"] });
    expect(twice).toMatchObject({ unchanged: true, verdict: "pass" });
    expect(verdictSentence(twice).headline).toBe("unchanged, the same bytes as v1");
  });

  test("with doubts a pass is inconclusive, bytes that are said to be production's or not; without a pass they are a note", async () => {
    const version = await production();
    await bundle("run-0051", csv(0.5), { rootDigest: version.rootDigest });
    const doubts = ["The scores were made by a fork."];
    expect(await judge({ doubts, evaluate: { gates: [{ metric: "roc_auc", min: 0.6 }] } })).toMatchObject({
      verdict: "inconclusive",
      unchanged: false,
      doubts,
      notes: [],
    });
    const failed = await judge({ doubts, evaluate: { gates: [{ metric: "roc_auc", min: 0.99 }] } });
    expect(failed).toMatchObject({ verdict: "fail", notes: doubts });
    expect(failed).not.toHaveProperty("doubts");
  });

  test("on rows that may judge three runs, each at a third of its level, and no fourth", async () => {
    await production(csv(3));
    const gates = (alpha?: number) => [{ metric: "log_loss", "improve-by": 0, ...(alpha && { alpha }) }];
    const budget = (most: number, alpha?: number) => ({ "reuse-budget": most, gates: gates(alpha) });
    await bundle("run-0060", csv(0.5), dataOf("e"));
    const third = await judge({ evaluate: budget(3) });
    expect(third.method.level).toBeCloseTo(1 - 0.05 / 3, 12);
    expect(third.checks[0]?.interval).toEqual(
      (await judge({ evaluate: { alpha: 0.05 / 3, gates: gates() } })).checks[0]?.interval,
    );
    expect((await judge({ evaluate: budget(3, 0.09) })).checks[0]?.interval).toEqual(
      (await judge({ evaluate: { gates: gates(0.03) } })).checks[0]?.interval,
    );
    for (const run of ["run-0061", "run-0062"]) {
      await bundle(run, csv(0.5), dataOf("e"));
      expect(await judge({ run, evaluate: budget(3) })).toMatchObject({ verdict: "pass" });
    }
    await bundle("run-0063", csv(0.5), dataOf("e"));
    const fourth = await judge({ run: "run-0063", evaluate: budget(3) });
    expect(fourth).toMatchObject({ verdict: "inconclusive", wear: { runs: 4, budget: 3 } });
    expect((await judge({ run: "run-0063", evaluate: budget(4) })).verdict).toBe("pass");
  });

  test("on rows that are worn, whatever bytes of their file changed, and whatever id", async () => {
    const wearOf = async (run: string, text: string, data: string) => {
      await bundle(run, text, dataOf(data));
      return (await judge({ run })).wear?.runs;
    };
    expect(await wearOf("run-0071", csv(0.5), "e")).toBe(1);
    const [head, ...lines] = csv(0.4).trimEnd().split("\n");
    expect(await wearOf("run-0072", `${[head, ...lines.toReversed()].join("\n")}\n`, "f"), "another byte").toBe(2);
    expect(await wearOf("run-0073", csv(0.3).replace(/^1,/m, "9001,"), "e"), "another id").toBe(2);
    expect(await wearOf("run-0074", csv(0.5, { seed: 6 }), "d"), "other rows").toBe(1);
  });

  test("by its metrics alone, point only", async () => {
    await production(null);
    await bundle("run-0006", null, {
      metrics: [{ name: "log_loss", value: 0.47, goal: "minimize", split: null, unit: null }],
    });
    const report = await judge({ evaluate: { gates: [{ metric: "log_loss", "improve-by": 0 }] } });
    expect(report).toMatchObject({
      pointOnly: true,
      verdict: "pass",
      method: { interval: "point" },
      metrics: [{ candidate: { interval: null }, baseline: { value: 0.48 } }],
    });
  });

  test("by rules that are not committed, and the report says so", async () => {
    await bundle("run-0008", csv(0.5));
    const report = await judge({ rulesUncommitted: ["trainyard.yaml"] });
    expect(report).toMatchObject({ verdict: "pass", rulesUncommitted: ["trainyard.yaml"] });
    expect(report.notes).toEqual([
      "The rules are not committed (trainyard.yaml): what they let pass is not registered.",
    ]);
    expect(await judge()).not.toHaveProperty("rulesUncommitted");
  });

  test("against none, when asked so", async () => {
    await production();
    await bundle("run-0007", csv(0.5));
    expect(await judge({ baseline: "none" })).toMatchObject({
      baseline: null,
      noBaseline: "not-asked",
      verdict: "pass",
    });
    expect(await judge({ baseline: "1" })).toMatchObject({ baseline: { label: "v1" } });
  });
});

describe("is refused", () => {
  test("without a run, with an unfinished one, and with one that failed", async () => {
    await expect(judge()).rejects.toEqual(refusal("NO_RUN"));
    await ports.runs.create(MODEL, "run-half");
    await expect(judge({ run: "run-half" })).rejects.toThrow();
    await bundle("run-fail", csv(0.5), { status: "failed", rootDigest: null });
    await expect(judge({ run: "run-fail" })).rejects.toEqual(refusal("RUN_UNFINISHED", { status: "failed" }));
  });

  test("with neither predictions nor metrics", async () => {
    await bundle("run-0010", null, { metrics: [] });
    await expect(judge()).rejects.toEqual(refusal("PREDICTIONS_MISSING", { run: "run-0010" }));
  });

  test("with predictions that were changed after the run", async () => {
    const { run } = await bundle("run-0011", csv(0.5));
    await run.write("predictions/candidate.csv", csv(0.1));
    await expect(judge()).rejects.toEqual(refusal("DIGEST_MISMATCH"));
  });

  test("when production was held and is gone, and when the version asked for was withdrawn; not when none is asked for", async () => {
    await production();
    await registry.transact(MODEL, () => ({
      events: [
        { type: "alias.removed", model: MODEL, alias: "production", from: 1, generation: 2, reason: null },
        { type: "version.withdrawn", model: MODEL, version: 1, reason: "leaked labels" },
      ],
      result: null,
    }));
    await bundle("run-0012", csv(0.5));
    await expect(judge()).rejects.toEqual(refusal("BASELINE_MISSING", { reason: "the alias was removed" }));
    await expect(judge({ baseline: "v1" })).rejects.toEqual(
      refusal("BASELINE_MISSING", { reason: "v1 was withdrawn: leaked labels" }),
    );
    expect(await judge({ baseline: "none" })).toMatchObject({ noBaseline: "not-asked" });
  });

  test("where a version stands that nobody deployed: nothing is compared, and what leads to it is said", async () => {
    await production(csv(0.5), { alias: false });
    await bundle("run-0013", csv(0.3));
    const report = await judge();
    expect(report).toMatchObject({ noBaseline: "never-held", unheld: { alias: "production", newest: 1 } });
    expect(report.checks[0]?.reason).toBe("production was never held, though v1 is registered");
    expect(report.notes.join(" ")).toContain("trainyard deploy flight-delays@1 --environment production");
    expect(report.notes.join(" ")).toContain("evaluate.baseline: latest");
    expect(await judge({ baseline: "latest" })).toMatchObject({ noBaseline: null, baseline: { version: 1 } });
    await bundle("run-0014", csv(0.5), { rootDigest: aRoot });
    expect(
      (await judge({ run: "run-0014" })).unheld,
      "itself, registered in the meantime, is no other one",
    ).toBeUndefined();
  });

  test("with a misspelt alias, a version there is not, and merge-base where there is no git", async () => {
    await production();
    await bundle("run-0014", csv(0.5));
    await expect(judge({ baseline: "producton" })).rejects.toEqual(refusal("BASELINE_UNKNOWN"));
    await expect(judge({ baseline: "7" })).rejects.toEqual(refusal("BASELINE_UNKNOWN"));
    await expect(judge({ baseline: `${MODEL}@9` })).rejects.toThrow("There is no flight-delays@9 to");
    await expect(judge({ baseline: "merge-base" })).rejects.toEqual(refusal("NO_REPOSITORY"));
  });

  test("when the baseline has no scores at all", async () => {
    await production(null);
    await bundle("run-0015", csv(0.5));
    await expect(judge()).rejects.toEqual(refusal("BASELINE_UNSCORED", { baseline: "production v1" }));
  });
});

test("sensitive columns are the config's: read from the candidate's file, and refused where it has none", async () => {
  await production();
  await bundle("run-0001", csv(0.3));
  const fairness = [{ column: "day", metric: "recall", "max-difference": 0.9 }];
  const report = await judge({ evaluate: { fairness } });
  expect(report.fairness?.[0]).toMatchObject({ column: "day", metric: "recall", groups: [{}, {}, {}, {}] }); // quarters
  expect(report.checks.at(-1)?.id).toBe("recall-unequal");
  await expect(judge({ evaluate: { fairness: [{ column: "sex", metric: "recall" }] } })).rejects.toEqual(
    expect.objectContaining({ code: "COLUMN_MISSING" }),
  );
});

test("metrics that are asked for are shown; one that does not exist is refused", async () => {
  await bundle("run-0040", csv(0.5));
  const names = (await judge({ evaluate: { metrics: ["f1", "precision@100"] } })).metrics.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["log_loss", "f1", "precision@100"]));
  await expect(judge({ evaluate: { metrics: ["recal"] } })).rejects.toEqual(
    refusal("METRIC_UNKNOWN", { metric: "recal", nearest: "recall" }),
  );
});

describe("losses that each stay within the margin do not add up unseen", () => {
  const margin = { gates: [{ metric: "log_loss", margin: 0.05 }] };
  /** Judges a run on these predictions and registers it as the version in production. */
  async function released(id: string, text: string, number: number, data: Partial<RunRecord> = {}) {
    const { record } = await bundle(id, text, { ...bytesOf(number), ...data });
    const report = await judge({ run: id, evaluate: margin });
    await another(number, record, text, report);
    return report;
  }

  test("each version a little worse than the one before; the third is too far from the first", async () => {
    expect(await released("run-0051", csv(0.3), 1)).not.toHaveProperty("anchor");
    const second = await released("run-0052", csv(0.55), 2);
    expect(second).toMatchObject({ verdict: "pass", anchor: { version: 1, improved: false } });
    await bundle("run-0053", csv(0.85), { rootDigest: aDigest("3") });
    const third = await judge({ evaluate: margin });
    expect(third.anchor).toEqual({ version: 1, improved: false });
    expect(third.checks.map(({ id, status }) => [id, status])).toEqual([
      ["log_loss-worse", "pass"],
      ["log_loss-crept", "fail"],
    ]);
    expect(third).toMatchObject({ verdict: "fail", baseline: { version: 2 } });
    expect(verdictSentence(third)).toMatchObject({ headline: "worse than its anchor" });
  });

  test("a significant gain is the next anchor, and a hand may set one", async () => {
    await released("run-0061", csv(2), 1);
    expect((await released("run-0062", csv(0.3), 2)).anchor).toEqual({ version: 1, improved: true });
    await bundle("run-0063", csv(0.5), { rootDigest: aDigest("3") });
    expect(await judge({ evaluate: margin })).toMatchObject({ verdict: "pass", anchor: { version: 2 } });
    const byHand = { type: "alias.set", model: MODEL, alias: "anchor", from: null, to: 1, generation: 1 } as const;
    await registry.transact(MODEL, () => ({ events: [{ ...byHand, reason: "the standard of 2026" }], result: null }));
    const held = await judge({ evaluate: margin });
    expect(held.anchor).toEqual({ version: 1, improved: true });
    expect(held.checks[1]).toMatchObject({
      id: "log_loss-crept",
      status: "pass",
      rule: expect.stringContaining("v1, the anchor"),
    });
  });

  test("an anchor without scores for these rows is said, and passes nothing", async () => {
    await released("run-0071", csv(0.3, { from: 5_000, seed: 6 }), 1);
    await released("run-0072", csv(0.3), 2);
    await bundle("run-0073", csv(0.4), { rootDigest: aDigest("3") });
    const found = await judge({ evaluate: margin });
    expect(found.checks[1]).toMatchObject({ id: "log_loss-crept", status: "skipped" });
    expect(found.anchor?.version).toBe(2); // begins anew: v1 never compares with rows like these
  });

  test("an anchor without scores for the very data it was judged on leaves it inconclusive, and stays the anchor", async () => {
    await released("run-0074", csv(0.3, { from: 5_000, seed: 6 }), 1, dataOf("e"));
    await released("run-0075", csv(0.3), 2, dataOf("f"));
    await bundle("run-0076", csv(0.4), { ...bytesOf(3), ...dataOf("e") }, null);
    const found = await judge({ evaluate: margin });
    expect(found.checks.find(({ id }) => id === "log_loss-crept")).toMatchObject({
      status: "inconclusive",
      reason: expect.stringContaining("v1, the anchor was judged on the same data"),
    });
    expect(found.anchor).toEqual({ version: 1, improved: false });
  });

  test("an anchor that was withdrawn is none: the baseline is", async () => {
    await released("run-0077", csv(0.3), 1);
    await released("run-0078", csv(0.55), 2);
    await registry.transact(MODEL, () => ({
      events: [{ type: "version.withdrawn", model: MODEL, version: 1, reason: "leaked labels" }],
      result: null,
    }));
    await bundle("run-0079", csv(0.6), bytesOf(3));
    const found = await judge({ evaluate: margin });
    expect(found.checks.map(({ id }) => id)).toEqual(["log_loss-worse"]);
    expect(found.anchor).toEqual({ version: 2, improved: false });
  });

  test("a gate without a margin has no anchor", async () => {
    await production();
    await bundle("run-0081", csv(0.5));
    expect(await judge()).not.toHaveProperty("anchor");
  });
});

describe("two files without a project", () => {
  const given = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return { file: join(folder, name), name, digest: null };
  };
  const rules = { task: null, groups: null, slices: [], columns: {}, metrics: [], gates: null, alpha: 0.05 } as const;

  test("are compared by id with the default gate", async () => {
    const report = await evaluateFiles(
      { ...rules, candidate: given("new.csv", csv(3)), baselines: [given("old.csv", csv(0.5))] },
      ports,
    );
    expect(report).toMatchObject({
      model: "new",
      task: "binary",
      verdict: "fail",
      pairing: { mode: "paired" },
      method: { interval: "analytic" },
    });
    expect(report.checks).toMatchObject([
      { id: "log_loss-worse", rule: "log_loss not worse than old.csv by more than 2 %" },
    ]);
  });

  test("a column called group clusters them where no other is named, unless it has few values or none is asked for", async () => {
    const grouped = (blur: number, size: number) =>
      csv(blur)
        .replace("id,day", "id,group")
        .replace(/^(\d+),(\d+)/gm, (_, id, day) => `${id},${Math.floor(Number(day) / size)}`);
    const judged = async (size: number, groups: string | null = null) => {
      const files = {
        candidate: given("new.csv", grouped(3, size)),
        baselines: [given("old.csv", grouped(0.5, size))],
      };
      const { method, notes } = await evaluateFiles({ ...rules, ...files, groups }, ports);
      return { ...method, notes };
    };
    expect(await judged(1)).toMatchObject({
      groups: "group",
      clusters: 30,
      notes: [
        "Intervals cluster by the column group, as no other was named; --groups none takes its rows for independent.",
      ],
    });
    expect(await judged(10)).toMatchObject({ groups: null, notes: [] });
    expect(await judged(1, "none")).toMatchObject({ groups: null, notes: [] });
  });

  test("one that left rows out is inconclusive, however well it does on the others", async () => {
    const judged = (drop: number) =>
      evaluateFiles(
        {
          ...rules,
          gates: [{ metric: "log_loss", margin: 9, severity: "fail", mode: "ci" }],
          candidate: given("new.csv", csv(0.1, { drop })),
          baselines: [given("old.csv", csv(0.5))],
        },
        ports,
      );
    expect(await judged(80)).toMatchObject({
      verdict: "inconclusive",
      pairing: { mode: "unpaired" },
      checks: [
        { id: "rows-missing", reason: expect.stringContaining("no score for 80 of the 600 rows of old.csv") },
        { status: "pass" },
      ],
    });
    expect(await judged(30)).toMatchObject({ verdict: "pass", pairing: { mode: "paired" } });
  });

  test("of which one writes -1 and 1 for its classes and the other 0 and 1 are of the same two", async () => {
    const minus = (text: string) => text.replace(/,0,(0\.\d+)$/gm, ",-1,$1");
    const files = (ours: string, theirs: string) => ({
      candidate: given("new.csv", ours),
      baselines: [given("old.csv", theirs)],
    });
    const plain = await evaluateFiles({ ...rules, ...files(csv(0.3), csv(0.5)) }, ports);
    for (const [ours, theirs] of [
      [minus(csv(0.3)), csv(0.5)],
      [csv(0.3), minus(csv(0.5))],
    ] as const) {
      const report = await evaluateFiles({ ...rules, ...files(ours, theirs) }, ports);
      expect(report.pairing).toEqual(plain.pairing);
      expect(report.metrics.map(({ difference }) => difference?.value)).toEqual(
        plain.metrics.map(({ difference }) => difference?.value),
      );
    }
  });

  test("of which a few rows rule the log loss say so, by side", async () => {
    const sure = csv(0.3)
      .split("\n")
      .map((line, row) =>
        row > 0 && row <= 15 ? line.replace(/,([01]),[\d.]+$/, (_, y) => `,${y},${1 - Number(y)}`) : line,
      );
    const files = { candidate: given("new.csv", csv(0.3)), baselines: [given("old.csv", sure.join("\n"))] };
    const { notes } = await evaluateFiles({ ...rules, ...files }, ports);
    expect(notes).toEqual([expect.stringMatching(/^15 of 600 rows make up \d\d % of the log loss of old\.csv: prob/)]);
  });

  test("whose columns are called otherwise are each read by names of their own", async () => {
    const baseline = given("old.csv", csv(0.5).replace("y_score", "prob_old"));
    const files = { candidate: given("new.csv", csv(0.3).replace("y_score", "p")), baselines: [baseline] };
    const columns = { y_score: "p" };
    await expect(evaluateFiles({ ...rules, ...files, columns }, ports)).rejects.toEqual(
      refusal("COLUMNS_MISSING", { path: "old.csv", names: ["y_score=prob_old"], flag: "--baseline-column" }),
    );
    const judged = (name: string) =>
      evaluateFiles({ ...rules, ...files, columns, baselineColumns: { y_score: name } }, ports);
    expect(await judged("prob_old")).toMatchObject({ verdict: "pass", pairing: { mode: "paired", rows: 600 } });
    await expect(judged("prob_odl")).rejects.toEqual(refusal("COLUMN_MISSING", { nearest: "prob_old" }));
  });

  test("one alone is held to an absolute gate, else to nothing, which is no pass", async () => {
    const alone = (gates: readonly Gate[] | null) =>
      evaluateFiles({ ...rules, gates, candidate: given("new.csv", csv(0.5)), baselines: [] }, ports);
    const nothing = await alone(null);
    expect(nothing).toMatchObject({ verdict: "inconclusive", noBaseline: "not-asked", notes: [] });
    expect(nothing.checks.map(({ id, status }) => [id, status])).toEqual([["standard-missing", "inconclusive"]]);
    const margin = { metric: "log_loss", margin: 9, severity: "fail", mode: "ci" } as const;
    expect(await alone([margin])).toMatchObject({ verdict: "inconclusive" });
    const standard = await alone([margin, { metric: "roc_auc", min: 0.55, severity: "fail", mode: "ci" }]);
    expect(standard.checks.map(({ status }) => status)).toEqual(["skipped", "pass"]);
    expect(standard.verdict).toBe("pass");
  });

  test("a file that is cut short, empty or ragged is refused, with the file's name", async () => {
    const one = (text: string) => evaluateFiles({ ...rules, candidate: given("new.csv", text), baselines: [] }, ports);
    await expect(one("id,y_true,y_score\n")).rejects.toEqual(refusal("TABLE_EMPTY", { path: "new.csv" }));
    await expect(one("id,y_true,y_score\n1,0,0.5\n2,1\n")).rejects.toEqual(refusal("TABLE_RAGGED"));
    await expect(one(`\ufeff${csv(0.5)}`)).resolves.toMatchObject({ task: "binary" });
  });
});
