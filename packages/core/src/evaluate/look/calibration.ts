import type { Estimator } from "../intervals/estimator.ts";
import { estimators } from "../intervals/estimators.ts";
import type { Method } from "../intervals/grounds.ts";
import { unitsOf } from "../intervals/grounds.ts";
import type { Calibration } from "../looks.ts";
import { POSITIVE, ratio } from "../metrics/define.ts";
import { sideStatistics } from "../parts/side-statistics.ts";
import type { JudgedRows } from "../rows/predictions.ts";

/** Positives observed over positives predicted, Σwy / Σwp: 1 is right as a whole, under 1 the model says too much. */
const RATIO = ratio("observed / predicted", (rows) => ({ above: rows.labels as Float64Array, below: rows.scores }), {
  range: POSITIVE,
});

/** How both sides are judged; `paired`: row i of both is the same row. */
export interface ComparedRows {
  readonly candidate: JudgedRows;
  readonly baseline: JudgedRows | null;
  readonly paired: boolean;
  readonly method: Method;
  readonly alpha: number;
}

/** Whether a binary model's probabilities add up to what happened, and whether that changed. Null without probabilities, or where all are zero. */
export function calibration({ candidate, baseline, paired, method, alpha }: ComparedRows): Calibration | null {
  if (candidate.task !== "binary" || candidate.scores === null || candidate.labels === null) return null;
  const other = baseline?.scores == null || baseline.labels === null ? null : baseline;
  const side = (rows: JudgedRows) => ({ rows, statistics: sideStatistics(rows, [RATIO], unitsOf(rows, method.seed)) });
  const [found] = estimators(side(candidate), other === null ? null : side(other), paired, method);
  if (found === undefined) return null;
  const estimate = (one: Estimator) => ({ value: one.value, interval: one.interval(alpha) });
  const said = (rows: JudgedRows, one: Estimator) => ({ ...means(rows), ratio: estimate(one) });
  const { candidate: ours, baseline: theirs, difference } = found;
  if (!Number.isFinite(ours.value) || (theirs !== null && !Number.isFinite(theirs.value))) return null;
  return {
    candidate: said(candidate, ours),
    baseline: other === null || theirs === null ? null : said(other, theirs),
    difference: difference === null ? null : estimate(difference),
  };
}

function means({ rows, labels, scores, weights }: JudgedRows): { observed: number; predicted: number } {
  let [observed, predicted, total] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const weight = weights?.[row] ?? 1;
    observed += weight * ((labels as Float64Array)[row] as number);
    predicted += weight * ((scores as Float64Array)[row] as number);
    total += weight;
  }
  return { observed: observed / total, predicted: predicted / total };
}
