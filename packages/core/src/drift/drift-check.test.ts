import { createHash } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import type { Tables, Workspace } from "../backend.ts";
import { ModelConfig } from "../config/config.ts";
import { profileOf } from "../data/build-profile.ts";
import { combineTables, selectRows } from "../data/combine-tables.ts";
import type { Column, Table } from "../data/table.ts";
import { prettyJson, type Sha256 } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import { type EventBody, registrationOf } from "../registry/log/event.ts";
import { openRegistry } from "../registry/write/open-registry.ts";
import { type Generator, generator } from "../statistics/generator.ts";
import { aDigest, aRoot, aVersion, memoryBackend } from "../testing/index.ts";
import { DAY } from "../time.ts";
import { driftCheck } from "./drift-check.ts";
import { DriftReport } from "./drift-report.ts";

const sha256 = (content: string | Uint8Array): Sha256 => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const MAY_1 = Math.floor(Date.UTC(2001, 4, 1) / DAY);
const dateOf = (day: number) => new Date(day * DAY).toISOString().slice(0, 10);

/** A project whose files are tables in memory; the string stands for a file that cannot be read. */
function aProject() {
  const files = new Map<string, Table | string>();
  const backend = memoryBackend(sha256);
  const workspace: Workspace = {
    root: "/project",
    path: (relative) => relative,
    read: async () => null,
    files: async (patterns) =>
      [...files.keys()]
        .filter((path) => patterns.some((pattern) => path.startsWith(pattern.replace("*", ""))))
        .sort()
        .map((path) => ({ path, size: 1, digest: sha256(contentOf(files.get(path) as Table | string)) })),
    setAside: () => Promise.reject(new Error("not here")),
    outputs: () => Promise.reject(new Error("not here")),
    deliver: () => Promise.reject(new Error("not here")),
    scratch: () => Promise.reject(new Error("not here")),
  };
  const read: string[] = [];
  const tables: Tables = {
    write: () => Promise.reject(new Error("not here")),
    async read(file, name, options) {
      read.push(`${name}${options?.columns === undefined ? "" : ` ${options.columns.join()}`}`);
      const table = files.get(file);
      if (typeof table === "string") throw new TrainyardError("TABLE_TRUNCATED", { path: name, problem: table });
      if (table === undefined) throw new TrainyardError("FILE_NOT_FOUND", { path: name, what: "File" });
      if (options?.columns === undefined) return table;
      return {
        rows: table.rows,
        columns: new Map([...table.columns].filter(([column]) => options.columns?.includes(column))),
      };
    },
  };
  return { ...backend, files, reads: read, workspace, tables, registry: openRegistry(backend) };
}

function contentOf(table: Table | string): string {
  if (typeof table === "string") return table;
  return JSON.stringify(
    [...table.columns].map(([name, column]) => [
      name,
      column.type === "text" ? [...column.codes, ...column.dictionary] : [...column.values],
    ]),
  );
}

const numbers = (values: Iterable<number>): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});
function texts(values: readonly string[]): Column {
  const dictionary = [...new Set(values)];
  return { type: "text", codes: Int32Array.from(values, (value) => dictionary.indexOf(value)), dictionary };
}

interface Day {
  rows: Table;
  labels: Table;
  scores: Table;
}
/** 200 flights of a day; the true rate is `truth` times the score. */
function aDay(day: number, draw: Generator, { truth = 1, distance = 1, prefix = "" } = {}): Day {
  const ids = Array.from({ length: 200 }, (_, row) => day * 1000 + row);
  const scores = ids.map(() => 0.1 + 0.2 * draw.fraction());
  return {
    rows: {
      rows: 200,
      columns: new Map([
        ["id", numbers(ids)],
        ["date", texts(ids.map(() => dateOf(day)))],
        ["distance", numbers(ids.map(() => Math.round(200 + 2000 * draw.fraction() ** 2) * distance))],
        ["origin", texts(ids.map(() => `${prefix}${["JFK", "ORD", "LAX"][draw.below(3)]}`))],
      ]),
    },
    labels: {
      rows: 200,
      columns: new Map([
        ["id", numbers(ids)],
        ["late", numbers(scores.map((p) => Number(draw.fraction() < p * truth)))],
      ]),
    },
    scores: {
      rows: 200,
      columns: new Map([
        ["id", numbers(ids)],
        ["y_score", numbers(scores)],
      ]),
    },
  };
}

