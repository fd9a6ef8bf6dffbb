import { argsort } from "../statistics/argsort.ts";
import { eachTie } from "../statistics/roc-auc.ts";
import type { Curve } from "./evaluation-report.ts";
import type { JudgedRows } from "./rows/predictions.ts";

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

function curvesOf({ task, rows, labels, scores }: JudgedRows): { id: Curve["id"]; points: Point[] }[] {
  if (scores === null || labels === null || (task !== "binary" && task !== "regression")) return [];
  const order = argsort(scores);
  if (task === "binary") {
    const observed = (row: number) => labels[row] as number;
    return [
      { id: "roc", points: roc(scores, labels, order) },
      { id: "calibration", points: bins(scores, order, CALIBRATION_BINS, observed) },
    ];
  }
  const residual = (row: number) => (labels[row] as number) - (scores[row] as number);
  return rows < RESIDUAL_BINS ? [] : [{ id: "residuals", points: bins(scores, order, RESIDUAL_BINS, residual) }];
}

/** (false positive rate, true positive rate) at thresholds spread evenly along the curve's length, from (0, 0) to (1, 1). */
function roc(scores: Float64Array, labels: Float64Array, order: Uint32Array): Point[] {
  const rows = order.length;
  let positives = 0;
  for (let row = 0; row < rows; row++) positives += labels[row] as number;
  const negatives = rows - positives;
  const points: Point[] = [[1, 1]];
  let [p, n] = [positives, negatives];
  let walked = 0;
  eachTie(scores, order, (from, to) => {
    let tied = 0;
    for (let i = from; i < to; i++) tied += labels[order[i] as number] as number;
    p -= tied;
    n -= to - from - tied;
    walked += tied / positives + (to - from - tied) / negatives;
    if (walked < 2 / (MOST_POINTS - 2) || to === rows) return;
    points.push([n / negatives, p / positives]);
    walked = 0;
  });
  points.push([0, 0]);
  return points.reverse();
}

/** (mean score, mean of `value`) of each bin of equal mass, in order of the score; equal scores share a bin. */
function bins(scores: Float64Array, order: Uint32Array, count: number, value: (row: number) => number): Point[] {
  const rows = order.length;
  const points: Point[] = [];
  let [sum, total, size] = [0, 0, 0];
  eachTie(scores, order, (from, to) => {
    for (let i = from; i < to; i++) {
      const row = order[i] as number;
      sum += scores[row] as number;
      total += value(row);
    }
    size += to - from;
    if (to < rows && to < ((points.length + 1) * rows) / count) return;
    points.push([sum / size, total / size]);
    [sum, total, size] = [0, 0, 0];
  });
  return points;
}

/** Rows whose decision differs between the sides, by who was right. Of two wrong classes neither counts. */
export function flips(
  candidate: JudgedRows,
  baseline: JudgedRows,
): { candidateRight: number; baselineRight: number } | null {
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
