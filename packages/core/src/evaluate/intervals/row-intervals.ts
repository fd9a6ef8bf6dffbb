import { normalQuantile } from "../../statistics/distributions.ts";
import { mcnemar } from "../../statistics/paired-tests.ts";
import { clopperPearson, pairedDifference, wilson } from "../../statistics/proportion.ts";
import { total } from "../../statistics/total.ts";
import type { TestName } from "../evaluation-report.ts";
import { isOnUnitInterval, type MetricDefinition } from "../metrics/metric.ts";
import { rarest } from "../metrics/metrics.ts";
import { effectiveRows, sumByUnit } from "../parts/part.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { type Estimator, spreadless, student, studentOfOdds } from "./estimator.ts";
import type { Compared, JudgedSide } from "./judged-side.ts";

/** Intervals of one metric if rows are independent. */
export function fromRows(candidate: JudgedSide, baseline: JudgedSide | null, paired: boolean, index: number): Compared {
  const metric = candidate.statistics.metrics[index] as MetricDefinition;
  return {
    metric,
    candidate: rowEstimate(candidate, index),
    baseline: baseline === null ? null : rowEstimate(baseline, index),
    ...rowContrasts(candidate, baseline, paired, index),
  };
}

/** The difference, and the sum where the metric is an absolute value. */
export function rowContrasts(
  candidate: JudgedSide,
  baseline: JudgedSide | null,
  paired: boolean,
  index: number,
): Pick<Compared, "difference" | "sum"> {
  if (baseline === null) return { difference: null, sum: null };
  const isAbsolute = candidate.statistics.metrics[index]?.signed !== undefined;
  return {
    difference: rowContrast(candidate, baseline, paired, index, -1),
    sum: isAbsolute ? rowContrast(candidate, baseline, paired, index, 1) : null,
  };
}

export function rowEstimate({ rows, statistics }: JudgedSide, index: number): Estimator {
  const metric = statistics.metrics[index] as MetricDefinition;
  const value = statistics.values[index] as number;
  const effective = effectiveRows(rows);
  const share = sharesOf(metric, rows, value, statistics.sumsOf(index));
  if (share !== null && rows.weights === null) return shareEstimate(value, share, null);
  const variance = squares(statistics.deviations(index));
  if (share !== null) return shareEstimate(value, share, weightedTrials(value, variance, share, rows) / share[1]);
  const error = Math.sqrt(variance);
  if (error === 0) return spreadless(metric, value, rarest(rows) ?? rows.rows, rowTest(metric));
  if (isOnUnitInterval(metric) && value > 0 && value < 1) {
    // A ranking is known from both classes, so from no more rows than the rarer one has.
    return studentOfOdds(value, error, (rarest(rows) ?? effective) - 1, rowTest(metric));
  }
  return student(value, error, effective - 1, rowTest(metric), metric.range);
}

/** Fewer trials than this are counted out exactly. */
const EXACT_TRIALS = 30;
type Share = readonly [successes: number, trials: number];

/** Null for what is no share of rows, or has no trial. */
export function sharesOf(
  { from }: MetricDefinition,
  rows: JudgedRows,
  value: number,
  sums: Float64Array,
): Share | null {
  if (from.kind === "ratio" && from.share) {
    const { below } = from.parts(rows);
    const counts =
      below === null
        ? rows.weights
        : rows.weights === null
          ? below
          : below.map((one, row) => one * (rows.weights?.[row] as number));
    const trials = counts === null ? rows.rows : total(counts);
    return trials === 0 ? null : [rows.weights === null ? Math.round(value * trials) : value * trials, trials];
  }
  const share = from.kind === "sums" ? from.share?.(sums) : undefined;
  return share === undefined || share[1] === 0 ? null : share;
}

/**
 * Trials that count alike which would tell a weighted share as well: those whose binomial variance is the linearised one (Korn & Graubard 1998), so that heavy
 * rows that are harder to get right count for as little as they tell; never more than (Σw)²/Σw² makes of them, which alone is right where weights have nothing to do with the outcome.
 */
function weightedTrials(value: number, variance: number, [, trials]: Share, rows: JudgedRows): number {
  const alike = (trials * effectiveRows(rows)) / total(rows.weights as Float64Array);
  const told = (value * (1 - value)) / variance;
  return told > 0 ? Math.min(alike, told) : alike;
}

