import { binOf } from "../data/bin-edges.ts";
import type { NumericProfile } from "../data/profile.ts";
import type { NumericColumn } from "../data/table.ts";
import { effectiveRows } from "../statistics/two-sample.ts";

/** A change of unit that maps a column back onto its reference. */
export interface UnitChange {
  /** now = ratio · before + offset. */
  readonly ratio: number;
  readonly offset: number;
  /** Why it is believed, in words: "looks like kilometres (every quantile × 1.609)". */
  readonly words: string;
}

/** now = ratio · before: what a number that was multiplied by it looks like. Definitions are exact. */
const RATIOS: readonly (readonly [ratio: number, looksLike: string])[] = [
  [1.609344, "kilometres"],
  [1 / 1.609344, "miles"],
  [0.3048, "metres, from feet"],
  [1 / 0.3048, "feet"],
  [2.54, "centimetres, from inches"],
  [1 / 2.54, "inches"],
  [0.45359237, "kilograms"],
  [1 / 0.45359237, "pounds"],
  [60, "minutes for hours, or seconds for minutes"],
  [1 / 60, "hours for minutes, or minutes for seconds"],
  [3600, "seconds, from hours"],
  [1 / 3600, "hours, from seconds"],
  [24, "hours, from days"],
  [1 / 24, "days, from hours"],
  [100, "hundredths: per cent, cents or centimetres"],
  [1 / 100, "whole units for per cent, cents or centimetres"],
  [1000, "thousandths: metres for kilometres, grams for kilograms, milliseconds for seconds"],
  [1 / 1000, "thousands: kilometres for metres, kilograms for grams, seconds for milliseconds"],
  [1_000_000, "millionths"],
  [1 / 1_000_000, "millions"],
];

/** Rows looked at: enough to tell a distance of 0.02 from none. */
const SAMPLE = 20_000;
/** A ratio nobody named counts from here on: prices may rise by half, but rarely does every quantile double. */
const LEAST_UNKNOWN = 2;

/**
 * Looks for a change of unit in a numeric column that moved: a known ratio (or °C ↔ °F), or any common ratio of at least 2, such that
 * the values divided by it have the reference's distribution again. "Again" means a distance below two fifths of the minor effect
 * beyond noise, much less than a drift of a similar size leaves behind.
 *
 * @param minorEffect Share of rows moved that is worth showing.
 * @returns Null when nothing explains the change.
 */
export function unitChange(reference: NumericProfile, column: NumericColumn, minorEffect: number): UnitChange | null {
  const edges = Float64Array.from(reference.edges);
  const values = sample(column);
  if (values.length < 50 || edges.length < 3) return null;
  const fits = (ratio: number, offset = 0) => residual(reference, edges, values, ratio, offset) < 0.4 * minorEffect;
  if (fits(1)) return null;
  for (const [ratio, looksLike] of RATIOS) {
    if (fits(ratio)) return { ratio, offset: 0, words: `looks like ${looksLike} (every quantile × ${shown(ratio)})` };
  }
  if (fits(1.8, 32))
    return { ratio: 1.8, offset: 32, words: "looks like degrees Fahrenheit (every quantile × 1.8 + 32)" };
  if (fits(1 / 1.8, -32 / 1.8)) {
    return { ratio: 1 / 1.8, offset: -32 / 1.8, words: "looks like degrees Celsius (every quantile − 32, ÷ 1.8)" };
  }
  const common = medianRatio(reference, values);
  if (common !== null && Math.abs(Math.log(Math.abs(common))) >= Math.log(LEAST_UNKNOWN) && fits(common)) {
    return { ratio: common, offset: 0, words: `has every quantile × ${shown(common)}: a change of unit or scale` };
  }
  if (fits(-1)) return { ratio: -1, offset: 0, words: "has its sign turned (every quantile × −1)" };
  return null;
}

/**
 * KS distance, noise taken off, of (value − offset)/ratio from the reference. Values converted by somebody else carry rounding, which
 * matters where many rows share one value: the least distance over three roundings counts.
 */
function residual(
  reference: NumericProfile,
  edges: Float64Array,
  values: Float64Array,
  ratio: number,
  offset: number,
): number {
  let least = Number.POSITIVE_INFINITY;
  for (const digits of [12, 6, 3]) {
    const counts = new Float64Array(edges.length + 1);
    for (const value of values) {
      const mapped = rounded((value - offset) / ratio, digits);
      const bin = binOf(edges, mapped);
      counts[bin] = (counts[bin] as number) + 1;
    }
    least = Math.min(least, distanceBeyondNoise(reference.counts, counts, values.length));
    if (least === 0 || least > 0.5) break;
  }
  return least;
}

function distanceBeyondNoise(reference: readonly number[], current: Float64Array, m: number): number {
  const n = reference.reduce((sum, count) => sum + count, 0);
  let [below, now, distance] = [0, 0, 0];
  for (let k = 0; k < current.length; k++) {
    below += reference[k] as number;
    now += current[k] as number;
    distance = Math.max(distance, Math.abs(below / n - now / m));
  }
  return Math.sqrt(Math.max(0, distance * distance - 0.8276 ** 2 / effectiveRows(n, m)));
}

/** To so many significant digits; fast, and exact enough for bins. */
function rounded(value: number, digits: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const scale = 10 ** (digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  return Number.isFinite(scale) && scale !== 0 ? Math.round(value * scale) / scale : value;
}

/** Ratio of the medians of the values other than zero; null when they cannot tell. */
function medianRatio(reference: NumericProfile, values: Float64Array): number | null {
  const zero = binOf(Float64Array.from(reference.edges), 0);
  const counts = reference.counts.map((count, k) => (k === zero && reference.edges[k] === 0 ? 0 : count));
  const half = counts.reduce((sum, count) => sum + count, 0) / 2;
  let below = 0;
  const bin = counts.findIndex((count) => {
    below += count;
    return below >= half;
  });
  const low = reference.edges[bin - 1];
  const high = reference.edges[bin];
  if (low === undefined || high === undefined) return null;
  const inBin = counts[bin] as number;
  const before = low + (high - low) * (inBin === 0 ? 1 : (half - (below - inBin)) / inBin);
  const others = values.filter((value) => value !== 0).sort();
  const now = others[Math.floor(others.length / 2)];
  if (now === undefined || before === 0) return null;
  const ratio = now / before;
  return Number.isFinite(ratio) && ratio !== 0 ? ratio : null;
}

/** Every k-th finite value, at most SAMPLE. */
function sample(column: NumericColumn): Float64Array {
  const finite = column.values.filter(
    (value, row) => Number.isFinite(value) && (column.nulls === null || column.nulls[row] === 0),
  );
  const step = Math.max(1, Math.floor(finite.length / SAMPLE));
  return step === 1 ? finite : finite.filter((_, row) => row % step === 0);
}

function shown(ratio: number): string {
  const text = ratio >= 1000 ? ratio.toLocaleString("en-US") : String(Number(ratio.toPrecision(4)));
  return text.replace("-", "−");
}
