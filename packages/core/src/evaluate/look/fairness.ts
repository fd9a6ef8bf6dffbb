import type { Estimate } from "../../check/check.ts";
import { visibleText } from "../../escape.ts";
import { covarianceOf, largestDeviations, quantileOf, spread } from "../../statistics/disparity.ts";
import { normalQuantile, studentTQuantile } from "../../statistics/distributions.ts";
import { generator } from "../../statistics/generator.ts";
import { wilson } from "../../statistics/proportion.ts";
import { bundles, drawWeights } from "../../statistics/resampling.ts";
import { BOOTSTRAP_GROUPS, LEAST_UNITS, REPLICATES, unitsOf } from "../intervals/grounds.ts";
import type { Disparity, Fairness } from "../looks.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { rarest } from "../metrics/metrics.ts";
import type { Units } from "../parts/part.ts";
import { type SideStatistics, sideStatistics } from "../parts/side-statistics.ts";
import { type Factor, rowsByCode } from "../rows/factor.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { takeRows } from "../rows/take-rows.ts";

/** A smaller group is set apart: in no difference, and listed. */
const LEAST_ROWS = 30;
/** Groups that are compared; a column with more is no group a person belongs to. */
export const MOST_GROUPS = 50;
/** Groups that a report lists. */
const LISTED = 60;
/** Rows are dealt into as many bundles before they are drawn: a standard error is off by 2 % at most times. */
const BUNDLES = 1_000;

/** Rows to compare, and how. The baseline's row i is the candidate's. */
export interface FairnessRows {
  readonly candidate: JudgedRows;
  readonly baseline: JudgedRows | null;
  readonly alpha: number;
  readonly seed: number;
}

/**
 * A metric in every group of a sensitive column, and how far apart the groups lie: Fairlearn's `difference` and `ratio` between groups (MetricFrame). Intervals
 * come from 2,000 draws of rows, or of `groups`; from the delete-one jackknife of fewer than 30.
 */
export function fairness(factor: Factor, metric: MetricDefinition, rows: FairnessRows): Fairness {
  const units = unitsFor(rows.candidate, rows.seed);
  const members = rowsByCode(factor)
    .map((own, code) => ({ code, own }))
    .filter(({ own }) => own.length > 0)
    .sort((a, b) => b.own.length - a.own.length || a.code - b.code);
  const many = members.filter(({ own }) => own.length >= LEAST_ROWS).length;
  const groups = members.slice(0, LISTED).map(({ code, own }) => {
    const of = (side: JudgedRows) => {
      const taken = takeRows({ ...side, slices: [] }, own);
      const part = { of: Int32Array.from(own, (row) => units.of[row] as number), count: units.count };
      return { rows: taken, statistics: sideStatistics(taken, [metric], part) };
    };
    const candidate = of(rows.candidate);
    const support = supportOf(metric, candidate);
    const big =
      own.length >= LEAST_ROWS && support >= LEAST_UNITS && unitsIn(candidate.statistics.units) >= LEAST_UNITS;
    const value = visibleText(factor.values[code] as string);
    const judged = big && many <= MOST_GROUPS;
    return { value, rows: own.length, support, big, judged, candidate, baseline: rows.baseline && of(rows.baseline) };
  });
  const judged = groups.filter((group) => group.judged);
  const sides = (["candidate", "baseline"] as const).map((side) => {
    const statistics = judged.map((group) => group[side]?.statistics ?? null);
    if (statistics.length < 2 || !statistics.every((one) => one !== null)) return null;
    const of = { metric, support: judged.map(({ support }) => support), alpha: rows.alpha, seed: rows.seed };
    return apart(statistics, judged, of);
  });
  const shown = (side: "candidate" | "baseline", group: (typeof groups)[number]): Estimate | null => {
    const value = group[side]?.statistics.values[0];
    if (value === undefined || !Number.isFinite(value) || group.support === 0) return null;
    const place = judged.indexOf(group);
    return sides[side === "candidate" ? 0 : 1]?.estimates[place] ?? { value, interval: null };
  };
  return {
    column: visibleText(factor.column),
    metric: metric.name,
    groups: groups.map((group) => ({
      value: group.value,
      rows: group.rows,
      support: group.support,
      judged: group.judged,
      candidate: shown("candidate", group),
      baseline: shown("baseline", group),
    })),
    big: many > MOST_GROUPS ? many : groups.filter(({ big }) => big).length,
    more: members.length - groups.length,
    candidate: sides[0]?.disparity ?? null,
    baseline: sides[1]?.disparity ?? null,
  };
}

function unitsFor(rows: JudgedRows, seed: number): Units {
  return rows.groups === null ? bundles(rows.rows, BUNDLES, seed) : unitsOf(rows, seed);
}

const unitsIn = ({ of }: Units) => new Set(of).size;

