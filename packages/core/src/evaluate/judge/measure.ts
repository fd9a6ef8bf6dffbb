import type { Gate } from "../../config/config.ts";
import type { EvaluationReport } from "../evaluation-report.ts";
import { type Estimators, estimators } from "../intervals/estimators.ts";
import { clustersOf, type Grounds, type Method, methodOf, rowsOf, unitsOf } from "../intervals/grounds.ts";
import { type JudgedSide, judgedSide } from "../intervals/judged-side.ts";
import { pooledEstimators } from "../intervals/pooled.ts";
import type { ReportedPair } from "../intervals/reported.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { metricsFor } from "../metrics/metrics.ts";
import { withClassesOf } from "../rows/align-classes.ts";
import { costMatrix } from "../rows/cost-matrix.ts";
import { type Pairing, pair } from "../rows/pairing.ts";
import type { JudgedRows, Predictions } from "../rows/predictions.ts";
import { inOwnOrder } from "../rows/row-order.ts";
import { defaultGate } from "./gate.ts";
import type { Evidence, JudgeSettings } from "./judgement.ts";
import { pooledRows, seedsOf } from "./pool.ts";
import { gatedReported, refuseUnknown, shownReported } from "./reported-metrics.ts";

/** Both sides' rows, with what wrong decisions cost. */
export interface Sides {
  /** As they were read, before any was left out. */
  readonly predictions: Predictions;
  readonly pairing: Pairing | null;
  readonly candidate: JudgedRows & Pick<Predictions, "slices">;
  readonly baseline: JudgedRows | null;
  /** Row i of both is the same row; true too where there is one side alone. */
  readonly paired: boolean;
  /** Which rows of the candidate's file are judged, in their order; null: all of them, as they lie there. */
  readonly kept: Uint32Array | null;
}

/** What was computed of them. */
export interface Measured {
  readonly gates: readonly Gate[];
  readonly metrics: readonly MetricDefinition[];
  readonly estimators: readonly Estimators[];
  /** Metrics that gates name and only a metrics file has; and all of those that are to be shown. */
  readonly points: ReadonlyMap<string, ReportedPair>;
  readonly shown: ReadonlyMap<string, ReportedPair>;
  readonly method: Method;
  /** Null without groups. */
  readonly clusters: number | null;
  readonly grounds: Grounds;
  /** Groups or rows behind an interval; null where more of them would not settle it, as of pooled seeds. */
  readonly units: { readonly count: number; readonly of: "groups" | "rows" } | null;
  readonly seeds: EvaluationReport["seeds"] | null;
}

/** @throws LABELS_MISSING, TASK_MISMATCH */
export function sidesOf(given: Predictions, { baseline, pool, sameData }: Evidence, { costs }: JudgeSettings): Sides {
  const others = [
    baseline?.stored ?? null,
    baseline?.fromJob ?? null,
    ...(pool?.others ?? []).map((run) => run.predictions),
  ];
  const predictions = costed(withClassesOf(given, others), costs);
  const pairing = baseline === null ? null : pair(predictions, baseline, sameData ?? null);
  const paired = pairing?.paired ?? true;
  const rows = {
    candidate: pairing?.candidate ?? predictions,
    baseline: pairing === null ? null : costed(pairing.baseline, costs),
    kept: pairing?.kept ?? null,
  };
  return { predictions, pairing, paired, ...inOwnOrder(rows, predictions.ids, paired) };
}

function costed<T extends JudgedRows>(rows: T, costs: JudgeSettings["costs"]): T {
  return costs ? { ...rows, costs: costMatrix(costs, rows) } : rows;
}

/**
 * Which metrics are judged, and how sure each of them is.
 * @throws METRIC_UNKNOWN, GOAL_UNKNOWN, COSTS_MISSING, GROUPS_MISSING, POOL_ROWS
 */
export function measure(sides: Sides, evidence: Evidence, settings: JudgeSettings): Measured {
  const { candidate, baseline, paired } = sides;
  const { task, seed } = settings;
  const asked = [...(settings.metrics ?? []), ...(settings.fairness ?? []).map(({ metric }) => metric)];
  const listed = settings.gates ?? [];
  const goals = listed.flatMap(({ metric, goal }) => (goal === undefined ? [] : [[metric, goal] as const]));
  const metrics = metricsFor(candidate, baseline, [...listed.map(({ metric }) => metric), ...asked], new Map(goals));
  refuseUnknown(asked, metrics, evidence.metrics, task);
  const gates = settings.gates ?? [defaultGate(metrics[0]?.name ?? "")];
  const computed = metrics.map(({ name }) => name);
  const points = gatedReported(gates, computed, evidence, task);

  const other = (evidence.baseline?.stored ?? evidence.baseline?.fromJob)?.path ?? "";
  const clusters = clustersOf(candidate, baseline, paired, other);
  const side = (rows: JudgedRows) => judgedSide(rows, metrics, unitsOf(rows, seed));
  const against = baseline === null ? null : side(baseline);
  const own = side(candidate);
  const pool = evidence.pool ?? null;
  const common = {
    gates,
    metrics,
    points,
    shown: new Map([...shownReported(asked, computed, evidence, task), ...points]),
    clusters,
    grounds: clusters === null ? rowsOf(candidate, paired ? null : baseline) : { count: clusters, of: "groups" },
  };
  const method = methodOf(clusters, seed, metrics);
  if (pool === null) {
    const units = { count: clusters ?? candidate.rows, of: clusters === null ? "rows" : "groups" } as const;
    return { ...common, method, estimators: estimators(own, against, paired, method), units, seeds: null };
  }
  const others = pooledRows(pool, sides.predictions, sides.kept).map((rows) => side(costed(rows, settings.costs)));
  const runs: JudgedSide[] = [own, ...others];
  const first = metrics.findIndex(({ name }) => name === gates[0]?.metric);
  const statistics = runs.map((run) => run.statistics);
  return {
    ...common,
    // Pooled runs have Student's t on rows or groups, and no draws.
    method: { ...method, interval: clusters === null ? "analytic" : "cluster-t", replicates: 0 },
    estimators: pooledEstimators(runs, against, paired, clusters),
    units: null, // more rows do not bring seeds closer together: nobody can say how many it takes
    seeds: seedsOf(pool, statistics, Math.max(0, first)),
  };
}
