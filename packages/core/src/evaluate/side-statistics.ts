import { argsort } from "../statistics/argsort.ts";
import { averagePrecision, binnedAveragePrecision, binRanking } from "../statistics/average-precision.ts";
import { rocAuc, weightedAuc, winMatrix } from "../statistics/roc-auc.ts";
import type { FromSums, JudgedRows, MetricDefinition } from "./metric.ts";
import { taskMetrics } from "./metrics.ts";

/** What is drawn as a whole when intervals are computed: groups, rows, or bundles of them. */
export interface Units {
  readonly of: Int32Array;
  readonly count: number;
}

/** The metrics of one side, ready to be computed again for any weighting of its units. */
export interface SideStatistics {
  readonly units: Units;
  readonly metrics: readonly MetricDefinition[];
  /** With every unit once; exact. */
  readonly values: Float64Array;
  readonly sums: Float64Array;
  /** Unit u counted weights[u] times: one value a metric, NaN where it has none. */
  at(weights: Float64Array): Float64Array;
  /** One number a row whose squares add up to the metric's variance if rows are independent (AUC: DeLong 1988; sums: delta method). */
  deviations(metric: number): Float64Array;
}

/** Up to this many units, ranking metrics are computed anew for every replicate; beyond, from each unit's share in them (Obuchowski 1997). */
const EXACT_UNITS = 400;
/** Multiplications that one replicate of average precision may take; fewer score bins are used with more units. */
const BINNED_CELLS = 30_000;

export function sideStatistics(rows: JudgedRows, metrics: readonly MetricDefinition[], units: Units): SideStatistics {
  const features = taskMetrics[rows.task].features(rows);
  const { size } = features;
  const table = new Float64Array(units.count * size);
  for (let row = 0; row < rows.rows; row++) features.add(row, table, (units.of[row] as number) * size);
  const totals = (weights: Float64Array | null) => {
    const sums = new Float64Array(size);
    for (let unit = 0; unit < units.count; unit++) {
      const weight = weights === null ? 1 : (weights[unit] as number);
      if (weight === 0) continue;
      for (let k = 0, cell = unit * size; k < size; k++, cell++)
        sums[k] = (sums[k] as number) + weight * (table[cell] as number);
    }
    return sums;
  };
  const sums = totals(null);
  const ranked = rankings(rows, units);
  const parts = metrics.map((metric) => (metric.from.kind === "sums" ? null : ranked(metric.from.kind)));
  const values = Float64Array.from(metrics, (metric, i) => parts[i]?.value ?? (metric.from as FromSums).of(sums));
  return {
    units,
    metrics,
    values,
    sums,
    at(weights) {
      const weighted = totals(weights);
      return Float64Array.from(metrics, (metric, i) => parts[i]?.at(weights) ?? (metric.from as FromSums).of(weighted));
    },
    deviations(index) {
      const part = parts[index];
      if (part) return part.deviations();
      const gradient = gradientOf((metrics[index] as MetricDefinition).from as FromSums, sums);
      const widen = Math.sqrt(rows.rows / (rows.rows - 1));
      const deviations = new Float64Array(rows.rows);
      for (let row = 0; row < rows.rows; row++) deviations[row] = widen * features.dot(row, gradient);
      return deviations;
    },
  };
}

/** Central differences; steps relative to the number of rows, so that the error is about 1e-10. */
function gradientOf(metric: FromSums, sums: Float64Array): Float64Array {
  const step = 1e-5 * Math.max(1, sums[0] as number);
  const moved = sums.slice();
  return sums.map((value, k) => {
    const h = Math.max(step, 1e-5 * Math.abs(value));
    moved[k] = value + h;
    const above = metric.of(moved);
    moved[k] = value - h;
    const below = metric.of(moved);
    moved[k] = value;
    return (above - below) / (2 * h);
  });
}

interface Ranked {
  readonly value: number;
  at(weights: Float64Array): number;
  deviations(): Float64Array;
}

