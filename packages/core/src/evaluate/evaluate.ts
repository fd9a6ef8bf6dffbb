import type { Backend } from "../backend.ts";
import { verdict as verdictOf } from "../check/check.ts";
import { baselinesOf } from "../config/baselines.ts";
import type { CodePatterns } from "../config/code-patterns.ts";
import type { Gate, ModelConfig } from "../config/config.ts";
import { prettyJson } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import type { Registry } from "../registry/read/registry.ts";
import { timestamp } from "../time.ts";
import { openRun } from "../train/open-run.ts";
import { anchored } from "./baseline/anchor.ts";
import { type Baseline, findBaseline, unheldNotes } from "./baseline/baseline.ts";
import { further } from "./baseline/further.ts";
import { type Against, candidateSide, type JudgedRun, judgeAgainst, problemsOf } from "./baseline/judge-against.ts";
import { readPool } from "./baseline/pooled-runs.ts";
import { readingOf, readScored } from "./baseline/scored-files.ts";
import { staleNotes } from "./baseline/stale.ts";
import { wearOf } from "./baseline/wear.ts";
import { decidingChecks } from "./check-ids.ts";
import { changes } from "./differences/changes.ts";
import { codeLines } from "./differences/code-lines.ts";
import { footprint } from "./differences/footprint.ts";
import { EVALUATION_FILE, EvaluationReport } from "./evaluation-report.ts";
import { compares } from "./judge/gate.ts";
import { trainedOn } from "./judge/trained-on.ts";

/** What to judge, and by which rules: on GitHub the rules are the base branch's. */
export interface EvaluateSettings {
  readonly model: string;
  readonly config: Pick<ModelConfig, "task" | "evaluate" | "deploy">;
  /** Run id; null for the model's newest. */
  readonly run: string | null;
  /** Ids of runs of its recipe with other seeds, judged together with it. */
  readonly pool?: readonly string[];
  /** Instead of `evaluate.baseline`, the report's first: an alias, a version, `merge-base`, or `none`. */
  readonly baselines: readonly string[] | null;
  /** What counts as code, for the lines that changed; absent: they are not counted. */
  readonly code?: CodePatterns;
  /** Files these rules stand in that differ from the commit. */
  readonly rulesUncommitted: readonly string[];
  /** Sentences a reader must see first: where the rules come from, and what differs. */
  readonly notes?: readonly string[];
  /** Why a verdict that passes counts as inconclusive: nobody who is trusted made the scores, or they are of other rows. */
  readonly doubts?: readonly string[];
}

export type EvaluatePorts = Pick<
  Backend,
  "runs" | "store" | "tables" | "workspace" | "source" | "sha256" | "clock" | "progress"
> & { readonly registry: Registry };

/**
 * Judges a run against its baselines, on what its bundle and the registry hold; runs no user code. Writes the report into the bundle.
 * @throws NO_RUN, RUN_UNKNOWN, RUN_UNFINISHED, PREDICTIONS_MISSING, BASELINE_MISSING, BASELINE_UNKNOWN, MERGE_BASE_MISSING, BASE_UNKNOWN, BASELINE_UNSCORED,
 *   DIGEST_MISMATCH, and what `readPredictions` and `judge` refuse
 */
