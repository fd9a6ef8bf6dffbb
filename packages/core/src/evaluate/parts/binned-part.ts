import { eachTie } from "../../statistics/roc-auc.ts";
import type { Bins, FromBins } from "../metrics/metric.ts";
import { EXACT_UNITS, effectiveRows, type Part, type Side, widen } from "./part.ts";

/** Multiplications that one replicate may take; fewer bins are used with more units. */
const CELLS = 30_000;
/** Up to so many rows a replicate counts every one, in bins of its own key. */
const EXACT_ROWS = 20_000;
/** Bins the deviations are told from: the local density of the key is that of a bin. */
const DEVIATION_BINS = 200;

export function binsFor(units: number): number {
  return Math.max(128, Math.min(2_000, Math.floor(CELLS / Math.min(units, EXACT_UNITS))));
}

/**
 * A function of the binned ranking. Its value is exact; replicates use bins of about equal mass and are shifted by what binning costs; deviations are
 * the function's derivative by the weight of each bin and class (the influence function, its densities estimated by bins).
 */
export function binnedPart(side: Side, metric: FromBins): Part {
  const { rows, units } = side;
  const key = metric.key(rows);
  const order = side.order(key);
  const exact = binned(side, key, order, Number.POSITIVE_INFINITY);
  const value = metric.of(exact.bins);
  const deviations = () => deviationsOf(side, metric, key, order);
  if (rows.rows <= EXACT_ROWS) return { value, at: (weights) => metric.of(weighted(side, exact, weights)), deviations };
  const coarse = binned(side, key, order, binsFor(units.count));
  const byUnit = cellsOf(side, coarse);
  const count = coarse.bins.bins;
  const shift = value - metric.of(coarse.bins);
  const scratch = { positives: new Float64Array(count), rows: new Float64Array(count) };
  return {
    value,
    at(weights) {
      scratch.positives.fill(0);
      scratch.rows.fill(0);
      for (let unit = 0; unit < units.count; unit++) {
        const weight = weights[unit] as number;
        if (weight === 0) continue;
        for (let bin = 0, cell = unit * count; bin < count; bin++, cell++) {
          scratch.positives[bin] = (scratch.positives[bin] as number) + weight * (byUnit.positives[cell] as number);
          scratch.rows[bin] = (scratch.rows[bin] as number) + weight * (byUnit.rows[cell] as number);
        }
      }
      return metric.of({ ...coarse.bins, ...scratch }) + shift;
    },
    deviations,
  };
}

/** The bins with unit u counted weights[u] times. */
function weighted({ rows, units }: Side, { bins, of }: { bins: Bins; of: Uint32Array }, weights: Float64Array): Bins {
  const drawn = { positives: new Float64Array(bins.bins), rows: new Float64Array(bins.bins) };
  const labels = rows.task === "binary" ? rows.labels : null;
  for (let row = 0; row < rows.rows; row++) {
    const weight =
      (weights[units.of[row] as number] as number) * (rows.weights === null ? 1 : (rows.weights[row] as number));
    const bin = of[row] as number;
    drawn.rows[bin] = (drawn.rows[bin] as number) + weight;
    if (labels?.[row] === 1) drawn.positives[bin] = (drawn.positives[bin] as number) + weight;
  }
  return { ...bins, ...drawn };
}

function deviationsOf(side: Side, metric: FromBins, key: Float64Array, order: Uint32Array): Float64Array {
  const { rows } = side;
  const few = binned(side, key, order, DEVIATION_BINS);
  const gradient = gradientOf(metric, few.bins);
  const scale = widen(effectiveRows(rows));
  const deviations = new Float64Array(rows.rows);
  for (let row = 0; row < rows.rows; row++) {
    const weight = rows.weights === null ? 1 : (rows.weights[row] as number);
    const own = gradient[isPositive(side, row) ? 1 : 0] as Float64Array;
    deviations[row] = scale * weight * (own[few.of[row] as number] as number);
  }
  return deviations;
}

const isPositive = ({ rows }: Side, row: number) => rows.task === "binary" && rows.labels?.[row] === 1;

/** Derivatives by the weight of a negative and of a positive row of each bin, less their mean: weighing all rows alike changes nothing. */
function gradientOf(metric: FromBins, bins: Bins): [negative: Float64Array, positive: Float64Array] {
  const total = bins.rows.reduce((sum, weight) => sum + weight, 0);
  const step = 1e-4 * total;
  const slope = (positive: boolean) =>
    bins.rows.map((_, bin) => {
      const moved = (by: number) => {
        const [positives, rows] = [bins.positives.slice(), bins.rows.slice()];
        rows[bin] = (rows[bin] as number) + by;
        if (positive) positives[bin] = (positives[bin] as number) + by;
        return metric.of({ ...bins, positives, rows });
      };
      return (moved(step) - moved(-step)) / (2 * step);
    });
  return [slope(false), slope(true)];
}

/** Rows in bins of about equal mass, highest keys first, never cut between equal keys; each distinct key its own where there are fewer than `most`. */
function binned(side: Side, key: Float64Array, order: Uint32Array, most: number): { bins: Bins; of: Uint32Array } {
  const runs: [number, number][] = [];
  eachTie(key, order, (from, to) => runs.push([from, to]));
  const exact = runs.length <= most;
  const of = new Uint32Array(order.length);
  const [low, high]: [number[], number[]] = [[], []];
  let filled = 0;
  let open = false;
  for (let r = runs.length - 1; r >= 0; r--) {
    const [from, to] = runs[r] as [number, number];
    const at = key[order[from] as number] as number;
    if (open) low[low.length - 1] = at;
    else {
      low.push(at);
      high.push(at);
    }
    for (let i = from; i < to; i++) of[order[i] as number] = low.length - 1;
    filled += to - from;
    open = !(exact || (low.length < most && filled >= (order.length / most) * low.length));
  }
  const count = low.length;
  const [positives, rows] = [new Float64Array(count), new Float64Array(count)];
  for (let row = 0; row < of.length; row++) {
    const bin = of[row] as number;
    const weight = side.rows.weights === null ? 1 : (side.rows.weights[row] as number);
    rows[bin] = (rows[bin] as number) + weight;
    if (isPositive(side, row)) positives[bin] = (positives[bin] as number) + weight;
  }
  return { bins: { bins: count, positives, rows, low: Float64Array.from(low), high: Float64Array.from(high) }, of };
}

/** The same by unit: cell unit·bins + bin. */
function cellsOf(side: Side, { bins, of }: { bins: Bins; of: Uint32Array }): Pick<Bins, "positives" | "rows"> {
  const { units } = side;
  const [positives, rows] = [new Float64Array(units.count * bins.bins), new Float64Array(units.count * bins.bins)];
  for (let row = 0; row < of.length; row++) {
    const cell = (units.of[row] as number) * bins.bins + (of[row] as number);
    const weight = side.rows.weights === null ? 1 : (side.rows.weights[row] as number);
    rows[cell] = (rows[cell] as number) + weight;
    if (isPositive(side, row)) positives[cell] = (positives[cell] as number) + weight;
  }
  return { positives, rows };
}
