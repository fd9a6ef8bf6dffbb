import type { FromSums, RowFeatures } from "../metrics/metric.ts";
import { effectiveRows, type Part, type Side, widen } from "./part.ts";

/** The sums of row features that all `sums` metrics of a side follow from. */
export interface Sums {
  /** With every unit once. */
  readonly all: Float64Array;
  /** Unit u counted weights[u] times. */
  at(weights: Float64Array): Float64Array;
  deviations(metric: FromSums): Float64Array;
}

export function sumsOf({ rows, units }: Side, features: RowFeatures): Sums {
  const { size } = features;
  const { weights: given } = rows;
  const table = new Float64Array(units.count * size);
  for (let row = 0; row < rows.rows; row++)
    features.add(row, given === null ? 1 : (given[row] as number), table, (units.of[row] as number) * size);
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
  const all = totals(null);
  return {
    all,
    at: totals,
    deviations(metric) {
      const gradient = gradientOf(metric, all);
      const scale = widen(effectiveRows(rows));
      const deviations = new Float64Array(rows.rows);
      for (let row = 0; row < rows.rows; row++) {
        const weight = given === null ? 1 : (given[row] as number);
        deviations[row] = scale * weight * features.dot(row, gradient);
      }
      return deviations;
    },
  };
}

/** A metric with sums of its own. */
export function sumsPart(sums: Sums, metric: FromSums): Part {
  return {
    value: metric.of(sums.all),
    sums: sums.all,
    at: (weights) => metric.of(sums.at(weights)),
    deviations: () => sums.deviations(metric),
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
