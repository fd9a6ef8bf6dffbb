import { argsort } from "../../statistics/argsort.ts";
import { normalQuantile } from "../../statistics/distributions.ts";
import { quantileOfSorted } from "../../statistics/resampling.ts";
import { eachTie } from "../../statistics/roc-auc.ts";
import type { Curve } from "../evaluation-report.ts";
import type { JudgedRows } from "../rows/predictions.ts";

/** Most points of a curve. */
const MOST_POINTS = 200;
/** Bins of equal mass. */
const CALIBRATION_BINS = 15;
const RESIDUAL_BINS = 10;
/** Evenly spaced shares of the residuals. */
const QUANTILES = 100;

type Point = [number, number];

/** Bins of equal width. */
const HISTOGRAM_BINS = 24;

/** The curves of a task: ROC, precision-recall, calibration and histogram of binary scores; residuals of a regression, and their histogram. */
export function curves(candidate: JudgedRows, baseline: JudgedRows | null): Curve[] {
  const ours = curvesOf(candidate);
  const theirs = baseline === null ? [] : curvesOf(baseline);
  return [
    ...ours.map(({ id, points }) => ({
      id,
      candidate: points,
      baseline: theirs.find((other) => other.id === id)?.points ?? null,
    })),
    ...histograms(candidate, baseline),
  ];
}

/** Of the scores from 0 to 1, or of the residuals over what both sides have of them, the ends with whatever lies far out. */
function histograms(candidate: JudgedRows, baseline: JudgedRows | null): Curve[] {
  const ours = spreadOf(candidate);
  if (ours === null) return [];
  const theirs = baseline === null ? null : spreadOf(baseline);
  const isScore = candidate.task === "binary";
  const [low, high] = isScore ? [0, 1] : reach([ours, ...(theirs === null ? [] : [theirs])]);
  if (!(high > low)) return [];
  const side = (rows: JudgedRows, values: Float64Array) => histogram(values, rows.weights, low, high);
  return [
    {
      id: isScore ? "score-histogram" : "residual-histogram",
      candidate: side(candidate, ours),
      baseline: theirs === null || baseline === null ? null : side(baseline, theirs),
    },
  ];
}

function spreadOf({ task, labels, scores }: JudgedRows): Float64Array | null {
  if (scores === null || labels === null) return null;
  if (task === "binary") return scores;
  return task === "regression" ? labels.map((truth, row) => truth - (scores[row] as number)) : null;
}

/** All but the outermost hundredth of the values, so that one of them does not leave a single bar. */
function reach(sides: readonly Float64Array[]): [number, number] {
  const ends = sides.map((values) => {
    const sorted = values.slice().sort();
    return [0.005, 0.995].map((share) => quantileOfSorted(sorted, share)) as [number, number];
  });
  return [Math.min(...ends.map(([low]) => low)), Math.max(...ends.map(([, high]) => high))];
}

function histogram(values: Float64Array, weights: Float64Array | null, low: number, high: number): Point[] {
  const mass = new Float64Array(HISTOGRAM_BINS);
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    const place = Math.floor((((values[row] as number) - low) / (high - low)) * HISTOGRAM_BINS);
    const bin = Math.min(HISTOGRAM_BINS - 1, Math.max(0, place));
    const weight = weights === null ? 1 : (weights[row] as number);
    mass[bin] = (mass[bin] as number) + weight;
    total += weight;
  }
  const step = (high - low) / HISTOGRAM_BINS;
  return Array.from(mass, (one, bin): Point => [low + (bin + 0.5) * step, one / total]);
}

function curvesOf({ task, rows, labels, scores, weights }: JudgedRows): { id: Curve["id"]; points: Point[] }[] {
  if (scores === null || labels === null || (task !== "binary" && task !== "regression")) return [];
  const order = argsort(scores);
  const weight = (row: number) => weights?.[row] ?? 1;
  if (task === "binary") {
    const observed = (row: number) => labels[row] as number;
    return [
      { id: "roc", points: roc(scores, labels, order, weight) },
      { id: "precision-recall", points: precisionRecall(scores, labels, order, weight) },
      { id: "calibration", points: bins(scores, order, CALIBRATION_BINS, observed, weight) },
    ];
  }
  const residual = (row: number) => (labels[row] as number) - (scores[row] as number);
  if (rows < RESIDUAL_BINS) return [];
  return [
    { id: "residuals", points: bins(scores, order, RESIDUAL_BINS, residual, weight) },
    ...(weights === null ? [{ id: "residual-quantiles" as const, points: normalQuantiles(scores, labels) }] : []),
  ];
}

