import type { Backend } from "../backend.ts";
import type { Check } from "../check/check.ts";
import type { Task } from "../config/task.ts";
import type { Profile } from "../data/profile.ts";
import type { Column, Table } from "../data/table.ts";
import { type FileRef, parseDocument } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import type { ModelVersion } from "../registry/log/model-version.ts";
import { importRecordOf } from "../registry/read/import-record.ts";
import { RunRecord } from "../train/run-record.ts";
import { brokenCheck } from "./broken.ts";
import type { DriftRule } from "./column-drift.ts";
import { type Comparison, compareTables } from "./compare-tables.ts";
import { idColumn, type ReadRows, readRows } from "./current-rows.ts";
import { type HandedScores, readHandedScores } from "./current-scores.ts";
import type { DriftConfig } from "./drift-config.ts";
import type { DriftReport, Performance } from "./drift-report.ts";
import { ANSWERS, labelColumn, truthColumns } from "./label-column.ts";
import { joinAnswers, labelledRows } from "./labelled-rows.ts";
import { calibrationCheck, judgePerformance } from "./performance.ts";

/** Everything a verdict is made from, read. */
export interface Evidence {
  readonly config: DriftConfig;
  readonly task: Task;
  readonly groups: string | null;
  readonly rule: DriftRule;
  /** Timestamp of this look. */
  readonly at: string;
  /** Profile of the rows the version was judged on, and of its scores on them. */
  readonly reference: Profile;
  readonly scored: Profile | null;
  readonly current: ReadRows;
  readonly labels: ReadRows | null;
  readonly manifest: ModelVersion;
  /** Scores of the current rows that a job before this one made; they count where no log says what the model answered. */
  readonly handed: HandedScores | null;
}

export type Judgement = Pick<DriftReport, "verdict" | "columns" | "score" | "performance" | "checks" | "notes">;

/**
 * Columns, scores and outcomes of the current rows. Broken data outranks everything: no score is asked for and no outcome judged on it.
 * @throws SCORES_MISSING, COLUMN_MISSING
 */
export async function judge(
  evidence: Evidence,
  ports: Pick<Backend, "tables" | "workspace" | "progress" | "store">,
): Promise<Judgement> {
  const { config, current, labels } = evidence;
  const reading = [
    ...readingProblems(config.time ?? null, current),
    ...(labels === null ? [] : unreadableFiles(labels)),
  ];
  const truth = labels === null || labels.table.rows === 0 ? null : truthOf(evidence, labels);
  const inputs = compare(evidence, truth, null);
  const broken = [...reading, ...inputs.checks.filter(isBroken)];
  if (broken.length > 0) {
    const rest = inputs.checks.filter((check) => !isBroken(check));
    return {
      verdict: "data-broken",
      columns: inputs.columns,
      score: null,
      performance: null,
      checks: [...broken, ...rest],
      notes: inputs.notes,
    };
  }
  const answers = await answersOf(evidence, ports);
  if (answers === null) return { ...verdictOf(inputs, null), columns: inputs.columns, score: null, performance: null };
  const score = scoreColumn(evidence, answers);
  const compared = score === null ? inputs : compare(evidence, truth, score);
  const outcome = truth === null || labels === null ? null : await outcomes(evidence, labels, truth, answers, ports);
  const check = outcome?.found == null ? null : calibrationCheck(outcome.found);
  const judged = verdictOf(compared, check);
  const notes = [...judged.notes, ...(outcome?.note == null ? [] : [outcome.note])];
  return { ...judged, notes, columns: compared.columns, score: compared.score, performance: outcome?.found ?? null };
}

const isBroken = (check: Check) => check.status === "fail" && check.id !== "column-drift" && check.id !== "calibration";

function readingProblems(time: string | null, current: ReadRows): Check[] {
  const ragged = current.ragged
    .filter(({ column }) => column === time)
    .map(({ column, file }) =>
      brokenCheck("column-missing", column, `\`${column}\` is in every file`, `\`${column}\` is missing in ${file}`),
    );
  const timeless = time !== null && current.table.rows > 0 && !current.table.columns.has(time);
  const missing = timeless
    ? [brokenCheck("column-missing", time, `\`${time}\` is there`, `\`${time}\` is missing`)]
    : [];
  return [...unreadableFiles(current), ...missing, ...ragged];
}

function unreadableFiles(read: ReadRows): Check[] {
  return read.unreadable.map(({ file, problem }) =>
    brokenCheck("file-unreadable", file.path, `${file.path} can be read`, problem.replace(/\.$/, "")),
  );
}

function truthOf({ config, groups }: Evidence, labels: ReadRows): string {
  return labelColumn(labels.table, [config.time ?? null, groups], labels.files[0]?.path ?? "the labels");
}