function rankings(rows: JudgedRows, units: Units): (kind: "roc-auc" | "average-precision" | "roc-auc-ovr") => Ranked {
  let order: Uint32Array | null = null;
  return (kind) => {
    const labels = rows.labels as Float64Array;
    const scores = rows.scores as Float64Array;
    if (kind === "roc-auc-ovr") return oneAgainstRest(rows, units);
    order ??= argsort(scores);
    return kind === "roc-auc" ? rankedAuc(scores, labels, order, units) : rankedPrecision(scores, labels, order, units);
  };
}

function rankedAuc(scores: Float64Array, labels: Float64Array, order: Uint32Array, units: Units): Ranked {
  const { auc, positives, influence } = rocAuc(scores, labels, order);
  const negatives = order.length - positives;
  const deviations = () => {
    const widenP = Math.sqrt(positives / (positives - 1));
    const widenN = Math.sqrt(negatives / (negatives - 1));
    return influence.map((value, row) => value * (labels[row] === 1 ? widenP : widenN));
  };
  if (units.count <= EXACT_UNITS) {
    const matrix = winMatrix(scores, labels, order, units.of, units.count);
    return { value: auc, at: (weights) => weightedAuc(matrix, weights), deviations };
  }
  // The two means of placements, each over its own class: a ratio for positives plus a ratio for negatives, less the AUC counted twice.
  const [a, p, b, n] = [0, 1, 2, 3].map(() => new Float64Array(units.count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let row = 0; row < order.length; row++) {
    const unit = units.of[row] as number;
    const [sum, count, rows] = labels[row] === 1 ? [a, p, positives] : [b, n, negatives];
    sum[unit] = (sum[unit] as number) + (influence[row] as number) * rows + auc;
    count[unit] = (count[unit] as number) + 1;
  }
  const at = (weights: Float64Array) => dot(a, weights) / dot(p, weights) + dot(b, weights) / dot(n, weights) - auc;
  return { value: auc, at, deviations };
}

function rankedPrecision(scores: Float64Array, labels: Float64Array, order: Uint32Array, units: Units): Ranked {
  const { value, influence } = averagePrecision(scores, labels, order);
  const widen = Math.sqrt(order.length / (order.length - 1));
  const deviations = () => influence.map((one) => one * widen);
  if (units.count <= EXACT_UNITS) {
    const bins = Math.max(128, Math.min(2_000, Math.floor(BINNED_CELLS / units.count)));
    const binned = binRanking(scores, labels, order, units.of, units.count, bins);
    const shift = value - binnedAveragePrecision(binned, new Float64Array(units.count).fill(1));
    return { value, at: (weights) => binnedAveragePrecision(binned, weights) + shift, deviations };
  }
  const shares = sumByUnit(influence, units);
  return { value, at: (weights) => value + dot(shares, weights), deviations };
}

/** The plain mean over classes of the AUC of one class against the rest: scikit-learn's multi_class="ovr", average="macro". */
function oneAgainstRest(rows: JudgedRows, units: Units): Ranked {
  const labels = rows.labels as Float64Array;
  const scores = rows.scores as Float64Array;
  const count = rows.classes.length;
  const deviations = new Float64Array(rows.rows);
  const parts: Ranked[] = [];
  for (let k = 0; k < count; k++) {
    const own = Float64Array.from({ length: rows.rows }, (_, row) => (labels[row] === k ? 1 : 0));
    if (!own.includes(1) || !own.includes(0)) continue;
    const column = Float64Array.from({ length: rows.rows }, (_, row) => scores[row * count + k] as number);
    const part = rankedAuc(column, own, argsort(column), units);
    const share = part.deviations();
    for (let row = 0; row < rows.rows; row++) deviations[row] = (deviations[row] as number) + (share[row] as number);
    parts.push(part);
  }
  const mean = (of: (part: Ranked) => number) => parts.reduce((sum, part) => sum + of(part), 0) / parts.length;
  return {
    value: mean((part) => part.value),
    at: (weights) => mean((part) => part.at(weights)),
    deviations: () => deviations.map((value) => value / parts.length),
  };
}

/** Totals of a number of every row by unit. */
export function sumByUnit(values: Float64Array, units: Units): Float64Array {
  const totals = new Float64Array(units.count);
  for (let row = 0; row < values.length; row++) {
    const unit = units.of[row] as number;
    totals[unit] = (totals[unit] as number) + (values[row] as number);
  }
  return totals;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