export async function evaluate(settings: EvaluateSettings, ports: EvaluatePorts): Promise<EvaluationReport> {
  const { model, config } = settings;
  const { evaluate: rules } = config;
  const doubts = settings.doubts ?? [];
  const run = await readRun(settings, ports);
  const { record, candidate } = run;
  const { baselines, version, side, judgement, anchor, others } = await againstAll(settings, run, ports);
  const worn = await wearOf(run, await ports.registry.state(model), ports);
  const trained = trainedOn(record, rules["trained-rows"]);
  const checks = [...trained.checks, ...judgement.checks, ...others.checks, ...worn.checks];
  const verdict = verdictOf(decidingChecks({ unchanged: judgement.unchanged, checks }));
  const data = record.datasets.find((dataset) => dataset.role === "evaluation");
  const doubted = verdict === "pass" && doubts.length > 0;
  const now = ports.clock.now();
  const lines =
    version === null || settings.code === undefined ? null : await codeLines(record, version, settings.code, ports);
  const report = EvaluationReport.parse({
    kind: "trainyard.evaluation/v1",
    model,
    task: config.task,
    ...judgement,
    checks,
    verdict: doubted ? "inconclusive" : verdict,
    ...(anchor === null ? {} : { anchor }),
    ...(baselines[0]?.unheld ? { unheld: baselines[0].unheld } : {}),
    ...(others.others.length === 0 ? {} : { others: others.others }),
    ...worn.said,
    ...(doubted ? { doubts: [...doubts] } : {}),
    notes: [
      ...(doubted ? [] : doubts),
      ...(settings.notes ?? []),
      ...rulesNote(settings.rulesUncommitted),
      ...baselines.flatMap((baseline) => unheldNotes(model, baseline)),
      ...judgement.notes,
      ...trained.notes,
      ...others.notes,
      ...baselines.flatMap((baseline) => staleNotes(baseline, rules["stale-after"], now)),
      ...worn.notes,
      ...problemsOf(record).map(sentence),
    ],
    ...(settings.rulesUncommitted.length === 0 ? {} : { rulesUncommitted: [...settings.rulesUncommitted] }),
    candidate: candidateSide(run),
    baseline: side,
    data: data === undefined ? null : { path: data.path, rows: candidate?.rows ?? 0, digest: data.digest },
    changes: version?.record == null ? [] : changes(record, version.record, lines),
    footprint: footprint(record, version?.manifest ?? null, candidate?.rows ?? 0),
    trainingSeconds: record.seconds,
    commit: record.code.commit,
    at: timestamp(now),
    simulatedClock: ports.clock.simulated,
  } satisfies EvaluationReport);
  await run.folder.write(EVALUATION_FILE, prettyJson(report));
  return report;
}

/** The run held against every baseline that is asked for, and margins against the anchor too. */
async function againstAll({ model, config, ...settings }: EvaluateSettings, run: JudgedRun, ports: EvaluatePorts) {
  const baselines: Baseline[] = [];
  const { code, rootDigest } = run.record;
  const from = { environments: Object.keys(config.deploy), head: code.headCommit, rootDigest };
  for (const asked of settings.baselines ?? baselinesOf(config.evaluate))
    baselines.push(await findBaseline(model, asked, from, ports));
  const [first, ...rest] = baselines as [Baseline, ...Baseline[]]; // one is always asked for
  const { version } = first;
  const { judgement, judging, side } = await judgeAgainst(first, run, ports);
  const held = await anchored(model, judgement, run, version, judging, ports);
  const against: Against[] = [];
  for (const baseline of rest) against.push(await judgeAgainst(baseline, comparingOnly(run), ports));
  return { baselines, version, side, ...held, others: further(against, held.judgement.notes) };
}

/** The run with its scores, read by the rules. @throws PREDICTIONS_MISSING, and what `openRun` and `readPredictions` refuse */
async function readRun(
  { model, run, pool: asked = [], config, doubts = [] }: EvaluateSettings,
  ports: EvaluatePorts,
): Promise<JudgedRun> {
  const { folder, record } = await openRun(model, run, ports);
  const rules = withBudget(config.evaluate);
  const { task } = config;
  const scored = record.predictions;
  if (scored === null && record.metrics.length === 0)
    throw new TrainyardError("PREDICTIONS_MISSING", { run: record.id });
  const reading = readingOf(config);
  const candidate = scored === null ? null : await readScored(folder, scored.candidate, reading, ports);
  const pool = candidate === null ? null : await readPool(record, asked, reading, ports);
  return { folder, record, candidate, pool, rules, task, reading, doubted: doubts.length > 0 };
}

/** Of so many verdicts on the same rows all are right together as often as one alone would be (Bonferroni; Renggli et al. 2019). */
function withBudget(rules: ModelConfig["evaluate"]): ModelConfig["evaluate"] {
  const { "reuse-budget": budget, alpha, gates } = rules;
  if (budget === undefined) return rules;
  const shared = (gate: Gate): Gate => (gate.alpha === undefined ? gate : { ...gate, alpha: gate.alpha / budget });
  return { ...rules, alpha: alpha / budget, gates: gates?.map(shared) };
}

/** Standards are held once, against no baseline, and rows are looked into once. */
function comparingOnly(run: JudgedRun): JudgedRun {
  return { ...run, rules: { ...run.rules, gates: run.rules.gates?.filter(compares), fairness: [] }, gatesAlone: true };
}

function rulesNote(files: readonly string[]): string[] {
  if (files.length === 0) return [];
  return [`The rules are not committed (${files.join(", ")}): what they let pass is not registered.`];
}

/** Starts with a capital and ends with a full stop. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
}