const config = (drift: object = {}) =>
  ModelConfig.parse({
    train: { run: "python train.py", data: ["data/january.parquet"], outputs: "model.onnx" },
    evaluate: { groups: "date" },
    drift: {
      current: "incoming/*",
      time: "date",
      window: "21d",
      predictions: "scores/*",
      labels: "labels/*",
      "on-drift": "retrain",
      retrain: [{ set: { window: "28d" } }, { set: { window: "all" } }],
      ...drift,
    },
  });

type Project = ReturnType<typeof aProject>;
let project: Project;
let draw: Generator;

/** 28 days of reference, version 1 live since the first of April, and deliveries of each day from then to the end of April. */
beforeEach(async () => {
  project = aProject();
  project.clock.pass((MAY_1 * DAY - project.clock.now()) / 1000 + 3600);
  draw = generator(20010501);
  const before = Array.from({ length: 28 }, (_, i) => aDay(MAY_1 - 90 + i, draw));
  const stack = (part: keyof Day) => combineTables(before.map((day) => day[part]));
  const reference = combineTables(
    before.map((day) => ({
      ...day.rows,
      columns: new Map([...day.rows.columns, ["late", day.labels.columns.get("late") as Column]]),
    })),
  );
  const given = { at: "2001-04-01T00:00:00Z", groups: "date", exclude: ["id"] };
  const scored: Table = {
    rows: reference.rows,
    columns: new Map([...stack("scores").columns, ["y_true", stack("labels").columns.get("late") as Column]]),
  };
  const put = async (value: unknown) => (await project.store.put({ text: prettyJson(value) })).digest;
  const version = aVersion({
    evaluationProfile: await put(profileOf(reference, { ...given, source: "February" })),
    predictionsProfile: await put(profileOf(scored, { ...given, source: "predictions", groups: null })),
  });
  const events: EventBody[] = [registrationOf(version), ...live(1, null)];
  await register(events);
  deliverLast(30);
});

function live(version: number, from: number | null): EventBody[] {
  const rootDigest = aRoot;
  return [
    {
      type: "deploy.recorded",
      model: "flight-delays",
      environment: "production",
      version,
      rootDigest,
      from,
      outcome: "live",
      smoke: "not-run",
      reason: null,
      deployment: aDigest("9"),
    },
    { type: "alias.set", model: "flight-delays", alias: "production", from, to: version, generation: 1, reason: null },
  ];
}

async function register(events: readonly EventBody[]) {
  await project.registry.transact("flight-delays", () => ({ events, result: null }));
}

/** The last days of April. */
function deliverLast(days: number, change: Parameters<typeof aDay>[2] = {}) {
  for (let day = MAY_1 - days; day < MAY_1; day++) deliver(day, aDay(day, draw, change));
}

function deliver(day: number, { rows, labels, scores }: Day) {
  project.files.set(`incoming/${dateOf(day)}.parquet`, rows);
  project.files.set(`scores/${dateOf(day)}.parquet`, scores);
  project.files.set(`labels/${dateOf(day)}.parquet`, labels);
}

const check = (drift: object = {}, change: object = {}) =>
  driftCheck(
    { model: "flight-delays", config: config(drift), environment: "production", current: [], onDrift: null, ...change },
    project,
  );
const recorded = async () =>
  (await project.registry.events("flight-delays")).filter((event) => event.type === "drift.detected");

test("three healthy weeks are quiet, and leave no trace on the registry", async () => {
  const { report, digest, event } = await check();
  expect(DriftReport.parse(report)).toEqual(report);
  expect(report).toMatchObject({
    verdict: "quiet",
    action: "none",
    retrain: null,
    current: { rows: 4200, from: "2001-04-10", to: "2001-04-30" },
  });
  expect(report.performance).toMatchObject({
    rows: 4200,
    labelled: 1,
    groups: "date",
    clusters: 21,
    level: 1 - 1 / 52,
  });
  expect(report.performance?.metrics.map((metric) => metric.name)).toContain("roc_auc");
  expect(report.score).toMatchObject({ name: "y_score", type: "score", status: "quiet" });
  expect(report.columns.map((column) => column.name).sort()).toEqual(["distance", "origin"]);
  expect(report.summary).toBe("Quiet: no column moved by more than noise (4,200 rows from 2001-04-10 to 2001-04-30).");
  expect([digest, event, await recorded()]).toEqual([null, null, []]);
});

test("the window is whole days before today, and files outside it are not read", async () => {
  deliver(MAY_1, aDay(MAY_1, draw));
  deliver(MAY_1 + 1, aDay(MAY_1 + 1, draw));
  const { report } = await check();
  expect(report.current).toMatchObject({ from: "2001-04-10", to: "2001-04-30" });
  expect(project.reads).not.toContain("incoming/2001-05-01.parquet");
  expect(project.reads).not.toContain("incoming/2001-04-09.parquet");
  expect(project.reads).toContain("incoming/2001-04-10.parquet");
});

