import { BINS, binOfRows, binsOf, calibrationFeatures, eceOf } from "../metrics/calibration-metrics.ts";
import type { Part, Side } from "./part.ts";
import { sumsOf } from "./sums-part.ts";

/**
 * The expected calibration error less what it would be, by chance alone, of perfectly calibrated scores (Bröcker 2012; Kumar, Liang & Ma 2019), at least 0.
 *
 * Were every row positive with its own probability s, a bin's positives would differ from Σ w·s by √(2V/π) in the mean, V = Σ w²·s(1 − s): the mean distance
 * of a normal, and never more than twice the expected positives, or negatives. It is what a parametric bootstrap of the labels draws, without the draws.
 * A unit that counts k times has k times its own chance, so V is added up by k².
 */
export function debiasedPart(side: Side): Part {
  const { rows, units } = side;
  const scores = rows.scores as Float64Array;
  const sums = sumsOf(side, calibrationFeatures(rows));
  const bin = binOfRows(scores);
  const variances = new Float64Array(units.count * BINS);
  for (let row = 0; row < rows.rows; row++) {
    const weight = rows.weights === null ? 1 : (rows.weights[row] as number);
    const cell = (units.of[row] as number) * BINS + (bin[row] as number);
    const score = scores[row] as number;
    variances[cell] = (variances[cell] as number) + weight * weight * score * (1 - score);
  }
  const at = (weights: Float64Array) => {
    const all = sums.at(weights);
    const spread = new Float64Array(BINS);
    for (let unit = 0, cell = 0; unit < units.count; unit++)
      for (let k = 0; k < BINS; k++, cell++)
        spread[k] = (spread[k] as number) + (weights[unit] as number) ** 2 * (variances[cell] as number);
    let chance = 0;
    for (const { place, rows: weight, expected } of binsOf(all)) {
      const normal = Math.sqrt((2 * (spread[place] as number)) / Math.PI);
      chance += Math.min(normal, 2 * weight * expected, 2 * weight * (1 - expected));
    }
    return Math.max(0, eceOf(all) - chance / (all[0] as number));
  };
  return {
    value: at(new Float64Array(units.count).fill(1)),
    at,
    deviations: () => sums.deviations({ kind: "sums", of: eceOf }),
  };
}
