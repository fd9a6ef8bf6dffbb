import type { Backend } from "../backend.ts";
import { type Check, verdict } from "../check/check.ts";
import type { Gate } from "../config/config.ts";
import type { Costs } from "../config/costs.ts";
import type { Task } from "../config/task.ts";
import { type ColumnNames, underStandardNames } from "../data/column-names.ts";
import type { Table } from "../data/table.ts";
import { canonicalJson, type Sha256 } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import { seedOf } from "../statistics/generator.ts";
import { timestamp } from "../time.ts";
import { finalMetrics } from "../train/metrics.ts";
import { metricsOfJson } from "../train/metrics-json.ts";
import type { Metric } from "../train/run-record.ts";
import { further } from "./baseline/further.ts";
import type { Against } from "./baseline/judge-against.ts";
import { STANDARD_MISSING } from "./check-ids.ts";
import { EvaluationReport, type Side } from "./evaluation-report.ts";
import { LEAST_UNITS } from "./intervals/grounds.ts";
import { compares } from "./judge/gate.ts";
import { judge } from "./judge/judge.ts";
import type { Judgement } from "./judge/judgement.ts";
import type { Pool, PooledRun } from "./judge/pool.ts";
import { taskOf } from "./metrics/metrics.ts";
import { distinctUpTo } from "./rows/factor.ts";
import { type Predictions, readPredictions, WEIGHTS } from "./rows/predictions.ts";
import { rowsDigest } from "./rows/row-order.ts";

/** A predictions file of the user's: where it lies, what to call it, and its digest where the caller knows it. */
export interface GivenFile {
  readonly file: string;
  readonly name: string;
  readonly digest: Sha256 | null;
  /** Its text where it is a metrics file and no table. */
  readonly metrics?: string;
}

export interface EvaluateFilesSettings {
  readonly candidate: GivenFile;
  /** Scores of the same recipe with other seeds, judged together with the candidate. */
  readonly pool?: readonly GivenFile[];
  /** The report is about the first. */
  readonly baselines: readonly GivenFile[];
  /** Null: told from the columns. */
  readonly task: Task | null;
  readonly groups: string | null;
  readonly slices: readonly string[];
  readonly columns: ColumnNames;
  /** What the baselines' columns are called where it is not that. */
  readonly baselineColumns?: ColumnNames;
  readonly metrics: readonly string[];
  /** What wrong decisions cost; null or absent: nobody says. */
  readonly costs?: Costs | null;
  /** Null: the default gate on the task's loss. */
  readonly gates: readonly Gate[] | null;
  readonly alpha: number;
}

/**
 * Judges a predictions file or a metrics file, alone or against others of its kind, without a project or a registry.
 * @throws METRICS_INVALID, TASK_MISMATCH, and what `readPredictions` and `judge` refuse
 */