test("with labels the window ends on the last day that has them", async () => {
  for (const day of [1, 2, 3]) project.files.delete(`labels/${dateOf(MAY_1 - day)}.parquet`);
  expect((await check()).report.current).toMatchObject({ from: "2001-04-07", to: "2001-04-27" });
});

test("outcomes far below the predictions are drift although every input is steady: retraining is asked for, once", async () => {
  deliverLast(21, { truth: 0.6 });
  const { report, digest, event } = await check();
  expect(report).toMatchObject({ verdict: "drift", action: "retrain" });
  expect(report.checks[0]).toMatchObject({ id: "calibration", status: "fail" });
  expect(report.performance?.ratio.value).toBeCloseTo(0.6, 1);
  expect(report.summary).toMatch(
    /^Inputs are steady, but outcomes are over-predicted: observed 1[12]\.\d %, predicted \d\d\.\d % from 2001-04-10 to 2001-04-30 \(ratio 0\.\d+, bound 0\.80 … 1\.25\)\. Retraining is asked for: 2 candidates\.$/,
  );
  expect(report.retrain?.candidates.map((candidate) => candidate.set)).toEqual([{ window: "28d" }, { window: "all" }]);
  const data = report.retrain?.candidates[0]?.data ?? [];
  expect(data).toContain("data/january.parquet");
  expect(data).toContain("incoming/2001-04-01.parquet");
  expect(data).toContain("labels/2001-04-30.parquet");
  expect(await recorded()).toMatchObject([{ seq: event, report: digest, retrain: true, verdict: "drift", version: 1 }]);
  expect(JSON.parse(await project.store.text(digest as Sha256, "report"))).toEqual(JSON.parse(prettyJson(report)));

  project.clock.pass(7 * 86_400);
  const again = (await check({ "runs-per-year": 12 })).report;
  expect(again).toMatchObject({ action: "running", retrain: null, daysSinceLastCheck: 7 });
  expect(again.summary).toContain("still under way");
  expect((await recorded()).map((one) => one.type === "drift.detected" && one.retrain)).toEqual([true, false]);
});

test("once every candidate was refused, drift may ask again", async () => {
  deliverLast(21, { truth: 0.6 });
  await check();
  const refused = (digit: string): EventBody => ({
    type: "evaluation.recorded",
    model: "flight-delays",
    run: `run-${digit}`,
    report: aDigest(digit),
    rootDigest: null,
    verdict: "fail",
    rows: 1,
    baseline: 1,
    decidedBy: null,
  });
  const append = (event: EventBody) =>
    project.registry.transact("flight-delays", () => ({ events: [event], result: null }));
  await append(refused("7"));
  expect((await check()).report.action).toBe("running");
  expect((await check({}, { onDrift: "report" })).report).toMatchObject({ action: "report", retrain: null });
  await append(refused("8"));
  expect((await check()).report.action).toBe("retrain");
});

test("distances in kilometres are broken data: stopped, and no retraining whatever the labels say", async () => {
  deliverLast(21, { truth: 0.6, distance: 1.609344 });
  const { report } = await check();
  expect(report).toMatchObject({ verdict: "data-broken", action: "stopped", retrain: null, performance: null });
  expect(report.summary).toMatch(
    /^Data broken: `distance` looks like kilometres \(every quantile × 1\.609\).* Stopped; nothing was trained on it\.$/,
  );
  expect(await recorded()).toMatchObject([{ verdict: "data-broken", retrain: false }]);
});

test("files of a batch that was found broken are left out of a later retraining; their repaired successors are not", async () => {
  deliverLast(21, { truth: 0.6, distance: 1.609344 });
  expect((await check()).report.action).toBe("stopped");
  const broken = project.files.get("incoming/2001-04-20.parquet") as Table;
  deliverLast(21, { truth: 0.6 });
  project.files.set("incoming/2001-04-09.parquet", broken); // outside the window that is judged now
  const { report } = await check();
  expect(report.action).toBe("retrain");
  const data = report.retrain?.candidates[0]?.data ?? [];
  expect(data).toContain("incoming/2001-04-20.parquet");
  expect(data).not.toContain("incoming/2001-04-09.parquet");
  expect(report.notes.join(" ")).toContain("1 delivered files were part of a batch found broken");
});

