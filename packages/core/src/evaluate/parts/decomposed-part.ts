import {
  BINS,
  binOfRows,
  binsOf,
  calibrationFeatures,
  rateOf,
  reliabilityOf,
  resolutionOf,
} from "../metrics/calibration-metrics.ts";
import type { FromDecomposition } from "../metrics/metric.ts";
import type { Part, Side } from "./part.ts";
import { type Sums, sumsOf } from "./sums-part.ts";

/** The bins, and all of them together. */
const PLACES = BINS + 1;

/**
 * Reliability or resolution of the Brier score (Murphy 1973), less what chance adds to it (Ferro & Fricker 2012). Squares of noisy rates are too large by
 * the rates' variances: Σ_b (W_b/W)·Var(gap_b) of the reliability, Σ_b (W_b/W)·Var(rate_b) − Var(rate) of the resolution. The variances come from the rows'
 * residuals, with groups from their sums over each group. May be a little below 0. A unit that counts k times counts k² times in a variance.
 */
export function decomposedPart(side: Side, { which }: FromDecomposition): Part {
  const sums = sumsOf(side, calibrationFeatures(side.rows));
  const plain = which === "reliability" ? reliabilityOf : resolutionOf;
  const spread = variances(side, sums.all, which);
  const at = (weights: Float64Array) => {
    const all = sums.at(weights);
    const whole = all[0] as number;
    const sum = new Float64Array(PLACES);
    for (let unit = 0, cell = 0; unit < weights.length; unit++)
      for (let k = 0; k < PLACES; k++, cell++)
        sum[k] = (sum[k] as number) + (weights[unit] as number) ** 2 * (spread[cell] as number);
    const chance = binsOf(all).reduce((total, { place, rows }) => total + (sum[place] as number) / (rows * whole), 0);
    return plain(all) - chance + (sum[BINS] as number) / whole ** 2;
  };
  return {
    value: at(new Float64Array(side.units.count).fill(1)),
    at,
    deviations: () => sums.deviations({ kind: "sums", of: plain }),
  };
}

/**
 * Squared residuals of every unit by bin, and of resolutions around the rate of all rows in the last place: cell unit·(bins + 1) + bin. Residuals around a mean
 * of n are too small by (n − 1)/n; n is rows, or groups, that count alike (Kish 1965).
 */
function variances({ rows, units }: Side, all: Sums["all"], which: FromDecomposition["which"]): Float64Array {
  const [scores, labels] = [rows.scores as Float64Array, rows.labels as Float64Array];
  const bin = binOfRows(scores);
  const centre = new Float64Array(PLACES);
  for (const { place, observed, expected } of binsOf(all))
    centre[place] = which === "reliability" ? observed - expected : observed;
  centre[BINS] = rateOf(all);
  const [residuals, masses] = [new Float64Array(units.count * PLACES), new Float64Array(units.count * PLACES)];
  const [mass, squares] = [new Float64Array(PLACES), new Float64Array(PLACES)];
  const grouped = rows.groups !== null;
  const add = (unit: number, place: number, weight: number, seen: number) => {
    const cell = unit * PLACES + place;
    const residual = weight * (seen - (centre[place] as number));
    residuals[cell] = (residuals[cell] as number) + (grouped ? residual : residual ** 2);
    masses[cell] = (masses[cell] as number) + weight;
    mass[place] = (mass[place] as number) + weight;
    if (!grouped) squares[place] = (squares[place] as number) + weight ** 2;
  };
  for (let row = 0; row < rows.rows; row++) {
    const weight = rows.weights === null ? 1 : (rows.weights[row] as number);
    const [unit, label] = [units.of[row] as number, labels[row] as number];
    add(unit, bin[row] as number, weight, which === "reliability" ? label - (scores[row] as number) : label);
    if (which === "resolution") add(unit, BINS, weight, label);
  }
  if (grouped)
    masses.forEach((one, cell) => {
      squares[cell % PLACES] = (squares[cell % PLACES] as number) + one ** 2;
    });
  return residuals.map((residual, cell) => {
    const place = cell % PLACES;
    const count = (mass[place] as number) ** 2 / (squares[place] as number);
    return (grouped ? residual ** 2 : residual) * (count > 1 ? count / (count - 1) : 0);
  });
}
