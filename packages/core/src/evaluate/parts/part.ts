import type { JudgedRows } from "../rows/predictions.ts";

/** What is drawn as a whole when intervals are computed: groups, rows, or bundles of them. */
export interface Units {
  readonly of: Int32Array;
  readonly count: number;
}

/** The rows of one side, and what their metrics share. */
export interface Side {
  readonly rows: JudgedRows;
  readonly units: Units;
  /** Rows by ascending key; sorted once for each key. */
  order(key: Float64Array): Uint32Array;
}

/** One metric of one side, ready to be computed again for any weighting of its units. */
export interface Part {
  /** With every unit once; exact. */
  readonly value: number;
  /** The sums it follows from, where they are its own. */
  readonly sums?: Float64Array;
  /** Unit u counted weights[u] times; NaN where it has no value. */
  at(weights: Float64Array): number;
  /** One number a row whose squares add up to the metric's variance if rows are independent. */
  deviations(): Float64Array;
}

/** Up to this many units, ranking metrics are computed anew for every replicate; beyond, from each unit's share in them (Obuchowski 1997). */
export const EXACT_UNITS = 400;

/** Rows that as much would be known from if all weighed the same: (Σw)²/Σw² (Kish 1965). */
export function effectiveRows({ rows, weights }: JudgedRows): number {
  if (weights === null) return rows;
  let [sum, squares] = [0, 0];
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
  }
  return (sum * sum) / squares;
}

/** Units that as much would be known from if all weighed the same: (Σw)²/Σw² of their rows' weights (Kish 1965). */
export function effectiveUnits({ rows, weights }: JudgedRows, { of, count }: Units): number {
  const sums = new Float64Array(count);
  for (let row = 0; row < rows; row++) {
    const unit = of[row] as number;
    sums[unit] = (sums[unit] as number) + (weights === null ? 1 : (weights[row] as number));
  }
  let [sum, squares] = [0, 0];
  for (const weight of sums) {
    sum += weight;
    squares += weight * weight;
  }
  return (sum * sum) / squares;
}

/** √(n/(n−1)): a variance of n rows without bias. */
export function widen(rows: number): number {
  return Math.sqrt(rows / (rows - 1));
}

/** Totals of a number of every row by unit. */
export function sumByUnit(values: Float64Array, units: Units): Float64Array {
  const totals = new Float64Array(units.count);
  for (let row = 0; row < values.length; row++) {
    const unit = units.of[row] as number;
    totals[unit] = (totals[unit] as number) + (values[row] as number);
  }
  return totals;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
