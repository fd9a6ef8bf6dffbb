import { normalQuantile } from "../../statistics/distributions.ts";
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

/** What a difference is of. Counting takes passes over the rows: only asked for where it decides. */
export interface Apart {
  /** Size of the numbers whose difference it is: what is a billionth of it is rounding. */
  readonly scale: number;
  /** Rows, or groups, there are that count alike. */
  units(): number;
  unmoved(): Unmoved;
}

/** More units than this carry a difference, or a quarter of all: its own standard error tells how sure it is. */
const [FEW, SHARE] = [10, 0.25];

/**
 * A difference that few units carry, or none, with an interval no narrower than counting them allows.
 *
 * m units that move it by s each, to either side, are counts of Poisson's law, and their difference D = s·d has Tango's score interval (1998, for pairs; here without
 * his bound of all pairs): the ends D ± s·x at which x² = z²·S, S the expected number of moves under that end, from the counts' likeliest values there. That is
 * x³ − z²(m + z²)·x ± d·z⁴ = 0. All in one direction it is the score interval of a count, x = z²/2 + z·√(m + z²/4); none at all, x = z², which a greater expectation
 * leaves without a single move in e^(−z²) of samples, 2.1 % at 95 %. Then s is the most that one of `trials` can do, reach / (trials + z²): Wilson's upper end for
 * none of n, which shrinks as 1/n. With many units x comes to z·√m: the standard error's own.
 */
export function noNarrower(difference: Estimator, { scale, units, unmoved }: Apart): Estimator {
  const { value, p, ...rest } = difference;
  const { error = 0, carriers } = rest;
  const none = !(error > 1e-9 * scale);
  if (!none && (carriers === undefined || carriers > FEW - 1e-6 || carriers > SHARE * units() - 1e-6))
    return difference;
  const { trials, reach } = none ? unmoved() : { trials: 0, reach: 0 };
  // Neither side's rows differ at all: nobody knows by how much they could.
  if (none && !(reach > 0)) return { value, by: difference.by, interval: () => null };
  const count = none ? 0 : (carriers as number);
  return {
    ...rest,
    value,
    ...(p !== undefined && isOwn(difference) && { p }), // else it follows from the ends
    interval(alpha) {
      const ends = difference.interval(alpha);
      if (ends === null) return null;
      const z = normalQuantile(1 - alpha / 2);
      const step = none ? reach / (trials + z * z) : error / Math.sqrt(count);
      const way = (sign: 1 | -1) => step * mostMoves(count, none ? 0 : (-sign * value) / step, z);
      return [Math.min(ends[0], value - way(-1)), Math.max(ends[1], value + way(1))];
    },
  };
}

/** McNemar's p-value comes from a test of its own. */
const isOwn = ({ by }: Estimator) => by === "mcnemar-exact" || by === "mcnemar-mid-p";

/** The greatest root of x³ − z²(m + z²)·x + d·z⁴ (Viète). @param towards d: how far the moves seen lead the other way already. */
function mostMoves(count: number, towards: number, z: number): number {
  const linear = z * z * (count + z * z);
  const constant = Math.min(count, Math.max(-count, towards)) * z ** 4;
  const cosine = ((-3 * constant) / (2 * linear)) * Math.sqrt(3 / linear);
  return 2 * Math.sqrt(linear / 3) * Math.cos(Math.acos(Math.min(1, Math.max(-1, cosine))) / 3);
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
  const other = one.baseline as Estimator;
  const apart: Apart = {
    scale: Math.max(Math.abs(one.candidate.value), Math.abs(other.value)),
    units: () => Math.min(unitsIn(candidate), unitsIn(baseline)),
    unmoved() {
      const [ours, theirs] = [unmoved(one, candidate, index), unmoved({ ...one, candidate: other }, baseline, index)];
      return { trials: Math.min(ours.trials, theirs.trials), reach: Math.max(ours.reach, theirs.reach) };
    },
  };
  return { ...one, difference: noNarrower(difference, apart), sum: sum === null ? null : noNarrower(sum, apart) };
}

const unitsIn = ({ rows, statistics }: JudgedSide) =>
  rows.groups === null ? effectiveRows(rows) : effectiveUnits(rows, statistics.units);

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
