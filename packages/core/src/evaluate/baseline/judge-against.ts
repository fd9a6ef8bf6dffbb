import type { Backend, RunFolder } from "../../backend.ts";
import type { Gate, ModelConfig } from "../../config/config.ts";
import { canonicalJson, type Sha256 } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import { seedOf } from "../../statistics/generator.ts";
import type { RunRecord, ScoredRows } from "../../train/run-record.ts";
import type { EvaluationReport, Side } from "../evaluation-report.ts";
import { judge } from "../judge/judge.ts";
import type { Judgement, JudgeSettings } from "../judge/judgement.ts";
import type { Pool } from "../judge/pool.ts";
import type { Predictions } from "../rows/predictions.ts";
import { rowsDigest } from "../rows/row-order.ts";
import type { Baseline } from "./baseline.ts";
import { type Reading, type ReadPorts, readScored, readStored } from "./scored-files.ts";

/** A run that is judged, its scores read. */
export interface JudgedRun {
  readonly folder: RunFolder;
  readonly record: RunRecord;
  /** Null when the training wrote metrics only. */
  readonly candidate: Predictions | null;
  /** Runs of its recipe with other seeds; null: none. */
  readonly pool: Pool | null;
  readonly rules: ModelConfig["evaluate"];
  readonly task: EvaluationReport["task"];
  readonly reading: Reading;
  /** Which files it made is what a doubted run says of itself. */
  readonly doubted: boolean;
  /** Only the gates are wanted: the rows were looked into against another baseline. */
  readonly gatesAlone?: boolean;
}

/** A run held against one baseline. */
export interface Against {
  /** "production v1", or a file's name. */
  readonly label: string;
  readonly judgement: Judgement;
  readonly judging: JudgeSettings;
  /** The baseline as the report names it; null without one. */
  readonly side: Side | null;
}

/**
 * Judges a run against a baseline: on the scores stored with its version, on those the candidate's job made of it, or on both.
 * @throws BASELINE_UNSCORED, DIGEST_MISMATCH, BLOB_MISSING, and what `readPredictions` and `judge` refuse
 */
export async function judgeAgainst(
  baseline: Baseline,
  run: JudgedRun,
  ports: ReadPorts & Pick<Backend, "sha256">,
): Promise<Against> {
  const { folder, record, candidate, rules, task, reading, doubted } = run;
  const { version } = baseline;
  const scored = record.predictions;
  const made = [scored?.baseline, ...(scored?.others ?? []).map(({ rows }) => rows)].filter((one) => one != null);
  const ofVersion =
    version === null ? null : (made.find((one) => one.rootDigest === version.manifest.rootDigest) ?? null);
  const unchanged = !doubted && version !== null && record.rootDigest === version.manifest.rootDigest;
  let fromJob = unchanged ? candidate : null; // the same files give the same scores
  if (candidate !== null && ofVersion !== null)
    fromJob = await readScored(folder, ofVersion, { ...reading, slices: [], labels: "optional" }, ports);
  const stored = candidate === null || version === null ? null : await readStored(version, reading, ports);
  if (candidate !== null && version !== null && stored === null && fromJob === null) {
    throw new TrainyardError("BASELINE_UNSCORED", {
      baseline: baseline.label,
      problem:
        problemOf(record, baseline.asked) ??
        `it was ${version.record === null ? "imported" : "registered"} without predictions`,
    });
  }
  const seeds = [candidate && rowsDigest(candidate), version?.manifest.rootDigest ?? null, rules.groups ?? null];
  const judging: JudgeSettings = {
    task,
    metrics: rules.metrics,
    gates: (rules.gates as Gate[] | undefined) ?? null,
    fairness: rules.fairness,
    costs: rules.costs ?? null,
    alpha: rules.alpha,
    seed: seedOf(ports.sha256(canonicalJson(seeds))),
    against: baseline.label,
    noBaseline: baseline.noBaseline,
    unheld: baseline.unheld,
    unchanged,
    gatesAlone: run.gatesAlone ?? false,
  };
  const judgement = judge(
    {
      candidate,
      pool: run.pool,
      baseline: stored === null && fromJob === null ? null : { stored, fromJob },
      metrics: record.metrics,
      baselineMetrics: version?.metrics ?? null,
      baselineHasRows: version !== null && version.manifest.predictions !== null,
      evaluationRows: evaluationRows(record),
      sameData: version?.record == null ? null : sameData(record, version.record),
    },
    judging,
  );
  const { pairing } = judgement;
  const side = version === null ? null : baselineSide(baseline, version, pairing, { stored, fromJob, made: ofVersion });
  return { label: baseline.label, judgement, judging, side };
}

