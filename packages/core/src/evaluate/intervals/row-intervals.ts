import { normalQuantile } from "../../statistics/distributions.ts";
import { mcnemar } from "../../statistics/paired-tests.ts";
import { pairedDifference, wilson } from "../../statistics/proportion.ts";
import { total } from "../../statistics/total.ts";
import type { TestName } from "../evaluation-report.ts";
import type { FromSums, MetricDefinition } from "../metrics/metric.ts";
import { rarest } from "../metrics/metrics.ts";
import { effectiveRows } from "../parts/part.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { type Estimator, spreadless, student } from "./estimator.ts";
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
  const share = metric.from.kind === "sums" ? metric.from.share?.(statistics.sums) : undefined;
  const effective = effectiveRows(rows);
  if (share !== undefined && share[1] > 0) {
    const each = rows.weights === null ? 1 : effective / total(rows.weights); // a weighted row counts as this much of one
    const trials = share[1] * each;
    const interval = (alpha: number) => wilson(share[0] * each, trials, normalQuantile(1 - alpha / 2));
    return { value, by: "wilson", error: Math.sqrt((value * (1 - value)) / trials), interval };
  }
  const error = Math.sqrt(squares(statistics.deviations(index)));
  if (error === 0 && metric.from.kind !== "sums")
    return spreadless(metric, value, rarest(rows) ?? rows.rows, rowTest(metric));
  return student(value, error, effective - 1, rowTest(metric), metric.range);
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
  const trial = metric.from.kind === "sums" ? metric.from.trial : undefined;
  if (paired && trial !== undefined && candidate.rows.weights === null) {
    const { gained, lost, trials } = discordant(trial, candidate.rows, baseline.rows);
    if (trials > 0) {
      const { test, p } = mcnemar(gained, lost);
      const interval = (alpha: number) => pairedDifference(gained, lost, trials, normalQuantile(1 - alpha / 2));
      const error = Math.sqrt(gained + lost - (gained - lost) ** 2 / trials) / trials;
      return { value, by: test, p, error, interval };
    }
  }
  const ours = candidate.statistics.deviations(index);
  const theirs = baseline.statistics.deviations(index);
  if (!paired) {
    const rows = Math.min(effectiveRows(candidate.rows), effectiveRows(baseline.rows));
    return student(value, Math.sqrt(squares(ours) + squares(theirs)), rows - 1, rowTest(metric));
  }
  for (let row = 0; row < ours.length; row++) ours[row] = (ours[row] as number) + sign * (theirs[row] as number);
  return student(value, Math.sqrt(squares(ours)), effectiveRows(candidate.rows) - 1, rowTest(metric));
}

function discordant(trial: NonNullable<FromSums["trial"]>, candidate: JudgedRows, baseline: JudgedRows) {
  let [gained, lost, trials] = [0, 0, 0];
  for (let row = 0; row < candidate.rows; row++) {
    const ours = trial(candidate, row);
    if (ours === null) continue;
    trials++;
    const theirs = trial(baseline, row);
    if (ours && !theirs) gained++;
    else if (!ours && theirs) lost++;
  }
  return { gained, lost, trials };
}

function squares(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  return sum;
}
