import { verdict } from "../check/check.ts";
import type { Gate } from "../config/config.ts";
import type { Task } from "../config/task.ts";
import { comparison } from "./comparison.ts";
import { curves, flips } from "./curves.ts";
import type { EvaluationReport } from "./evaluation-report.ts";
import { compares, defaultGate, judgeGate } from "./gate.ts";
import { clustersOf, methodOf, rowsOf, unitsOf } from "./grounds.ts";
import { knownMetric, metricsFor, taskMetrics } from "./metrics/metrics.ts";
import { notesOf, pairingNotes, weightNotes } from "./notes.ts";
import { sideStatistics } from "./parts/side-statistics.ts";
import { pointOf, pointsOf, type Reported, refuseUnknown } from "./point-metrics.ts";
import { type BaselineScores, pair } from "./rows/pairing.ts";
import type { JudgedRows, Predictions } from "./rows/predictions.ts";
import { rowChecks } from "./rows/row-checks.ts";
import { judgeGateSlices } from "./slice-check.ts";
import { slices } from "./slices.ts";
import { type Estimators, estimators, type JudgedSide } from "./uncertainty.ts";

/** How to judge, and what the sides are called. */
export interface JudgeSettings {
  readonly task: Task;
  /** Null: the default gate on the task's loss. */
  readonly gates: readonly Gate[] | null;
  /** Metrics to show besides those shown anyway and those gates name. */
  readonly metrics?: readonly string[];
  readonly alpha: number;
  /** First 32 bits of a digest of what is judged. */
  readonly seed: number;
  /** The baseline in words, "production v1"; without one, what was asked for. */
  readonly against: string;
  /** Null when there is a baseline. */
  readonly noBaseline: EvaluationReport["noBaseline"];
  /** The candidate's model files are the baseline's. */
  readonly unchanged: boolean;
}

/** What is judged: scored rows where there are any, else the numbers of a metrics file; a baseline of the same kind, or none. */
export interface Evidence extends Reported {
  readonly candidate: Predictions | null;
  readonly baseline: BaselineScores | null;
  /** Rows the evaluation data have, each of which must be scored; null or absent: not known. */
  readonly evaluationRows?: number | null;
  /** The baseline was judged on the same evaluation data; null or absent: not known. */
  readonly sameData?: boolean | null;
}

export type Judgement = Pick<
  EvaluationReport,
  | "verdict"
  | "unchanged"
  | "noBaseline"
  | "pairing"
  | "method"
  | "metrics"
  | "checks"
  | "slices"
  | "curves"
  | "flips"
  | "pointOnly"
  | "notes"
>;

/**
 * Judges a candidate: metrics with intervals, gates, slices and curves. Pure; equal arguments give equal results.
 * @throws METRIC_UNKNOWN, GOAL_UNKNOWN, GROUPS_MISSING, LABELS_MISSING, TASK_MISMATCH
 */
export function judge(evidence: Evidence, settings: JudgeSettings): Judgement {
  return evidence.candidate === null
    ? judgePoints(evidence, settings)
    : judgeRows(evidence.candidate, evidence, settings);
}