function compare(
  evidence: Evidence,
  truth: string | null,
  score: Parameters<typeof compareTables>[0]["score"],
): Comparison {
  const { config, groups, current, reference, scored, labels, rule, at } = evidence;
  const exclude = ["id", ...ANSWERS, ...truthColumns(reference, scored), ...(labels?.table.columns.keys() ?? [])];
  if (config.time !== undefined) exclude.push(config.time);
  if (truth !== null) exclude.push(truth);
  const input = {
    reference,
    current: current.table,
    columns: config.columns ?? null,
    exclude,
    score,
    groups,
    rule,
    at,
  };
  const compared = compareTables(input);
  const incomplete = current.ragged.filter(({ column }) => compared.columns.some(({ name }) => name === column));
  const checks = incomplete.map(({ column, file }) =>
    brokenCheck("column-missing", column, `\`${column}\` is in every file`, `\`${column}\` is missing in ${file}`),
  );
  return { ...compared, checks: [...checks, ...compared.checks] };
}

/** Scores aligned with the current rows; null when none are configured and none are there. @throws SCORES_MISSING, SCORES_FOREIGN, COLUMN_MISSING */
async function answersOf(
  { config, current, manifest, handed, task }: Evidence,
  ports: Pick<Backend, "tables" | "workspace" | "progress">,
) {
  const { table } = current;
  if (config.predictions === undefined && handed !== null) {
    const ids = idColumn(table, current.files[0]?.path ?? "the current rows");
    return joined(ids, await readHandedScores(handed, manifest, task, current.files, ports));
  }
  if (config.predictions === undefined) {
    const own = joinAnswers(table, null, null);
    if (own === null && config.labels !== undefined)
      throw new TrainyardError("SCORES_MISSING", { model: manifest.model, rows: table.rows });
    return own?.answers ?? null;
  }
  const ids = idColumn(table, current.files[0]?.path ?? "the current rows");
  const files: readonly FileRef[] = await ports.workspace.files(config.predictions);
  const logged = await readRows(files, { time: null, from: null, to: null }, ports);
  const damaged = logged.unreadable[0];
  if (damaged !== undefined)
    throw new TrainyardError("TABLE_TRUNCATED", { path: damaged.file.path, problem: damaged.problem });
  return joined(ids, logged.table);

  function joined(ids: Column, scores: Table): Table {
    const found = joinAnswers(table, ids, scores);
    if (found === null || found.missing > 0)
      throw new TrainyardError("SCORES_MISSING", { model: manifest.model, rows: found?.missing ?? table.rows });
    return found.answers;
  }
}

function scoreColumn({ scored }: Evidence, answers: Evidence["current"]["table"]) {
  const name = ANSWERS.find((one) => answers.columns.has(one) && scored?.columns.some((column) => column.name === one));
  const reference = scored?.columns.find((column) => column.name === name);
  const current = name === undefined ? undefined : answers.columns.get(name);
  if (reference === undefined || current === undefined) return null;
  return (reference.type === "text") === (current.type === "text") ? { reference, current } : null;
}

async function outcomes(
  evidence: Evidence,
  labels: ReadRows,
  truth: string,
  answers: Evidence["current"]["table"],
  ports: Pick<Backend, "store">,
): Promise<{ found: Performance | null; note: string | null }> {
  const { current, config, rule, task, groups, manifest } = evidence;
  const ids = idColumn(current.table, current.files[0]?.path ?? "the current rows");
  const joined = labelledRows(
    { current: current.table, answers, ids },
    { table: labels.table, column: truth },
    { task, groups },
  );
  if (joined.predictions === null)
    return { found: null, note: joined.note ?? "No label of these rows has arrived yet." };
  const reference = manifest.metrics.map(({ name, estimate }) => ({ name, value: estimate.value }));
  if (reference.length === 0) reference.push(...(await recordedMetrics(manifest, ports)));
  const bound = config.calibration;
  const found = judgePerformance(joined.predictions, {
    alpha: rule.alpha,
    bound,
    currentRows: current.table.rows,
    reference,
  });
  return { found, note: found === null ? "Calibration was not judged: the predictions have no mean." : null };
}

/** Metrics that did not fit into the manifest stand in the record. */
async function recordedMetrics(manifest: ModelVersion, ports: Pick<Backend, "store">) {
  const record =
    manifest.record === null
      ? await importRecordOf(manifest, ports)
      : parseDocument(RunRecord, await ports.store.text(manifest.record, "run record"), "run record");
  return (record?.metrics ?? []).map(({ name, value }) => ({ name, value }));
}

function verdictOf(compared: Comparison, calibration: Check | null): Pick<Judgement, "verdict" | "checks" | "notes"> {
  const checks = calibration === null ? compared.checks : [calibration, ...compared.checks];
  const drifted = checks.some((check) => check.status === "fail" && check.severity === "fail");
  const verdict = drifted ? "drift" : compared.tooFewRows ? "insufficient-data" : "quiet";
  return { verdict, checks, notes: [...compared.notes] };
}
