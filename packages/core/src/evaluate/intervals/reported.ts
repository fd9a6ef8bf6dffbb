import { normalQuantile } from "../../statistics/distributions.ts";
import { total } from "../../statistics/total.ts";
import type { Metric } from "../../train/run-record.ts";
import type { MetricComparison, TestName } from "../evaluation-report.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { gainInterval, pOf, towardsGain } from "./comparison.ts";
import { type Estimator, student } from "./estimator.ts";

/** A metric as trainings reported it, on both sides. */
export interface ReportedPair {
  readonly metric: Pick<MetricDefinition, "name" | "goal" | "unit" | "range">;
  readonly candidate: Uncertain;
  readonly baseline: Uncertain | null;
}

/** A number and what its training knows of its uncertainty; of several statements samples count before a standard error, and that before an interval. */
export type Uncertain = Pick<Metric, "value" | "n" | "se" | "ci" | "level" | "samples">;

/** Its interval's level where nobody says. */
const LEVEL = 0.95;

/**
 * Two reported numbers compared at level 1 − alpha, as far as their uncertainty was reported too:
 * - both with samples, as many on each side (the same folds or seeds): Student's t on their differences;
 * - else both with samples or standard errors: Welch's t (1947), with Satterthwaite's degrees of freedom;
 * - one with an interval alone: the two intervals subtracted by MOVER (Donner & Zou 2012);
 * - one without anything: points, without an interval and without a test.
 */
export function reportedComparison(pair: ReportedPair, alpha: number): MetricComparison {
  const { metric, candidate, baseline } = pair;
  const own = estimatorOf(candidate, metric.range);
  const other = baseline === null ? null : estimatorOf(baseline, metric.range);
  const apart = baseline === null ? null : differenceOf(candidate, baseline, own, other);
  const judged = baseline === null ? own : apart;
  const at = (value: number, estimator: Estimator | null) => ({ value, interval: estimator?.interval(alpha) ?? null });
  const difference = baseline === null ? null : at(candidate.value - baseline.value, apart);
  return {
    name: metric.name,
    goal: metric.goal,
    unit: metric.unit,
    candidate: at(candidate.value, own),
    baseline: baseline === null ? null : at(baseline.value, other),
    difference,
    gain:
      difference === null
        ? null
        : {
            value: towardsGain(difference.value, metric.goal),
            interval: gainInterval(difference.interval, metric.goal),
          },
    ignoringGroups: null,
    moreNeeded: null,
    ...(judged?.interval(alpha) && { test: { name: judged.by, p: baseline === null ? null : pOf(judged) } }),
  };
}

/** What is known of a mean: its standard error, and with how many degrees of freedom. */
interface Spread {
  readonly error: number;
  readonly degrees: number;
  readonly by: TestName;
}

function spreadOf({ samples, se, n }: Uncertain): Spread | null {
  if (samples !== undefined) return sampleSpread(samples, "samples-t");
  if (se === undefined) return null;
  return { error: se, degrees: n === undefined ? Number.POSITIVE_INFINITY : n - 1, by: "reported-se" };
}

/** Samples without any spread say nothing of chance: null. */
function sampleSpread(samples: readonly number[], by: TestName): Spread | null {
  const mean = total(samples) / samples.length;
  const variance = total(samples.map((one) => (one - mean) ** 2)) / (samples.length - 1);
  const isNone = Math.sqrt(variance) <= 1e-12 * Math.abs(mean);
  return isNone ? null : { error: Math.sqrt(variance / samples.length), degrees: samples.length - 1, by };
}

function estimatorOf(metric: Uncertain, range: readonly [number, number]): Estimator | null {
  const spread = spreadOf(metric);
  if (spread !== null) return student(metric.value, spread.error, spread.degrees, spread.by, range);
  return metric.ci === undefined || metric.samples !== undefined
    ? null
    : rescaled(metric.value, metric.ci, metric.level);
}

/** An interval at another level than its own: each half grows as the normal quantile does. */
function rescaled(value: number, [low, high]: readonly [number, number], level = LEVEL): Estimator {
  const z = normalQuantile((1 + level) / 2);
  return {
    value,
    by: "reported-interval",
    interval(alpha) {
      const scale = Math.abs(1 - alpha - level) < 1e-12 ? 1 : normalQuantile(1 - alpha / 2) / z;
      return [value - scale * (value - low), value + scale * (high - value)];
    },
  };
}

function differenceOf(
  candidate: Uncertain,
  baseline: Uncertain,
  own: Estimator | null,
  other: Estimator | null,
): Estimator | null {
  const value = candidate.value - baseline.value;
  const { samples } = candidate;
  if (samples !== undefined && samples.length === baseline.samples?.length) {
    const differences = samples.map((one, i) => one - (baseline.samples?.[i] as number));
    const spread = sampleSpread(differences, "paired-samples-t");
    return spread === null ? null : student(value, spread.error, spread.degrees, spread.by);
  }
  if (own === null || other === null) return null;
  const [ours, theirs] = [spreadOf(candidate), spreadOf(baseline)];
  return ours === null || theirs === null ? subtracted(value, own, other) : welch(value, ours, theirs);
}

/** Satterthwaite (1946): (v₁ + v₂)² / (v₁²/d₁ + v₂²/d₂); a side of unknown n counts as known exactly. */
function welch(value: number, ours: Spread, theirs: Spread): Estimator {
  const [a, b] = [ours.error ** 2, theirs.error ** 2];
  const below = a ** 2 / ours.degrees + b ** 2 / theirs.degrees;
  return student(value, Math.sqrt(a + b), below > 0 ? (a + b) ** 2 / below : Number.POSITIVE_INFINITY, "welch-t");
}

/** The method of variance estimates recovery: each end moves by the root of the two squared halves that pull it. */
function subtracted(value: number, own: Estimator, other: Estimator): Estimator {
  return {
    value,
    by: "reported-interval",
    interval(alpha) {
      const [ours, theirs] = [own.interval(alpha), other.interval(alpha)];
      if (ours === null || theirs === null) return null;
      return [
        value - Math.hypot(own.value - ours[0], theirs[1] - other.value),
        value + Math.hypot(ours[1] - own.value, other.value - theirs[0]),
      ];
    },
  };
}