function judgeRows(predictions: Predictions, evidence: Evidence, settings: JudgeSettings): Judgement {
  const pairing = evidence.baseline === null ? null : pair(predictions, evidence.baseline, evidence.sameData ?? null);
  const candidate = pairing?.candidate ?? predictions;
  const baseline = pairing?.baseline ?? null;
  const shown = settings.metrics ?? [];
  const available = metricsFor(baseline?.scores === null ? { ...candidate, scores: null } : candidate, [
    ...(settings.gates ?? []).map((gate) => gate.metric),
    ...shown,
  ]);
  refuseUnknown(shown, available, evidence.metrics, settings.task);
  const gates = settings.gates ?? [defaultGate(available[0]?.name ?? "")];
  const points = pointsOf(
    gates,
    available.map((metric) => metric.name),
    evidence,
    settings.task,
  );

  const other = (evidence.baseline?.stored ?? evidence.baseline?.fromJob)?.path ?? "";
  const clusters = clustersOf(candidate, baseline, pairing?.paired ?? true, other);
  const method = methodOf(clusters, settings.seed);
  const side = (rows: JudgedRows): JudgedSide => ({
    rows,
    statistics: sideStatistics(rows, available, unitsOf(rows, settings.seed)),
  });
  const judged = estimators(
    side(candidate),
    baseline === null ? null : side(baseline),
    pairing?.paired ?? true,
    method,
  );
  const units = clusters ?? candidate.rows;
  const grounds =
    clusters === null ? rowsOf(candidate, pairing?.paired ? null : baseline) : { count: clusters, of: "groups" };
  const context = { against: settings.against, noBaseline: whyNoBaseline(settings), evidence: grounds };
  const checks = gates.map((gate) => {
    const point = points.get(gate.metric);
    if (point !== undefined) return judgeGate(gate, point, { ...context, pointOnly: true });
    const own = judged.find((one) => one.metric.name === gate.metric) as Estimators;
    const alpha = gate.alpha ?? settings.alpha;
    return judgeGate(gate, comparison(own, alpha, units), {
      ...context,
      pointOnly: false,
      units: { count: units, of: clusters === null ? "rows" : "groups", alpha },
    });
  });
  for (const gate of gates) {
    if (!slicesOf(gate)) continue;
    const metric = available.find(({ name }) => name === gate.metric) ?? null;
    const rows = { candidate, baseline: pairing?.paired ? baseline : null, metric };
    checks.push(judgeGateSlices(gate, rows, context, gate.alpha ?? settings.alpha));
  }
  const { evaluationRows = null } = evidence;
  checks.unshift(...rowChecks(pairing, { scored: predictions.rows, evaluationRows, against: settings.against }));

  const sliced = gates.find(
    (gate) => compares(gate) && available.some((metric) => metric.name === gate.metric),
  )?.metric;
  const sliceMetric = available.find((metric) => metric.name === sliced) ?? available[0];
  return {
    verdict: settings.unchanged ? "pass" : verdict(checks),
    unchanged: settings.unchanged,
    noBaseline: settings.noBaseline,
    pairing: {
      mode: pairing === null ? "none" : pairing.paired ? "paired" : "unpaired",
      rows: pairing?.rows ?? 0,
      overlap: pairing?.overlap ?? 0,
      labelsChanged: pairing?.labelsChanged ?? 0,
    },
    method: { ...method, level: 1 - settings.alpha, groups: candidate.groups?.column ?? null, clusters },
    metrics: [...judged.flatMap((one) => comparison(one, settings.alpha, units) ?? []), ...points.values()],
    checks,
    slices:
      sliceMetric === undefined
        ? []
        : slices(candidate, pairing?.paired ? baseline : null, sliceMetric, settings.alpha),
    curves: curves(candidate, baseline),
    flips: pairing?.paired && baseline !== null ? flips(candidate, baseline) : null,
    pointOnly: false,
    notes: [
      ...pairingNotes(pairing, predictions, evidence.baseline, settings.against),
      ...weightNotes(candidate, predictions.unusedWeight),
      ...notesOf(gates, grounds, settings.noBaseline !== null),
    ],
  };
}

function judgePoints(evidence: Evidence, settings: JudgeSettings): Judgement {
  const known = evidence.metrics.map((metric) => metric.name);
  const loss = taskMetrics[settings.task].metrics.find((metric) => known.includes(metric.name))?.name ?? known[0] ?? "";
  const gates = settings.gates ?? [defaultGate(loss)];
  const points = pointsOf(gates, [], evidence, settings.task);
  for (const metric of evidence.metrics) {
    const goal = metric.goal ?? knownMetric(metric.name, settings.task)?.goal;
    if (goal !== undefined && !points.has(metric.name)) points.set(metric.name, pointOf(metric, goal, evidence));
  }
  const context = {
    against: settings.against,
    noBaseline: whyNoBaseline(settings),
    evidence: { count: 0, of: "rows" },
    pointOnly: true,
  };
  const checks = [
    ...gates.map((gate) => judgeGate(gate, points.get(gate.metric) ?? null, context)),
    ...gates.filter(slicesOf).map((gate) => judgeGateSlices(gate, null, context, settings.alpha)),
  ];
  return {
    verdict: settings.unchanged ? "pass" : verdict(checks),
    unchanged: settings.unchanged,
    noBaseline: settings.noBaseline,
    pairing: { mode: "none", rows: 0, overlap: 0, labelsChanged: 0 },
    method: {
      interval: "point",
      level: 1 - settings.alpha,
      replicates: 0,
      seed: settings.seed,
      groups: null,
      clusters: null,
    },
    metrics: [...points.values()],
    checks,
    slices: [],
    curves: [],
    flips: null,
    pointOnly: true,
    notes: [
      "Point values only: the run wrote metrics and no predictions, so chance is not ruled out.",
      ...notesOf(gates, null, settings.noBaseline !== null),
    ],
  };
}

function slicesOf(gate: Gate): gate is Gate & { slices: string[] } {
  return gate.slices !== undefined;
}

function whyNoBaseline({ noBaseline, against }: JudgeSettings): string | null {
  if (noBaseline === null) return null;
  return noBaseline === "never-held" ? `a first model: ${against} was never held` : "no baseline was asked for";
}
