import type { Check } from "../../check/check.ts";
import type { Gate } from "../../config/config.ts";
import { comparison } from "../intervals/comparison.ts";
import type { Estimators } from "../intervals/estimators.ts";
import { REPORTED_GROUNDS } from "../intervals/grounds.ts";
import { reportedComparison } from "../intervals/reported.ts";
import { judgeGate } from "./gate.ts";
import { type JudgeSettings, whyNoBaseline } from "./judgement.ts";
import type { Measured, Sides } from "./measure.ts";
import { hasSlices, judgeGateSlices } from "./slice-check.ts";

/** What the gates make of the figures: a check each, and one more for those that hold slices. */
export function gateChecks(sides: Sides, measured: Measured, settings: JudgeSettings): Check[] {
  const { gates, points, estimators, units, grounds, metrics } = measured;
  const context = { against: settings.against, noBaseline: whyNoBaseline(settings), evidence: grounds };
  const alphaOf = ({ alpha }: Gate) => alpha ?? settings.alpha;
  const one = (gate: Gate): Check => {
    const alpha = alphaOf(gate);
    const point = points.get(gate.metric);
    if (point !== undefined) {
      const reported = { ...context, evidence: REPORTED_GROUNDS, reported: true };
      return judgeGate(gate, reportedComparison(point, alpha), reported);
    }
    const own = estimators.find(({ metric }) => metric.name === gate.metric) as Estimators;
    const required = units === null ? {} : { units: { ...units, alpha } };
    return judgeGate(gate, comparison(own, alpha, units?.count ?? null), { ...context, reported: false, ...required });
  };
  const rows = (gate: Gate) => ({
    candidate: sides.candidate,
    baseline: sides.paired ? sides.baseline : null,
    metric: metrics.find(({ name }) => name === gate.metric) ?? null,
  });
  return [
    ...gates.map(one),
    ...gates
      .filter(hasSlices)
      .map((gate) => judgeGateSlices(gate, rows(gate), context, { alpha: alphaOf(gate), seed: settings.seed })),
  ];
}
