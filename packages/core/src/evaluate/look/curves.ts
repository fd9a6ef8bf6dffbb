import { argsort } from "../../statistics/argsort.ts";
import { eachTie } from "../../statistics/roc-auc.ts";
import type { Curve } from "../evaluation-report.ts";
import type { JudgedRows } from "../rows/predictions.ts";

/** Most points of a curve. */
const MOST_POINTS = 200;
/** Bins of equal mass. */
const CALIBRATION_BINS = 15;
const RESIDUAL_BINS = 10;

type Point = [number, number];

/** The curves of a task: ROC and calibration of binary scores, residuals of a regression. */
export function curves(candidate: JudgedRows, baseline: JudgedRows | null): Curve[] {
  const ours = curvesOf(candidate);
  const theirs = baseline === null ? [] : curvesOf(baseline);
  return ours.map(({ id, points }) => ({
    id,
    candidate: points,
    baseline: theirs.find((other) => other.id === id)?.points ?? null,
  }));
}

function curvesOf({ task, rows, labels, scores, weights }: JudgedRows): { id: Curve["id"]; points: Point[] }[] {
  if (scores === null || labels === null || (task !== "binary" && task !== "regression")) return [];
  const order = argsort(scores);
  const weight = (row: number) => weights?.[row] ?? 1;
  if (task === "binary") {
    const observed = (row: number) => labels[row] as number;
    return [
      { id: "roc", points: roc(scores, labels, order, weight) },
      { id: "calibration", points: bins(scores, order, CALIBRATION_BINS, observed, weight) },
    ];
  }
  const residual = (row: number) => (labels[row] as number) - (scores[row] as number);
  return rows < RESIDUAL_BINS
    ? []
    : [{ id: "residuals", points: bins(scores, order, RESIDUAL_BINS, residual, weight) }];
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

/** Rows whose decision differs between the sides, by who was right. Of two wrong classes neither counts. */
export function flips(
  candidate: JudgedRows,
  baseline: JudgedRows,
): { candidateRight: number; baselineRight: number } | null {
  if (candidate.task === "multilabel") return null; // a row decides many things
  if (candidate.decisions === null || baseline.decisions === null || candidate.labels === null) return null;
  let [candidateRight, baselineRight] = [0, 0];
  for (let row = 0; row < candidate.rows; row++) {
    const [ours, theirs, truth] = [candidate.decisions[row], baseline.decisions[row], candidate.labels[row]];
    if (ours === theirs) continue;
    if (ours === truth) candidateRight++;
    else if (theirs === truth) baselineRight++;
  }
  return { candidateRight, baselineRight };
}
