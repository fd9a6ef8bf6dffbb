import { total } from "../../statistics/total.ts";
import type { FromRatio } from "../metrics/metric.ts";
import { dot, effectiveRows, type Part, type Side, sumByUnit, widen } from "./part.ts";

/** One weighted sum over rows by another. */
export function ratioPart({ rows, units }: Side, metric: FromRatio): Part {
  const { above, below } = metric.parts(rows);
  const { weights } = rows;
  const tops = weighted(above, weights);
  const bottoms = below === null ? (weights ?? new Float64Array(rows.rows).fill(1)) : weighted(below, weights);
  const [top, bottom] = [sumByUnit(tops, units), sumByUnit(bottoms, units)];
  const whole = total(bottom);
  const value = total(top) / whole;
  return {
    value,
    at: (drawn) => dot(top, drawn) / dot(bottom, drawn),
    deviations() {
      const scale = widen(effectiveRows(rows)) / whole;
      return tops.map((part, row) => scale * (part - value * (bottoms[row] as number)));
    },
  };
}

function weighted(values: Float64Array, weights: Float64Array | null): Float64Array {
  return weights === null ? values : values.map((value, row) => value * (weights[row] as number));
}
