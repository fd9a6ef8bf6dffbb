import { verdict } from "../../check/check.ts";
import { comparison } from "../intervals/comparison.ts";
import { clustersOf, methodOf, rowsOf, unitsOf } from "../intervals/grounds.ts";
import { type JudgedSide, judgedSide } from "../intervals/judged-side.ts";
import { pooledEstimators } from "../intervals/pooled.ts";
import { reportedComparison } from "../intervals/reported.ts";
import { type Estimators, estimators } from "../intervals/uncertainty.ts";
import { curves } from "../look/curves.ts";
import { slices } from "../look/slices.ts";
import { bestThresholds } from "../look/thresholds.ts";
import { metricsFor } from "../metrics/metrics.ts";
import { costMatrix } from "../rows/cost-matrix.ts";
import { type Pairing, pair } from "../rows/pairing.ts";
import type { JudgedRows, Predictions } from "../rows/predictions.ts";
import { rowChecks } from "../rows/row-checks.ts";
import { compares, defaultGate, judgeGate } from "./gate.ts";
import { REPORTED_GROUNDS } from "./judge-points.ts";
import { type Evidence, type Judgement, type JudgeSettings, whyNoBaseline } from "./judgement.ts";
import { lookInto } from "./looks.ts";
import { labelNotes, notesOf, pairingNotes, scoreNotes, seedNotes, weightNotes } from "./notes.ts";
import { pointsOf, refuseUnknown, shownPoints } from "./point-metrics.ts";
import { pooledRows, seedsOf } from "./pool.ts";
import { hasSlices, judgeGateSlices } from "./slice-check.ts";

/** Judges scored rows. @throws METRIC_UNKNOWN, GOAL_UNKNOWN, GROUPS_MISSING, LABELS_MISSING, TASK_MISMATCH, POOL_ROWS */
export function judgeRows(given: Predictions, evidence: Evidence, settings: JudgeSettings): Judgement {
  const predictions = costed(given, settings.costs);
  const pairing = pairingOf(predictions, evidence, settings);
  const candidate = pairing?.candidate ?? predictions;
  const baseline = pairing?.baseline ?? null;
  const shown = [...(settings.metrics ?? []), ...(settings.fairness ?? []).map(({ metric }) => metric)];
  const available = metricsFor(
    candidate,
    baseline,
    [...(settings.gates ?? []).map((gate) => gate.metric), ...shown],
    new Map(
      (settings.gates ?? []).flatMap(({ metric, goal }) => (goal === undefined ? [] : [[metric, goal] as const])),
    ),
  );
  refuseUnknown(shown, available, evidence.metrics, settings.task);
  const gates = settings.gates ?? [defaultGate(available[0]?.name ?? "")];
  const computed = available.map((metric) => metric.name);
  const points = pointsOf(gates, computed, evidence, settings.task);
  const asked = new Map([...shownPoints(shown, computed, evidence, settings.task), ...points]);

  const other = (evidence.baseline?.stored ?? evidence.baseline?.fromJob)?.path ?? "";
  const clusters = clustersOf(candidate, baseline, pairing?.paired ?? true, other);
  const method = methodOf(clusters, settings.seed, available);
  const side = (rows: JudgedRows) => judgedSide(rows, available, unitsOf(rows, settings.seed));
  const paired = pairing?.paired ?? true;
  const pool = evidence.pool ?? null;
  const runs = [candidate, ...(pool === null ? [] : pooledRows(pool, predictions, pairing))].map((rows) =>
    side(costed(rows, settings.costs)),
  );
  const against = baseline === null ? null : side(baseline);
  const judged =
    pool === null
      ? estimators(runs[0] as JudgedSide, against, paired, method)
      : pooledEstimators(runs, against, paired, clusters);
  const units = clusters ?? candidate.rows;
  const grounds =
    clusters === null ? rowsOf(candidate, pairing?.paired ? null : baseline) : { count: clusters, of: "groups" };
  const context = { against: settings.against, noBaseline: whyNoBaseline(settings), evidence: grounds };
  const checks = gates.map((gate) => {
    const point = points.get(gate.metric);
    const alpha = gate.alpha ?? settings.alpha;
    if (point !== undefined)
      return judgeGate(gate, reportedComparison(point, alpha), {
        ...context,
        evidence: REPORTED_GROUNDS,
        reported: true,
      });
    const own = judged.find((one) => one.metric.name === gate.metric) as Estimators;
    return judgeGate(gate, comparison(own, alpha, pool === null ? units : null), {
      ...context,
      reported: false,
      // More rows do not bring seeds closer together: of pooled runs nobody can say how many it takes.
      ...(pool === null && { units: { count: units, of: clusters === null ? "rows" : "groups", alpha } }),
    });
  });
  for (const gate of gates) {
    if (!hasSlices(gate)) continue;
    const metric = available.find(({ name }) => name === gate.metric) ?? null;
    const rows = { candidate, baseline: pairing?.paired ? baseline : null, metric };
    checks.push(judgeGateSlices(gate, rows, context, gate.alpha ?? settings.alpha));
  }
  const looked = lookInto({ predictions, pairing, method, grounds, metrics: available }, settings);
  checks.push(...looked.checks);
  const first = available.findIndex(({ name }) => name === gates[0]?.metric);
  const seeds =
    pool === null
      ? null
      : seedsOf(
          pool,
          runs.map(({ statistics }) => statistics),
          Math.max(0, first),
        );
  const { evaluationRows = null } = evidence;
  const best = bestThresholds(candidate);
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
    ...(seeds !== null && { seeds }),
    method: {
      ...(pool === null ? method : { ...method, ...pooledMethod(clusters) }),
      level: 1 - settings.alpha,
      groups: candidate.groups?.column ?? null,
      clusters,
    },
    metrics: [
      ...judged.flatMap((one) => comparison(one, settings.alpha, pool === null ? units : null) ?? []),
      ...[...asked.values()].map((point) => reportedComparison(point, settings.alpha)),
    ],
    checks,
    slices:
      sliceMetric === undefined
        ? []
        : slices(candidate, pairing?.paired ? baseline : null, sliceMetric, settings.alpha),
    curves: curves(candidate, baseline),
    ...(best.length > 0 && { thresholds: best }),
    ...looked.looks,
    pointOnly: false,
    notes: [
      ...(seeds === null ? [] : seedNotes(seeds)),
      ...pairingNotes(pairing, predictions, evidence.baseline, settings.against),
      ...scoreNotes(predictions, pairing, settings.against),
      ...labelNotes(candidate),
      ...weightNotes(candidate, predictions.unusedWeight),
      ...notesOf(gates, grounds, settings.noBaseline !== null),
    ],
  };
}

/** Both sides' rows with what wrong decisions cost. */
function pairingOf(
  predictions: Predictions,
  { baseline, sameData }: Evidence,
  { costs }: JudgeSettings,
): Pairing | null {
  if (baseline === null) return null;
  const pairing = pair(predictions, baseline, sameData ?? null);
  return { ...pairing, baseline: costed(pairing.baseline, costs) };
}

function costed<T extends JudgedRows>(rows: T, costs: JudgeSettings["costs"]): T {
  return costs ? { ...rows, costs: costMatrix(costs, rows) } : rows;
}

/** Pooled runs have Student's t on rows or groups, and no draws. */
function pooledMethod(clusters: number | null): Pick<Judgement["method"], "interval" | "replicates"> {
  return { interval: clusters === null ? "analytic" : "cluster-t", replicates: 0 };
}