/** Rows the metric rests on in a group: the trials of a share, the rarer class where it needs both, else all. */
function supportOf(
  metric: MetricDefinition,
  { rows, statistics }: { rows: JudgedRows; statistics: SideStatistics },
): number {
  const { from } = metric;
  if (from.kind === "sums" && from.share !== undefined) {
    const trials = from.share(statistics.sumsOf(0))[1];
    const mass = rows.weights === null ? rows.rows : rows.weights.reduce((sum, weight) => sum + weight, 0);
    return Math.round((trials / mass) * rows.rows);
  }
  const needsBoth =
    from.kind !== "sums" && from.kind !== "ratio" ? rows.classes.length > 0 : metric.needs === "decisions";
  if (!needsBoth) return rows.rows;
  const all = new Set(rows.labels).size;
  return all < 2 ? 0 : Math.floor(rarest(rows) ?? rows.rows);
}

/** Estimates of the groups with intervals of their own, and of how far apart they lie. */
function apart(
  statistics: readonly SideStatistics[],
  groups: readonly { readonly value: string }[],
  {
    metric,
    support,
    alpha,
    seed,
  }: { metric: MetricDefinition; support: readonly number[]; alpha: number; seed: number },
): { disparity: Disparity | null; estimates: Estimate[] } {
  const values = statistics.map((one) => one.values[0] as number);
  if (!values.every(Number.isFinite)) return { disparity: null, estimates: [] };
  const units = statistics[0]?.units.count ?? 0;
  const drawn = units >= BOOTSTRAP_GROUPS;
  const replicates = drawn ? drawsOf(statistics, units, seed) : leftOut(statistics, units);
  const whole =
    replicates[0]?.filter((_, draw) => replicates.every((one) => Number.isFinite(one[draw] as number))).length ?? 0;
  if (whole < 0.95 * (replicates[0]?.length ?? 0) || units < 2) return { disparity: null, estimates: [] };
  const means = replicates.map((one) =>
    one.filter(Number.isFinite).reduce((sum, value, _, { length }) => sum + value / length, 0),
  );
  const covariance = drawn
    ? covarianceOf(replicates, means, (count) => (1 / (count - 1)) * (units / (units - 1)))
    : covarianceOf(replicates, means, (count) => (count - 1) / count);
  const z = normalQuantile(1 - alpha / 2);
  if (metric.from.kind === "sums" && metric.from.share !== undefined)
    values.forEach((value, i) => {
      // All right, or all wrong, is not certain: no less than Wilson's interval says.
      const [low, high] = wilson(value * (support[i] as number), support[i] as number, z);
      const row = covariance[i] as Float64Array;
      row[i] = Math.max(row[i] as number, ((high - low) / 2 / z) ** 2);
    });
  const sorted = drawn ? largestDeviations(replicates, means, covariance) : null;
  const degrees = units - 1;
  const found = spread(
    { values, covariance, degrees, largestDeviation: sorted === null ? () => null : quantileOf(sorted) },
    alpha,
  );
  const half = studentTQuantile(1 - alpha / 2, degrees);
  const [least, most] = metric.range;
  const cut = (value: number) => Math.min(most, Math.max(least, value));
  const estimates = values.map((value, i): Estimate => {
    const error = half * Math.sqrt((covariance[i] as Float64Array)[i] as number);
    return { value, interval: [cut(value - error), cut(value + error)] };
  });
  const name = (value: number) => groups[values.indexOf(value)]?.value ?? "";
  const [low, high] = found.differenceInterval;
  const positive = least >= 0 && Number.isFinite(found.ratio);
  return {
    estimates,
    disparity: {
      lowest: name(Math.min(...values)),
      highest: name(Math.max(...values)),
      difference: { value: found.difference, interval: [low, Math.min(high, most - least)] },
      ratio: positive ? { value: found.ratio, interval: [found.ratioInterval[0], found.ratioInterval[1]] } : null,
    },
  };
}

/** One column a group: the metric in every draw of the units, the same draws for all groups. */
function drawsOf(statistics: readonly SideStatistics[], units: number, seed: number): Float64Array[] {
  const source = generator(seed);
  const weights = new Float64Array(units);
  const columns = statistics.map(() => new Float64Array(REPLICATES));
  for (let draw = 0; draw < REPLICATES; draw++) {
    drawWeights(weights, source);
    statistics.forEach((one, i) => {
      (columns[i] as Float64Array)[draw] = one.at(weights)[0] as number;
    });
  }
  return columns;
}

/** The same with each unit left out once. */
function leftOut(statistics: readonly SideStatistics[], units: number): Float64Array[] {
  const weights = new Float64Array(units).fill(1);
  const columns = statistics.map(() => new Float64Array(units));
  for (let unit = 0; unit < units; unit++) {
    weights[unit] = 0;
    statistics.forEach((one, i) => {
      (columns[i] as Float64Array)[unit] = one.at(weights)[0] as number;
    });
    weights[unit] = 1;
  }
  return columns;
}
