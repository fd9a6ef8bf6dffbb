import { normalCdf, normalQuantile } from "../../statistics/distributions.ts";
import { LEAST_P } from "../../statistics/interval-inversion.ts";
import { wilson } from "../../statistics/proportion.ts";
import { total } from "../../statistics/total.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { rarest } from "../metrics/metrics.ts";
import { effectiveRows, effectiveUnits } from "../parts/part.ts";
import type { Estimator } from "./estimator.ts";
import type { Compared, JudgedSide } from "./judged-side.ts";
import { rowEstimate, sharesOf } from "./row-intervals.ts";

/** What could have moved a difference and did not: so many independent trials, each of which moves it by `reach` / `trials` at most. */
export interface Unmoved {
  readonly trials: number;
  readonly reach: number;
}

/**
 * A difference with an interval no narrower than what could have happened unseen. Where none of n trials moved, the share of trials that do is z² / (n + z²) at
 * most: Wilson's upper end for 0 of n, which a greater share leaves with a chance of e^(−z²), 2.1 % at 95 %. Trials that move in one direction, by all that
 * they can, move the metric by that share of its reach. It shrinks as 1/n where a standard error does as 1/√n: of many rows it is never what decides.
 */
export function noNarrower(difference: Estimator, { trials, reach }: Unmoved): Estimator {
  const { value, p } = difference;
  if (!(reach > 0)) return { value, by: difference.by, interval: () => null }; // neither side's rows differ at all: nobody knows by how much they could
  return {
    ...difference,
    ...(p !== undefined && { p: Math.max(p, unseenP(Math.abs(value) / reach, trials)) }),
    interval(alpha) {
      const ends = difference.interval(alpha);
      if (ends === null) return null;
      const unseen = reach * wilson(0, trials, normalQuantile(1 - alpha / 2))[1];
      return [Math.min(ends[0], value - unseen), Math.max(ends[1], value + unseen)];
    },
  };
}

/** The level whose share of trials that move unseen is this one: z² = n·u / (1 − u). */
function unseenP(share: number, trials: number): number {
  return share >= 1 ? LEAST_P : Math.max(LEAST_P, 2 * normalCdf(-Math.sqrt((trials * share) / (1 - share))));
}

/** The same for a metric's difference, and for the sum that an absolute one needs, by the side that says less. */
export function notTooNarrow(
  one: Compared,
  candidate: JudgedSide,
  baseline: JudgedSide | null,
  index: number,
): Compared {
  const { difference, sum } = one;
  if (baseline === null || difference === null || one.metric.from.kind === "extreme") return one;
  const [ours, theirs] = [
    unmoved(one, candidate, index),
    unmoved({ ...one, candidate: one.baseline as Estimator }, baseline, index),
  ];
  const least = { trials: Math.min(ours.trials, theirs.trials), reach: Math.max(ours.reach, theirs.reach) };
  return { ...one, difference: noNarrower(difference, least), sum: sum === null ? null : noNarrower(sum, least) };
}

/**
 * Of one side. Rows of groups are as many trials as independent ones that they amount to, by the design effect of the side's own value (Kish 1965); where that
 * tells nothing, each group is one. What a metric of unknown range can be moved by is how much the trials of its own value differ: their standard deviation.
 */
function unmoved({ metric, candidate }: Compared, side: JudgedSide, index: number): Unmoved {
  const { rows, statistics } = side;
  const all = trialsOf(metric, side, index);
  const own = candidate.error ?? 0;
  const trials = rows.groups === null || rows.task === "ranking" ? all : grouped();
  const width = metric.range[1] - metric.range[0];
  const spread = own > 1e-9 * Math.abs(candidate.value) ? own * Math.sqrt(trials) : 0; // the rest is rounding
  return { trials, reach: Number.isFinite(width) ? width : spread };

  function grouped(): number {
    const rowwise = metric.jumps ? 0 : (rowEstimate(side, index).error ?? 0);
    const share = own > 0 ? Math.min(1, (rowwise / own) ** 2) : 0;
    return Math.max(all * share, Math.min(all, effectiveUnits(rows, statistics.units)));
  }
}

/** Rows, as many as count alike, that a metric rests on: a share's trials; of the rarest class, where it takes both; of a ranking, its queries. */
export function trialsOf(metric: MetricDefinition, { rows, statistics }: JudgedSide, index: number): number {
  const share = sharesOf(metric, rows, statistics.values[index] as number, statistics.sumsOf(index));
  const effective = effectiveRows(rows);
  if (share !== null) return rows.weights === null ? share[1] : (share[1] * effective) / total(rows.weights);
  if (rows.task === "ranking") return statistics.units.count;
  const all = metric.rests?.(effective) ?? effective;
  return needsBothClasses(metric) ? Math.min(all, rarest(rows) ?? all) : all;
}

/** A ranking of the classes, or what follows from a whole confusion matrix: known from no more rows than the rarest class has. */
export function needsBothClasses({ from, needs }: MetricDefinition): boolean {
  return from.kind === "sums" || from.kind === "ratio" ? needs === "decisions" : true;
}
