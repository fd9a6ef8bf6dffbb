import type { Backend } from "../backend.ts";
import type { Gate, ModelConfig } from "../config/config.ts";
import { canonicalJson, prettyJson, type Sha256 } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import type { Registry } from "../registry/read/registry.ts";
import { seedOf } from "../statistics/generator.ts";
import { timestamp } from "../time.ts";
import { openRun } from "../train/open-run.ts";
import type { RunRecord, ScoredRows } from "../train/run-record.ts";
import { anchored } from "./baseline/anchor.ts";
import { type Baseline, findBaseline } from "./baseline/baseline.ts";
import { type Reading, readScored, readStored } from "./baseline/scored-files.ts";
import { EVALUATION_FILE, EvaluationReport, type Side } from "./evaluation-report.ts";
import { judge } from "./judge/judge.ts";
import type { JudgeSettings } from "./judge/judgement.ts";
import { changes } from "./look/changes.ts";
import type { Predictions } from "./rows/predictions.ts";

/** What to judge, and by which rules: on GitHub the rules are the base branch's. */
export interface EvaluateSettings {
  readonly model: string;
  readonly config: Pick<ModelConfig, "task" | "evaluate" | "deploy">;
  /** Run id; null for the model's newest. */
  readonly run: string | null;
  /** Instead of `evaluate.baseline`: an alias, a version, `none`. */
  readonly baseline: string | null;
  /** Files these rules stand in that differ from the commit. */
  readonly rulesUncommitted: readonly string[];
  /** Sentences a reader must see first: where the rules come from, and what differs. */
  readonly notes?: readonly string[];
  /** Why a verdict that passes counts as inconclusive: nobody who is trusted made the scores, or they are of other rows. */
  readonly doubts?: readonly string[];
}

export type EvaluatePorts = Pick<
  Backend,
  "runs" | "store" | "tables" | "workspace" | "sha256" | "clock" | "progress"
> & { readonly registry: Registry };

/**
 * Judges a run against the baseline, on what its bundle and the registry hold; runs no user code. Writes the report into the bundle.
 * @throws NO_RUN, RUN_UNKNOWN, RUN_UNFINISHED, PREDICTIONS_MISSING, BASELINE_MISSING, BASELINE_UNKNOWN, DIGEST_MISMATCH, and what `readPredictions` and `judge` refuse
 */
export async function evaluate(settings: EvaluateSettings, ports: EvaluatePorts): Promise<EvaluationReport> {
  const { folder, record } = await openRun(settings.model, settings.run, ports);
  const baseline = await findBaseline(
    settings.model,
    settings.baseline ?? settings.config.evaluate.baseline,
    Object.keys(settings.config.deploy),
    ports,
  );
  const { evaluate: rules, task } = settings.config;
  const doubts = settings.doubts ?? [];
  const scored = record.predictions;
  if (scored === null && record.metrics.length === 0)
    throw new TrainyardError("PREDICTIONS_MISSING", { run: record.id });

  const reading: Reading = {
    task,
    groups: rules.groups ?? null,
    slices: sliceColumns(rules),
    columns: rules.columns,
    weights: rules.columns["sample_weight"] === undefined ? [] : ["sample_weight"], // the base branch says what weighs, never the candidate
    labels: "required",
  };
  const candidate = scored === null ? null : await readScored(folder, scored.candidate, reading, ports);
  const version = baseline.version;
  const ofVersion =
    version !== null && scored?.baseline?.rootDigest === version.manifest.rootDigest ? scored.baseline : null;
  // Which files it made is what a doubted run says of itself.
  const unchanged = doubts.length === 0 && version !== null && record.rootDigest === version.manifest.rootDigest;
  let fromJob = unchanged ? candidate : null; // the same files give the same scores
  if (candidate !== null && ofVersion !== null) {
    fromJob = await readScored(folder, ofVersion, { ...reading, slices: [], labels: "optional" }, ports);
  }
  const stored = candidate === null || version === null ? null : await readStored(version, reading, ports);
  if (candidate !== null && version !== null && stored === null && fromJob === null) {
    throw new TrainyardError("BASELINE_UNSCORED", {
      baseline: baseline.label,
      problem:
        scored?.baselineProblem ?? `it was ${version.record === null ? "imported" : "registered"} without predictions`,
    });
  }

  const seed = seedOf(
    ports.sha256(
      canonicalJson([
        scored?.candidate.file.digest ?? null,
        version?.manifest.rootDigest ?? null,
        rules.groups ?? null,
      ]),
    ),
  );
  const judging: JudgeSettings = {
    task,
    metrics: rules.metrics,
    gates: (rules.gates as Gate[] | undefined) ?? null,
    fairness: rules.fairness,
    alpha: rules.alpha,
    seed,
    against: baseline.label,
    noBaseline: baseline.noBaseline,
    unchanged,
  };
  const judged = judge(
    {
      candidate,
      baseline: stored === null && fromJob === null ? null : { stored, fromJob },
      metrics: record.metrics,
      baselineMetrics: version?.metrics ?? null,
      evaluationRows: rules.predict === undefined ? null : evaluationRows(record),
      sameData: version?.record == null ? null : sameData(record, version.record),
    },
    judging,
  );
  const { judgement, anchor } = await anchored(settings.model, judged, candidate, version, judging, reading, ports);
  const data = record.datasets.find((dataset) => dataset.role === "evaluation");
  const doubted = judgement.verdict === "pass" && doubts.length > 0;
  const report = EvaluationReport.parse({
    kind: "trainyard.evaluation/v1",
    model: settings.model,
    task,
    ...judgement,
    ...(anchor === null ? {} : { anchor }),
    ...(doubted ? { verdict: "inconclusive", doubts: [...doubts] } : {}),
    notes: [
      ...(doubted ? [] : doubts),
      ...(settings.notes ?? []),
      ...rulesNote(settings.rulesUncommitted),
      ...judgement.notes,
      ...(scored?.baselineProblem ? [sentence(scored.baselineProblem)] : []),
    ],
    ...(settings.rulesUncommitted.length === 0 ? {} : { rulesUncommitted: [...settings.rulesUncommitted] }),
    candidate: {
      label: "candidate",
      run: record.id,
      version: null,
      rootDigest: record.rootDigest,
      predictions:
        scored === null || candidate === null
          ? null
          : predictionsRef(scored.candidate.file.path, scored.candidate.file.digest, candidate),
      scoredBy: "candidate-job",
    },
    baseline: version === null ? null : baselineSide(baseline, version, stored, fromJob, ofVersion),
    data: data === undefined ? null : { path: data.path, rows: candidate?.rows ?? 0, digest: data.digest },
    changes: version?.record == null ? [] : changes(record, version.record),
    trainingSeconds: record.seconds,
    commit: record.code.commit,
    at: timestamp(ports.clock.now()),
    simulatedClock: ports.clock.simulated,
  } satisfies EvaluationReport);
  await folder.write(EVALUATION_FILE, prettyJson(report));
  return report;
}