/** Clopper & Pearson's interval of a few trials, else Wilson's. @param each How much of a row that counts alike a weighted one is; null: rows count alike. */
function shareEstimate(value: number, [successes, trials]: Share, each: number | null): Estimator {
  const effective = trials * (each ?? 1);
  const error = Math.sqrt((value * (1 - value)) / effective);
  return each === null && trials < EXACT_TRIALS
    ? { value, by: "clopper-pearson", error, interval: (alpha) => clopperPearson(successes, trials, alpha) }
    : {
        value,
        by: "wilson",
        error,
        interval: (alpha) => wilson(successes * (each ?? 1), effective, normalQuantile(1 - alpha / 2)),
      };
}

const rowTest = ({ from }: MetricDefinition): TestName => (from.kind === "roc-auc" ? "delong" : "t");

/** Candidate − baseline (`sign` −1) or their sum, from rows alone. */
function rowContrast(
  candidate: JudgedSide,
  baseline: JudgedSide,
  paired: boolean,
  index: number,
  sign: 1 | -1,
): Estimator {
  const metric = candidate.statistics.metrics[index] as MetricDefinition;
  const value = (candidate.statistics.values[index] as number) + sign * (baseline.statistics.values[index] as number);
  const pairs = paired && candidate.rows.weights === null ? pairsOf(metric, candidate.rows, baseline.rows) : null;
  if (pairs !== null && pairs.trials > 0) {
    const { gained, lost, trials } = pairs;
    const { test, p } = mcnemar(gained, lost);
    const interval = (alpha: number) => pairedDifference(gained, lost, trials, normalQuantile(1 - alpha / 2));
    const error = Math.sqrt(gained + lost - (gained - lost) ** 2 / trials) / trials;
    const isGrouped = candidate.rows.groups !== null && candidate.rows.task !== "ranking";
    const carriers = isGrouped ? carriersOf(byUnit(candidate, deviationsApart())) : gained + lost;
    return { value, by: test, p, error, interval, carriers };
  }
  if (!paired) {
    const [ours, theirs] = [candidate.statistics.deviations(index), baseline.statistics.deviations(index)];
    const rows = Math.min(effectiveRows(candidate.rows), effectiveRows(baseline.rows));
    const error = Math.sqrt(squares(ours) + squares(theirs));
    const carriers = carriersOf(byUnit(candidate, ours), byUnit(baseline, theirs));
    return { ...student(value, error, rows - 1, rowTest(metric)), carriers };
  }
  const apart = deviationsApart();
  const around = student(value, Math.sqrt(squares(apart)), effectiveRows(candidate.rows) - 1, rowTest(metric));
  return { ...around, carriers: carriersOf(byUnit(candidate, apart)) };

  function deviationsApart(): Float64Array {
    const ours = candidate.statistics.deviations(index);
    const theirs = (baseline as JudgedSide).statistics.deviations(index);
    for (let row = 0; row < ours.length; row++) ours[row] = (ours[row] as number) + sign * (theirs[row] as number);
    return ours;
  }
}

const byUnit = ({ rows, statistics }: JudgedSide, deviations: Float64Array): Float64Array =>
  rows.groups === null ? deviations : sumByUnit(deviations, statistics.units);

/** How many units a variance rests on, from each one's part in the estimate: (Σd²)² / Σd⁴. All that move, where they move alike. */
function carriersOf(...parts: readonly Float64Array[]): number {
  let [squares, fourths] = [0, 0];
  for (const part of parts)
    for (let i = 0; i < part.length; i++) {
      const square = (part[i] as number) ** 2;
      squares += square;
      fourths += square * square;
    }
  return squares === 0 ? 0 : (squares * squares) / fourths;
}

/** Trials that only one side got right; null for what is no share of trials that the labels alone decide. */
function pairsOf({ from }: MetricDefinition, candidate: JudgedRows, baseline: JudgedRows) {
  let [gained, lost, trials] = [0, 0, 0];
  const count = (ours: boolean, theirs: boolean) => {
    trials++;
    if (ours && !theirs) gained++;
    else if (!ours && theirs) lost++;
  };
  if (from.kind === "ratio" && from.share) {
    const [{ above: ours, below }, { above: theirs }] = [from.parts(candidate), from.parts(baseline)];
    ours.forEach((hit, row) => {
      if (below === null || below[row] === 1) count(hit === 1, theirs[row] === 1);
    });
  } else if (from.kind === "sums" && from.trial !== undefined) {
    for (let row = 0; row < candidate.rows; row++) {
      const ours = from.trial(candidate, row);
      if (ours !== null) count(ours, from.trial(baseline, row) === true);
    }
  } else return null;
  return { gained, lost, trials };
}

function squares(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  return sum;
}
