import { argsort } from "../../statistics/argsort.ts";
import type { FromSums, MetricDefinition } from "../metrics/metric.ts";
import { taskMetrics } from "../metrics/metrics.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { binnedPart } from "./binned-part.ts";
import { debiasedPart } from "./debiased-part.ts";
import { decomposedPart } from "./decomposed-part.ts";
import type { Part, Side, Units } from "./part.ts";
import { aucPart, oneAgainstRestPart, overLabelsPart, precisionPart } from "./ranked-part.ts";
import { ratioPart } from "./ratio-part.ts";
import { type Sums, sumsOf, sumsPart } from "./sums-part.ts";

/** The metrics of one side, ready to be computed again for any weighting of its units. */
export interface SideStatistics {
  readonly units: Units;
  readonly metrics: readonly MetricDefinition[];
  /** With every unit once; exact. */
  readonly values: Float64Array;
  /** The sums that a metric of kind `sums` follows from. */
  sumsOf(metric: number): Float64Array;
  /** Unit u counted weights[u] times: one value a metric, NaN where it has none. */
  at(weights: Float64Array): Float64Array;
  /** One number a row whose squares add up to the metric's variance if rows are independent (AUC: DeLong 1988; sums: delta method). */
  deviations(metric: number): Float64Array;
}

export function sideStatistics(rows: JudgedRows, metrics: readonly MetricDefinition[], units: Units): SideStatistics {
  const orders = new Map<Float64Array, Uint32Array>();
  const side: Side = {
    rows,
    units,
    order(key) {
      const known = orders.get(key) ?? argsort(key);
      orders.set(key, known);
      return known;
    },
  };
  const sums = sumsOf(side, taskMetrics[rows.task].features(rows));
  const parts = metrics.map((metric) => partOf(side, metric));
  return {
    units,
    metrics,
    values: Float64Array.from(metrics, (metric, i) => parts[i]?.value ?? (metric.from as FromSums).of(sums.all)),
    sumsOf: (index) => parts[index]?.sums ?? sums.all,
    at(weights) {
      const weighted = sums.at(weights);
      return Float64Array.from(metrics, (metric, i) => parts[i]?.at(weights) ?? (metric.from as FromSums).of(weighted));
    },
    deviations: (index) => parts[index]?.deviations() ?? ofSums(sums, metrics[index] as MetricDefinition),
  };
}

const ofSums = (sums: Sums, { from }: MetricDefinition) => sums.deviations(from as FromSums);

/** Null for a function of the sums, which are there once for all of them. */
function partOf(side: Side, { from }: MetricDefinition): Part | null {
  switch (from.kind) {
    case "sums":
      return from.features === undefined ? null : sumsPart(sumsOf(side, from.features(side.rows)), from);
    case "ratio":
      return ratioPart(side, from);
    case "bins":
      return binnedPart(side, from);
    case "roc-auc":
      return aucPart(side);
    case "average-precision":
      return precisionPart(side);
    case "roc-auc-ovr":
      return oneAgainstRestPart(side, "macro");
    case "roc-auc-ovr-weighted":
      return oneAgainstRestPart(side, "weighted");
    case "roc-auc-macro":
    case "average-precision-macro":
      return overLabelsPart(side, from.kind === "roc-auc-macro" ? "roc-auc" : "average-precision");
    case "debiased-ece":
      return debiasedPart(side);
    case "brier-decomposition":
      return decomposedPart(side, from);
    case "extreme": {
      const value = from.of(side.rows);
      const none = () => new Float64Array(side.rows.rows).fill(Number.NaN);
      return { value, at: () => Number.NaN, deviations: none };
    }
  }
}