/** Columns to look into, and those that gates hold to. */
function sliceColumns({ slices, gates, fairness }: ModelConfig["evaluate"]): string[] {
  const sensitive = fairness.map(({ column }) => column);
  return [...new Set([...slices, ...(gates ?? []).flatMap((gate) => gate.slices ?? []), ...sensitive])];
}

/** Rows of the evaluation data; null where not all of them were counted. */
function evaluationRows({ datasets }: RunRecord): number | null {
  const counts = datasets.filter(({ role }) => role === "evaluation").map(({ rows }) => rows);
  return counts.length === 0 ? null : counts.reduce((sum, rows) => (sum === null || rows === null ? null : sum + rows));
}

/** Null where either run names no evaluation data, or only claims them. */
function sameData(candidate: RunRecord, baseline: RunRecord): boolean | null {
  const [ours, theirs] = [candidate, baseline].map(({ datasets }) =>
    datasets.filter(({ role }) => role === "evaluation").map(({ digest }) => digest),
  ) as [(string | null)[], (string | null)[]];
  if ([ours, theirs].some((digests) => digests.length === 0 || digests.includes(null))) return null;
  return canonicalJson(ours.toSorted()) === canonicalJson(theirs.toSorted());
}

function rulesNote(files: readonly string[]): string[] {
  if (files.length === 0) return [];
  return [`The rules are not committed (${files.join(", ")}): what they let pass is not registered.`];
}

/** Starts with a capital and ends with a full stop. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
}

function predictionsRef(path: string, digest: Sha256, { rows }: Predictions): Side["predictions"] {
  return { path, digest, rows };
}

function baselineSide(
  baseline: Baseline,
  { manifest }: NonNullable<Baseline["version"]>,
  stored: Predictions | null,
  fromJob: Predictions | null,
  scored: ScoredRows | null,
): Side {
  const kept =
    stored !== null && manifest.predictions !== null ? predictionsRef(stored.path, manifest.predictions, stored) : null;
  const made =
    fromJob !== null && scored !== null ? predictionsRef(scored.file.path, scored.file.digest, fromJob) : null;
  return {
    label: baseline.label,
    run: manifest.run,
    version: manifest.version,
    rootDigest: manifest.rootDigest,
    predictions: made ?? kept,
    scoredBy: made === null ? "stored" : "candidate-job",
  };
}