/** Quantiles of the residuals against those of a normal distribution (Wilk & Gnanadesikan 1968): a straight line where they are normal. */
function normalQuantiles(scores: Float64Array, labels: Float64Array): Point[] {
  const sorted = labels.map((truth, row) => truth - (scores[row] as number)).sort();
  const count = Math.min(QUANTILES, sorted.length);
  return Array.from({ length: count }, (_, i): Point => {
    const share = (i + 0.5) / count;
    return [normalQuantile(share), quantileOfSorted(sorted, share)];
  });
}

/** (false positive rate, true positive rate) at thresholds spread evenly along the curve's length, from (0, 0) to (1, 1). */
function roc(scores: Float64Array, labels: Float64Array, order: Uint32Array, weight: (row: number) => number): Point[] {
  let [positives, negatives] = [0, 0];
  for (let row = 0; row < order.length; row++) {
    if (labels[row] === 1) positives += weight(row);
    else negatives += weight(row);
  }
  const points: Point[] = [[1, 1]];
  let [p, n] = [positives, negatives];
  let walked = 0;
  eachTie(scores, order, (from, to) => {
    for (let i = from; i < to; i++) {
      const row = order[i] as number;
      if (labels[row] === 1) {
        p -= weight(row);
        walked += weight(row) / positives;
      } else {
        n -= weight(row);
        walked += weight(row) / negatives;
      }
    }
    if (walked < 2 / (MOST_POINTS - 2) || to === order.length) return;
    points.push([Math.max(0, n / negatives), Math.max(0, p / positives)]);
    walked = 0;
  });
  points.push([0, 0]);
  return points.reverse();
}

/**
 * (recall, precision) from the highest threshold down, at even steps of the recall. It starts where the highest scores lie: scikit-learn's point (0, 1) is
 * no threshold's.
 */
function precisionRecall(
  scores: Float64Array,
  labels: Float64Array,
  order: Uint32Array,
  weight: (row: number) => number,
): Point[] {
  let [p, n] = [0, 0];
  for (let row = 0; row < order.length; row++) {
    if (labels[row] === 1) p += weight(row);
    else n += weight(row);
  }
  const positives = p;
  const points: Point[] = [];
  // From the lowest score up, a point each time the recall has moved by a step; then turned round.
  let walked = 1;
  eachTie(scores, order, (from, to) => {
    const due = walked >= 1 / (MOST_POINTS - 2) || to === order.length;
    if (due && p > 0) {
      points.push([p / positives, p / (p + n)]);
      walked = 0;
    }
    for (let i = from; i < to; i++) {
      const row = order[i] as number;
      if (labels[row] !== 1) n -= weight(row);
      else {
        p -= weight(row);
        walked += weight(row) / positives;
      }
    }
  });
  return points.reverse();
}

/** (weighted mean score, of `value`) of each bin of as many rows, in order of the score; equal scores share a bin. */
function bins(
  scores: Float64Array,
  order: Uint32Array,
  count: number,
  value: (row: number) => number,
  weight: (row: number) => number,
): Point[] {
  const rows = order.length;
  const points: Point[] = [];
  let [sum, total, mass] = [0, 0, 0];
  eachTie(scores, order, (from, to) => {
    for (let i = from; i < to; i++) {
      const row = order[i] as number;
      sum += weight(row) * (scores[row] as number);
      total += weight(row) * value(row);
      mass += weight(row);
    }
    if (to < rows && to < ((points.length + 1) * rows) / count) return;
    if (mass > 0) points.push([sum / mass, total / mass]);
    [sum, total, mass] = [0, 0, 0];
  });
  return points;
}