function problemOf({ predictions }: RunRecord, asked: string): string | null {
  const other = predictions?.others?.find((one) => one.asked === asked);
  return other === undefined ? (predictions?.baselineProblem ?? null) : other.problem;
}

/** Why baselines could not be scored, or whose code did it. */
export function problemsOf({ predictions }: RunRecord): string[] {
  const problems = [predictions?.baselineProblem, ...(predictions?.others ?? []).map(({ problem }) => problem)];
  return problems.filter((problem) => problem != null);
}

/** Rows of the evaluation data; null where not all of them were counted. */
function evaluationRows({ datasets }: RunRecord): number | null {
  const counts = datasets.filter(({ role }) => role === "evaluation").map(({ rows }) => rows);
  return counts.length === 0 ? null : counts.reduce((sum, rows) => (sum === null || rows === null ? null : sum + rows));
}

/** Whether two runs were judged on the same evaluation data. Null where either names no evaluation data, or only claims them. */
export function sameData(candidate: RunRecord, baseline: RunRecord): boolean | null {
  const [ours, theirs] = [evaluationDigests(candidate), evaluationDigests(baseline)];
  return ours === null || theirs === null ? null : canonicalJson(ours) === canonicalJson(theirs);
}

/** Digests of the rows a run was judged on, sorted; null where it names none, or only claims some. */
export function evaluationDigests({ datasets }: RunRecord): string[] | null {
  const digests = datasets.filter(({ role }) => role === "evaluation").map(({ digest }) => digest);
  return digests.length === 0 || digests.includes(null) ? null : (digests as string[]).toSorted();
}

function predictionsRef(path: string, digest: Sha256, { rows }: Predictions): Side["predictions"] {
  return { path, digest, rows };
}

/** The candidate as the report names it. */
export function candidateSide({ record, candidate }: Pick<JudgedRun, "record" | "candidate">): Side {
  const scored = record.predictions?.candidate.file;
  return {
    label: "candidate",
    run: record.id,
    version: null,
    rootDigest: record.rootDigest,
    predictions:
      scored === undefined || candidate === null ? null : predictionsRef(scored.path, scored.digest, candidate),
    scoredBy: "candidate-job",
  };
}

function baselineSide(
  { label }: Baseline,
  { manifest }: NonNullable<Baseline["version"]>,
  { mode, rows, fromJob: ofJob = 0 }: EvaluationReport["pairing"],
  { stored, fromJob, made }: { stored: Predictions | null; fromJob: Predictions | null; made: ScoredRows | null },
): Side {
  const scoredBy = ofJob === 0 ? "stored" : mode === "paired" && ofJob < rows ? "both" : "candidate-job";
  const kept =
    stored !== null && manifest.predictions !== null ? predictionsRef(stored.path, manifest.predictions, stored) : null;
  const byJob = fromJob !== null && made !== null ? predictionsRef(made.file.path, made.file.digest, fromJob) : null;
  return {
    label,
    run: manifest.run,
    version: manifest.version,
    rootDigest: manifest.rootDigest,
    predictions: scoredBy === "candidate-job" ? byJob : kept,
    scoredBy,
  };
}
