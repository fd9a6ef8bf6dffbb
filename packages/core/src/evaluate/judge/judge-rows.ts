import { verdict } from "../../check/check.ts";
import { comparison } from "../intervals/comparison.ts";
import { reportedComparison } from "../intervals/reported.ts";
import { curves } from "../look/curves.ts";
import { slices, smallSlices } from "../look/slices.ts";
import { bestThresholds } from "../look/thresholds.ts";
import type { Predictions } from "../rows/predictions.ts";
import { compares } from "./gate.ts";
import { gateChecks } from "./gate-checks.ts";
import type { Evidence, Judgement, JudgeSettings } from "./judgement.ts";
import { lookInto } from "./look-into.ts";
import { type Measured, measure, type Sides, sidesOf } from "./measure.ts";
import { labelNotes, lossNotes, notesOf, pairingNotes, scoreNotes, seedNotes, weightNotes } from "./notes.ts";
import { rowChecks } from "./row-checks.ts";

/** Judges scored rows: brings the sides together, measures them, holds the gates to that. @throws what `sidesOf` and `measure` refuse */
export function judgeRows(given: Predictions, evidence: Evidence, settings: JudgeSettings): Judgement {
  const sides = sidesOf(given, evidence, settings);
  const measured = measure(sides, evidence, settings);
  const { predictions, pairing, candidate, baseline } = sides;
  const { method, clusters, seeds } = measured;
  const looked = lookInto({ ...measured, sides }, settings);
  const small = smallSlices(candidate);
  const best = bestThresholds(candidate);
  const naive = measured.gates.some(({ metric }) => restsOnNaive(measured, metric));
  const judged = { pairing, scored: predictions.rows, against: settings.against, naive };
  const checks = [...rowChecks(judged, evidence), ...gateChecks(sides, measured, settings), ...looked.checks];
  return {
    verdict: settings.unchanged ? "pass" : verdict(checks),
    unchanged: settings.unchanged,
    noBaseline: settings.noBaseline,
    pairing: {
      mode: pairing === null ? "none" : pairing.paired ? "paired" : "unpaired",
      rows: pairing?.rows ?? 0,
      overlap: pairing?.overlap ?? 0,
      labelsChanged: pairing?.labelsChanged ?? 0,
      ...(pairing !== null && { fromJob: pairing.fromJob }),
    },
    ...(seeds != null && { seeds }),
    method: { ...method, level: 1 - settings.alpha, groups: candidate.groups?.column ?? null, clusters },
    metrics: figures(measured, settings),
    checks,
    slices: slicesOf(sides, measured, settings),
    ...(small !== null && { smallSlices: small }),
    curves: curves(candidate, baseline),
    ...(best.length > 0 && { thresholds: best }),
    ...looked.looks,
    pointOnly: false,
    notes: [
      ...(seeds == null ? [] : seedNotes(seeds)),
      ...(settings.unchanged ? [] : pairingNotes(judged, evidence)),
      ...scoreNotes(predictions, pairing, settings.against),
      ...labelNotes(candidate),
      ...(settings.gatesAlone === true ? [] : lossNotes(candidate, baseline, settings.against)),
      ...weightNotes(candidate, predictions.unusedWeight),
      ...notesOf(measured.gates, measured.grounds, settings.noBaseline !== null),
    ],
  };
}

function restsOnNaive({ metrics }: Measured, gated: string): boolean {
  const needs = metrics.find(({ name }) => name === gated)?.needs;
  return typeof needs === "object" && needs.includes("y_naive");
}

function figures({ estimators, shown, units }: Measured, { alpha }: JudgeSettings): Judgement["metrics"] {
  return [
    ...estimators.flatMap((one) => comparison(one, alpha, units?.count ?? null) ?? []),
    ...[...shown.values()].map((point) => reportedComparison(point, alpha)),
  ];
}

/** On the first metric that a gate compares. */
function slicesOf(
  { candidate, baseline, paired }: Sides,
  { gates, metrics }: Measured,
  { alpha, seed }: JudgeSettings,
) {
  const named = (name: string | undefined) => metrics.find((metric) => metric.name === name);
  const metric = named(gates.find((gate) => compares(gate) && named(gate.metric) !== undefined)?.metric) ?? metrics[0];
  return metric === undefined ? [] : slices(candidate, paired ? baseline : null, metric, { alpha, seed });
}
