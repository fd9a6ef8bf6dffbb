import { verdict } from "../../check/check.ts";
import { knownMetric, taskMetrics } from "../metrics/metrics.ts";
import { judgeFairness } from "./fairness-check.ts";
import { defaultGate, judgeGate } from "./gate.ts";
import { type Evidence, type Judgement, type JudgeSettings, whyNoBaseline } from "./judgement.ts";
import { notesOf } from "./notes.ts";
import { pointOf, pointsOf } from "./point-metrics.ts";
import { hasSlices, judgeGateSlices } from "./slice-check.ts";

/** Judges the numbers of a metrics file: there is nothing to compute an interval from. @throws METRIC_UNKNOWN, GOAL_UNKNOWN */
export function judgePoints(evidence: Evidence, settings: JudgeSettings): Judgement {
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
    ...gates.filter(hasSlices).map((gate) => judgeGateSlices(gate, null, context, settings.alpha)),
    ...(settings.fairness ?? []).flatMap((rule) => judgeFairness(rule, null, context)),
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
