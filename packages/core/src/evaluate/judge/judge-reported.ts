import { type Check, verdict } from "../../check/check.ts";
import { meant, shownName, standardMetric } from "../../train/metric-names.ts";
import type { RowCheckId } from "../check-ids.ts";
import { REPORTED_GROUNDS } from "../intervals/grounds.ts";
import { type ReportedPair, reportedComparison } from "../intervals/reported.ts";
import { knownMetric, taskMetrics } from "../metrics/metrics.ts";
import { judgeFairness } from "./fairness-check.ts";
import { defaultGate, judgeGate } from "./gate.ts";
import { type Evidence, type Judgement, type JudgeSettings, whyNoBaseline } from "./judgement.ts";
import { notesOf } from "./notes.ts";
import { gatedReported, reportedPair } from "./reported-metrics.ts";
import { hasSlices, judgeGateSlices } from "./slice-check.ts";

/** Judges the numbers of a metrics file: by intervals where it says how sure it is of them, else by points. @throws METRIC_UNKNOWN, GOAL_UNKNOWN */
export function judgeReported(evidence: Evidence, settings: JudgeSettings): Judgement {
  const { task } = settings;
  const reported = evidence.metrics.map(standardMetric);
  const directed = reported.find(({ name, goal }) => goal !== null || knownMetric(name, task) !== null);
  const known = taskMetrics[task].metrics.find(({ name }) => meant(reported, name) !== undefined);
  const loss = known?.name ?? (directed ?? reported[0])?.name ?? "";
  const gates = settings.gates ?? [defaultGate(loss)];
  const pairs = gatedReported(gates, null, evidence, task);
  for (const metric of reported) {
    const name = shownName(reported, metric);
    const goal = knownMetric(metric.name, task)?.goal ?? metric.goal;
    const isGated = [...pairs.values()].some(({ candidate }) => candidate === metric);
    if (goal !== null && !isGated && !pairs.has(name))
      pairs.set(name, reportedPair(metric, name, goal, evidence, task));
  }
  const context = {
    against: settings.against,
    noBaseline: whyNoBaseline(settings),
    evidence: REPORTED_GROUNDS,
    reported: true,
  };
  const at = (pair: ReportedPair | undefined, alpha: number) =>
    pair === undefined ? null : reportedComparison(pair, alpha);
  const checks = [
    ...(evidence.baselineHasRows ? [predictionsMissing(settings.against)] : []),
    ...gates.map((gate) => judgeGate(gate, at(pairs.get(gate.metric), gate.alpha ?? settings.alpha), context)),
    ...gates.filter(hasSlices).map((gate) => judgeGateSlices(gate, null, context, settings)),
    ...(settings.fairness ?? []).flatMap((rule) => judgeFairness(rule, null, context)),
  ];
  const metrics = [...pairs.values()].map((pair) => reportedComparison(pair, settings.alpha));
  const pointOnly = metrics.every(({ test }) => test === undefined);
  return {
    verdict: settings.unchanged ? "pass" : verdict(checks),
    unchanged: settings.unchanged,
    noBaseline: settings.noBaseline,
    pairing: { mode: "none", rows: 0, overlap: 0, labelsChanged: 0 },
    method: {
      interval: pointOnly ? "point" : "reported",
      level: 1 - settings.alpha,
      replicates: 0,
      seed: settings.seed,
      groups: null,
      clusters: null,
    },
    metrics,
    checks,
    slices: [],
    curves: [],
    flips: null,
    pointOnly,
    notes: [...reportedNotes(checks, metrics), ...notesOf(gates, null, settings.noBaseline !== null)],
  };
}

/** Inconclusive: a training's own word does not take the place of rows that its predecessor was judged on. */
function predictionsMissing(against: string): Check {
  return {
    id: "predictions-missing" satisfies RowCheckId,
    subject: "predictions",
    rule: `rows scored, as ${against} has them`,
    status: "inconclusive",
    actual: null,
    interval: null,
    limit: null,
    unit: "rows",
    reason: `${against} was judged on rows, and the candidate wrote no predictions: its own figures do not stand for them`,
    severity: "fail",
  };
}

/** Where intervals come from when no row was seen, and which gates have none. */
function reportedNotes(checks: readonly Check[], metrics: Judgement["metrics"]): string[] {
  const tests = new Set(metrics.map(({ test }) => test?.name));
  if (metrics.every(({ test }) => test === undefined))
    return ["Point values only: the run wrote metrics and no predictions, so chance is not ruled out."];
  const points = checks.filter((check) => check.pointOnly).map(({ subject }) => subject);
  return [
    "Intervals follow from what the training says of its own uncertainty; no rows were seen.",
    ...(points.length === 0
      ? []
      : [`Unverified (point only), because nothing is said of its uncertainty: ${points.join(", ")}.`]),
    ...(tests.has("samples-t") || tests.has("paired-samples-t")
      ? [
          "Samples from folds of one data set share rows, and samples from seeds see the same ones: their interval is narrower than that of new rows.",
        ]
      : []),
  ];
}