test("broken data is told before missing scores are asked for", async () => {
  for (let day = MAY_1 - 21; day < MAY_1; day++) {
    deliver(day, aDay(day, draw, { prefix: "K" }));
    project.files.delete(`scores/${dateOf(day)}.parquet`);
  }
  const { report } = await check();
  expect(report.summary).toMatch(/^Data broken: 100 % of `origin` holds values never seen before, like "K/);
});

test("a file that cannot be read is broken data, not a crash", async () => {
  project.files.set("incoming/2001-04-20.parquet", "the footer is missing");
  const { report } = await check();
  expect(report).toMatchObject({ verdict: "data-broken", action: "stopped" });
  expect(report.checks[0]).toMatchObject({
    id: "file-unreadable",
    subject: "incoming/2001-04-20.parquet",
    status: "fail",
    severity: "fail",
  });
});

test("rows without a prediction are refused: no user code runs here", async () => {
  project.files.delete("scores/2001-04-15.parquet");
  await expect(check()).rejects.toMatchObject({ code: "SCORES_MISSING", details: { rows: 200 } });
});

test("labels without any scores are refused", async () => {
  await expect(check({ predictions: undefined })).rejects.toMatchObject({ code: "SCORES_MISSING" });
});

test("a pattern that matches nothing, and a window without rows, are refused with their days", async () => {
  await expect(check({ current: "nowhere/*" })).rejects.toMatchObject({
    code: "NO_CURRENT_DATA",
    details: { from: null },
  });
  project.clock.pass(200 * 86_400);
  await expect(check({ labels: undefined })).rejects.toMatchObject({
    code: "NO_CURRENT_DATA",
    details: { from: "2001-10-27", to: "2001-11-16" },
  });
});

test("an environment without a live version is refused", async () => {
  await expect(check({}, { environment: "staging" })).rejects.toMatchObject({ code: "NOT_DEPLOYED" });
});

test("under ten days the calibration is inconclusive and raises no alarm", async () => {
  deliverLast(7, { truth: 0.6 });
  const { report } = await check({ window: "7d" });
  expect(report.verdict).toBe("quiet");
  expect(report.checks[0]).toMatchObject({
    id: "calibration",
    status: "inconclusive",
    reason: "Only 7 values of date: an interval needs at least 10.",
  });
  expect(report.summary).toBe(
    "Quiet: no column moved by more than noise (1,400 rows from 2001-04-24 to 2001-04-30); whether outcomes still match predictions cannot be told from 7 days.",
  );
});

test("a ratio beyond its bound whose interval is not is quiet, and says so", async () => {
  deliverLast(21, { truth: 0.78 });
  const { report } = await check({ "false-alarms-per-year": 0.001 });
  expect(report).toMatchObject({ verdict: "quiet" });
  expect(report.checks[0]).toMatchObject({ id: "calibration", status: "pass" });
  expect(report.performance?.ratio.value).toBeLessThan(0.8);
  expect(report.summary).toMatch(
    /2001-04-30\); observed \/ predicted is 0\.7\d, but its interval \[0\.\d\d, 0\.\d\d\] still reaches the bound 0\.80\.$/,
  );
  expect(report.checks[0]?.reason).toMatch(/^0\.7\d lies beyond the bound, but its interval/);
});

test("without a drift section the setting is named, not data that are missing", async () => {
  const { drift: _, ...bare } = config();
  await expect(check({}, { config: bare })).rejects.toMatchObject({
    code: "SETTING_MISSING",
    details: { model: "flight-delays", setting: "drift" },
  });
});

test("rows without labels do not count, and the share that has them is shown", async () => {
  const label = project.files.get("labels/2001-04-25.parquet") as Table;
  const first150 = Int32Array.from({ length: 150 }, (_, row) => row);
  project.files.set("labels/2001-04-25.parquet", selectRows(label, first150));
  expect((await check()).report.performance).toMatchObject({ rows: 4150, labelled: 4150 / 4200 });
});

test("a delivery that stopped weeks ago is stale", async () => {
  project.clock.pass(19 * 86_400);
  const { report } = await check({ labels: undefined, predictions: undefined });
  expect(report.checks[0]).toMatchObject({ id: "stale-batch", status: "fail", unit: "days" });
  expect(report.verdict).toBe("data-broken");
});

test("the same bytes under two names are a duplicate batch", async () => {
  project.files.set("incoming/copy.parquet", project.files.get("incoming/2001-04-20.parquet") as Table);
  expect((await check()).report.checks.map((one) => one.id)).toContain("duplicate-batch");
});
