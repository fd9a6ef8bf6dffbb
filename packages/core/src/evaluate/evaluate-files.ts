import type { Backend } from "../backend.ts";
import { verdict } from "../check/check.ts";
import type { Gate } from "../config/config.ts";
import type { Task } from "../config/task.ts";
import { type ColumnNames, underStandardNames } from "../data/column-names.ts";
import { canonicalJson, type Sha256 } from "../document.ts";
import { seedOf } from "../statistics/generator.ts";
import { timestamp } from "../time.ts";
import { further } from "./baseline/further.ts";
import type { Against } from "./baseline/judge-against.ts";
import { EvaluationReport, type Side } from "./evaluation-report.ts";
import { compares } from "./judge/gate.ts";
import { judge } from "./judge/judge.ts";
import { type Predictions, readPredictions, WEIGHTS } from "./rows/predictions.ts";

/** A predictions file of the user's: where it lies, what to call it, and its digest where the caller knows it. */
export interface GivenFile {
  readonly file: string;
  readonly name: string;
  readonly digest: Sha256 | null;
}

export interface EvaluateFilesSettings {
  readonly candidate: GivenFile;
  /** The report is about the first. */
  readonly baselines: readonly GivenFile[];
  /** Null: told from the columns. */
  readonly task: Task | null;
  readonly groups: string | null;
  readonly slices: readonly string[];
  readonly columns: ColumnNames;
  readonly metrics: readonly string[];
  /** Null: the default gate on the task's loss. */
  readonly gates: readonly Gate[] | null;
  readonly alpha: number;
}

/**
 * Judges a predictions file, alone or against another, without a project or a registry.
 * @throws what `readPredictions` and `judge` refuse
 */
export async function evaluateFiles(
  settings: EvaluateFilesSettings,
  { tables, sha256, clock }: Pick<Backend, "tables" | "sha256" | "clock">,
): Promise<EvaluationReport> {
  const { candidate: own } = settings;
  const { task, groups, slices, columns } = settings;
  const read = async ({ file, name }: GivenFile, absent: "refuse" | "keep") =>
    underStandardNames(await tables.read(file, name), name, columns, absent);
  const candidate = readPredictions(await read(own, "refuse"), own.name, {
    task,
    groups,
    slices,
    weights: WEIGHTS,
    labels: "required",
  });
  const others: Judged[] = [];
  for (const other of settings.baselines) {
    const table = await read(other, "keep");
    const baseline = readPredictions(table, other.name, {
      task: candidate.task,
      groups: groups !== null && table.columns.has(groups) ? groups : null,
      slices: [],
      weights: WEIGHTS,
      labels: "optional",
    });
    others.push(judgeFile(candidate, other, baseline, settings, others.length === 0, sha256));
  }
  const [first = judgeFile(candidate, null, null, settings, true, sha256), ...rest] = others;
  const more = further(rest, first.judgement.notes);
  const checks = [...first.judgement.checks, ...more.checks];
  return EvaluationReport.parse({
    kind: "trainyard.evaluation/v1",
    model: own.name.replace(/^.*\//, "").replace(/\..*$/, ""),
    task: candidate.task,
    ...first.judgement,
    checks,
    verdict: verdict(checks),
    notes: [...first.judgement.notes, ...more.notes],
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

type Judged = Pick<Against, "judgement" | "side" | "label">;

function judgeFile(
  candidate: Predictions,
  other: GivenFile | null,
  baseline: Predictions | null,
  { groups, metrics, gates, alpha }: EvaluateFilesSettings,
  first: boolean,
  sha256: Backend["sha256"],
): Judged {
  const bytes = (side: Predictions | null) =>
    side?.scores ? sha256(new Uint8Array(side.scores.buffer, side.scores.byteOffset, side.scores.byteLength)) : null;
  const judgement = judge(
    {
      candidate,
      baseline: baseline === null ? null : { stored: baseline, fromJob: null },
      metrics: [],
      baselineMetrics: null,
      sameData: true, // two files that share ids are of one evaluation set, as far as anybody can tell
    },
    {
      task: candidate.task,
      metrics,
      gates: first ? gates : (gates?.filter(compares) ?? null),
      alpha,
      seed: seedOf(sha256(canonicalJson([bytes(candidate), bytes(baseline), groups]))),
      against: other?.name ?? "none",
      noBaseline: other === null ? "not-asked" : null,
      unchanged: false,
    },
  );
  const label = other?.name ?? "none";
  return { judgement, label, side: other === null || baseline === null ? null : side(other, baseline) };
}

function side(given: GivenFile, { rows }: Predictions): Side {
  return {
    label: given.name,
    run: null,
    version: null,
    rootDigest: null,
    predictions: given.digest === null ? null : { path: given.name, digest: given.digest, rows },
    scoredBy: "given",
  };
}
