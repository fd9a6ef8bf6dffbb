import { argsort } from "../statistics/argsort.ts";
import { eachTie } from "../statistics/roc-auc.ts";
import type { Curve } from "./evaluation-report.ts";
import type { JudgedRows } from "./metric.ts";

/** Most points of a curve. */
const MOST_POINTS = 200;
/** Bins of a calibration curve, of equal mass. */
const BINS = 15;

type Point = [number, number];

/** The curves of a task: ROC and calibration of binary scores, residuals of a regression. */
export function curves(candidate: JudgedRows, baseline: JudgedRows | null): Curve[] {
  const draw = (id: Curve["id"], of: (rows: JudgedRows) => Point[]): Curve => ({
    id,
    candidate: of(candidate),
    baseline: baseline === null || baseline.scores === null ? null : of(baseline),
  });
  if (candidate.scores === null) return [];
  if (candidate.task === "binary")
    return [
      draw("roc", roc),
      draw("calibration", (rows) => bins(rows, BINS, (row) => (rows.labels as Float64Array)[row] as number)),
    ];
  if (candidate.task === "regression") {
    const residual = (rows: JudgedRows) => (row: number) =>
      ((rows.scores as Float64Array)[row] as number) - ((rows.labels as Float64Array)[row] as number);
    return [draw("residuals", (rows) => bins(rows, 10, residual(rows)))];
  }
  return [];
}

/** (false positive rate, true positive rate) at thresholds spread evenly along the curve's length, from (0, 0) to (1, 1). */
function roc(rows: JudgedRows): Point[] {
  const scores = rows.scores as Float64Array;
  const labels = rows.labels as Float64Array;
  const order = argsort(scores);
  let positives = 0;
  for (let row = 0; row < rows.rows; row++) positives += labels[row] as number;
  const negatives = rows.rows - positives;
  const points: Point[] = [[1, 1]];
  let [p, n] = [positives, negatives];
  let walked = 0;
  eachTie(scores, order, (from, to) => {
    let tied = 0;
    for (let i = from; i < to; i++) tied += labels[order[i] as number] as number;
    p -= tied;
    n -= to - from - tied;
    walked += tied / positives + (to - from - tied) / negatives;
    if (walked < 2 / (MOST_POINTS - 2) || to === rows.rows) return;
    points.push([n / negatives, p / positives]);
    walked = 0;
  });
  points.push([0, 0]);
  return points.reverse();
}

/** (mean score, mean of `value`) of each bin of equal mass, in order of the score; equal scores share a bin. */
function bins(rows: JudgedRows, count: number, value: (row: number) => number): Point[] {
  const scores = rows.scores as Float64Array;
  const order = argsort(scores);
  const points: Point[] = [];
  let [sum, total, size] = [0, 0, 0];
  eachTie(scores, order, (from, to) => {
    for (let i = from; i < to; i++) {
      const row = order[i] as number;
      sum += scores[row] as number;
      total += value(row);
    }
    size += to - from;
    const full = to >= ((points.length + 1) * rows.rows) / count;
    if (size === 0 || (!full && to < rows.rows)) return;
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