export async function evaluateFiles(
  settings: EvaluateFilesSettings,
  { tables, sha256, clock }: Pick<Backend, "tables" | "sha256" | "clock">,
): Promise<EvaluationReport> {
  const { candidate: own, baselines } = settings;
  const heldToNothing = baselines.length === 0 && (settings.gates ?? []).every(compares);
  const alone = heldToNothing ? { ...settings, gates: [] } : settings;
  const candidate = await readGiven(own, settings, null, tables);
  const pool = await poolOf(settings, candidate, tables);
  const others: Judged[] = [];
  for (const other of baselines) {
    const baseline = await readGiven(other, settings, candidate, tables);
    others.push(judgeFile(candidate, pool, other, baseline, settings, others.length === 0, sha256));
  }
  const [first = judgeFile(candidate, pool, null, null, alone, true, sha256), ...rest] = others;
  const more = further(rest, first.judgement.notes);
  const checks = [...(heldToNothing ? [standardMissing()] : []), ...first.judgement.checks, ...more.checks];
  return EvaluationReport.parse({
    kind: "trainyard.evaluation/v1",
    model: own.name.replace(/^.*\//, "").replace(/\..*$/, ""),
    task: candidate.task,
    ...first.judgement,
    checks,
    verdict: verdict(checks),
    notes: [...groupNotes(first.judgement, settings), ...first.judgement.notes, ...more.notes],
    ...(more.others.length === 0 ? {} : { others: more.others }),
    candidate: side(own, candidate),
    baseline: first.side,
    data: null,
    changes: [],
    trainingSeconds: null,
    commit: null,
    at: timestamp(clock.now()),
    simulatedClock: clock.simulated,
  } satisfies EvaluationReport);
}

/** Inconclusive: a file held to nothing meets no standard, and a `--baseline none` left in a workflow must not be green for ever. */
function standardMissing(): Check {
  return {
    id: STANDARD_MISSING,
    subject: "standard",
    rule: "a baseline or a gate to judge by",
    status: "inconclusive",
    actual: null,
    interval: null,
    limit: null,
    unit: "",
    reason: "neither a baseline nor an absolute gate was named",
    severity: "fail",
  };
}

/** What one file holds: scored rows, or the metrics of a training. */
interface Given {
  readonly task: Task;
  readonly rows: Predictions | null;
  readonly metrics: readonly Metric[];
}

/** @param candidate What a baseline is compared with, and has to be of a kind with; null for the candidate itself. */
async function readGiven(
  { file, name, metrics }: GivenFile,
  settings: EvaluateFilesSettings,
  candidate: Given | null,
  tables: Backend["tables"],
): Promise<Given> {
  const isOther = candidate !== null && (candidate.rows === null) !== (metrics !== undefined);
  if (isOther)
    throw new TrainyardError("TASK_MISMATCH", {
      path: name,
      task: candidate.task,
      problem:
        metrics === undefined ? "it holds rows, and the candidate metrics" : "it holds metrics, and the candidate rows",
    });
  if (metrics !== undefined) {
    const reported = metricsIn(metrics, name);
    return { task: candidate?.task ?? settings.task ?? taskOf(reported), rows: null, metrics: reported };
  }
  const table = namedColumns(await tables.read(file, name), name, settings, candidate !== null);
  const task = candidate?.task ?? settings.task;
  const groups = groupsIn(table, settings.groups);
  const rows = readPredictions(table, name, {
    task,
    groups: candidate === null || table.columns.has(groups ?? "") ? groups : null,
    slices: candidate === null ? settings.slices : [],
    weights: WEIGHTS,
    labels: candidate === null ? "required" : "optional",
  });
  return { task: rows.task, rows, metrics: [] };
}

/** A baseline's columns go by its own names where those are given, else by the candidate's. @throws COLUMN_MISSING */
function namedColumns(
  table: Table,
  name: string,
  { columns, baselineColumns = {}, baselines }: EvaluateFilesSettings,
  isBaseline: boolean,
): Table {
  if (!isBaseline) return underStandardNames(table, name, columns, "refuse");
  const others = Object.entries(columns).filter(([role]) => !Object.hasOwn(baselineColumns, role));
  const shared = underStandardNames(table, name, Object.fromEntries(others), "keep");
  return underStandardNames(shared, name, baselineColumns, baselines.length > 1 ? "keep" : "refuse");
}

/** The column that was named; `none` for none. Where nobody says, one called `group` of enough values to tell anything by. */
function groupsIn({ columns }: Table, named: string | null): string | null {
  if (named !== null) return named === "none" ? null : named;
  const column = columns.get("group");
  return column !== undefined && distinctUpTo(column, LEAST_UNITS).count >= LEAST_UNITS ? "group" : null;
}

function groupNotes({ method }: Judgement, { groups }: EvaluateFilesSettings): string[] {
  if (method.groups === null || groups !== null) return [];
  return [
    "Intervals cluster by the column group, as no other was named; --groups none takes its rows for independent.",
  ];
}

/** @throws TASK_MISMATCH for a metrics file, and what `readPredictions` refuses */
async function poolOf(
  { candidate, pool = [], ...settings }: EvaluateFilesSettings,
  named: Given,
  tables: Backend["tables"],
): Promise<Pool | null> {
  const others: PooledRun[] = [];
  const seen = [candidate];
  for (const one of pool) {
    const twin = seen.find(({ digest }) => digest !== null && digest === one.digest);
    if (twin !== undefined) throw new TrainyardError("POOL_SAME", { run: twin.name, other: one.name, seed: null });
    seen.push(one);
    const { rows } = await readGiven(one, { candidate, ...settings }, named, tables);
    if (rows === null)
      throw new TrainyardError("TASK_MISMATCH", {
        path: one.name,
        task: named.task,
        problem: "metrics of several seeds are pooled as samples of one metrics file",
      });
    others.push({ run: one.name, seed: null, predictions: rows });
  }
  return others.length === 0 ? null : { named: { run: candidate.name, seed: null }, others };
}

/** @throws METRICS_INVALID */
function metricsIn(text: string, path: string): Metric[] {
  const found = metricsOfJson(text);
  if (found === null)
    throw new TrainyardError("METRICS_INVALID", { path, field: "the file", problem: "is neither rows nor metrics" });
  const [problem] = found.problems;
  if (problem !== undefined) throw new TrainyardError("METRICS_INVALID", { path, ...problem });
  const { metrics, invalid } = finalMetrics([found.metrics]);
  const [broken] = invalid;
  if (broken !== undefined)
    throw new TrainyardError("METRICS_INVALID", { path, field: broken.name, problem: "is NaN or infinite" });
  if (metrics.length === 0)
    throw new TrainyardError("METRICS_INVALID", { path, field: "the file", problem: "holds no number" });
  return metrics;
}

type Judged = Pick<Against, "judgement" | "side" | "label">;

function judgeFile(
  candidate: Given,
  pool: Pool | null,
  other: GivenFile | null,
  baseline: Given | null,
  { groups, metrics, gates, costs = null, alpha }: EvaluateFilesSettings,
  first: boolean,
  sha256: Backend["sha256"],
): Judged {
  const judgement = judge(
    {
      candidate: candidate.rows,
      pool,
      baseline: baseline?.rows ? { stored: baseline.rows, fromJob: null } : null,
      metrics: candidate.metrics,
      baselineMetrics: baseline?.metrics ?? null,
      files: true,
    },
    {
      task: candidate.task,
      metrics,
      gates: first ? gates : (gates?.filter(compares) ?? null),
      costs,
      alpha,
      seed: seedOf(sha256(canonicalJson([candidate.rows && rowsDigest(candidate.rows), groups]))),
      against: other?.name ?? "none",
      noBaseline: other === null ? "not-asked" : null,
      unchanged: false,
    },
  );
  const label = other?.name ?? "none";
  return { judgement, label, side: other === null || baseline === null ? null : side(other, baseline) };
}

function side({ name, digest }: GivenFile, { rows }: Given): Side {
  return {
    label: name,
    run: null,
    version: null,
    rootDigest: null,
    predictions: digest === null || rows === null ? null : { path: name, digest, rows: rows.rows },
    scoredBy: "given",
  };
}
