import { CLIP } from "../metrics/binary-metrics.ts";
import type { JudgedRows } from "../rows/predictions.ts";

/** Rows whose outcome a model gave no chance at all, and what they make of its log loss. */
export interface Saturated {
  readonly rows: number;
  /** Of the sum of all rows' losses, 0 … 1. */
  readonly share: number;
}

/** Told from here on: half of the loss, on a row in twenty at most. More of them are no few rows, but a model that is often surely wrong. */
const [LEAST_SHARE, MOST_ROWS] = [0.5, 0.05];

/**
 * The few rows that rule a log loss, because their probability of what happened is 0, which counts as 2⁻⁵²: each costs 36 nats, as much as fifty rows of a coin.
 * Its interval is then about how often that happens, and no number of rows in reach makes it narrow. Null where it is not so.
 */
export function saturated({ task, rows, classes, labels, scores, weights }: JudgedRows): Saturated | null {
  if ((task !== "binary" && task !== "multiclass") || labels === null || scores === null) return null;
  const width = task === "multiclass" ? classes.length : 1;
  let [count, part, whole] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const truth = labels[row] as number;
    const given = scores[width === 1 ? row : row * width + truth] as number;
    const ofTruth = width === 1 && truth !== 1 ? 1 - given : given;
    const loss = -Math.log(Math.min(1 - CLIP, Math.max(CLIP, ofTruth))) * (weights?.[row] ?? 1);
    whole += loss;
    if (ofTruth > CLIP || loss === 0) continue;
    count++;
    part += loss;
  }
  const share = part / whole;
  return count > 0 && share >= LEAST_SHARE && count <= MOST_ROWS * rows ? { rows: count, share } : null;
}
