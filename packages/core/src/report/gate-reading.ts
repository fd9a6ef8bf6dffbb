import type { Check, Estimate, Interval } from "../check/check.ts";
import { furtherBaseline, kindOf } from "../evaluate/check-ids.ts";
import type { EvaluationReport, MetricComparison } from "../evaluate/evaluation-report.ts";
import { decimalsOf } from "./format/number.ts";

/** A gate's check beside the metric it judged, in the space a person reads it in. */
export interface GateReading {
  readonly check: Check;
  readonly metric: MetricComparison | null;
  /** `comparing`: held against the baseline; `absolute`: against a standard; `other`: no metric, such as changed labels. */
  readonly kind: "comparing" | "absolute" | "other";
  /** What was judged: the difference as shown (never negated), or the candidate's own value. */
  readonly shown: Estimate | null;
  /** The limit in the same space as `shown`. */
  readonly limit: number | null;
  /** Decimals that the judged interval supports; both sides are written with them. */
  readonly decimals: number;
}

/** The checks of a report that judge a metric or the rows, in their own order. */
export function gateReadings(report: EvaluationReport): GateReading[] {
  return report.checks.map((check) => gateReading(check, report.metrics));
}

export function gateReading(check: Check, metrics: readonly MetricComparison[]): GateReading {
  const held = kindOf(check);
  const inTable = ["standard", "improvement", "margin", "rows"].includes(held) && furtherBaseline(check) === null;
  const metric = !inTable ? null : (metrics.find(({ name }) => name === check.subject) ?? null);
  if (metric === null) {
    const shown = check.actual === null ? null : { value: check.actual, interval: check.interval };
    return {
      check,
      metric,
      kind: "other",
      shown,
      limit: check.limit,
      decimals: decimalsOf(check.actual ?? 0, check.interval, check.limit),
    };
  }
  // The check's own numbers come first: a gate may have a level of its own.
  const kind = held === "standard" ? "absolute" : "comparing";
  const own = check.actual === null ? null : { value: check.actual, interval: check.interval };
  const shown = own ?? (kind === "absolute" ? metric.candidate : metric.difference);
  return { check, metric, kind, shown, limit: check.limit, decimals: decimals(shown, metric.candidate, check.limit) };
}

/** What the interval supports; of points, what the candidate's own value has, and more only where a difference would vanish. */
function decimals(shown: Estimate | null, candidate: Estimate, limit: number | null): number {
  const interval = shown?.interval ?? (shown === null ? candidate.interval : null);
  if (interval !== null) return decimalsOf(shown?.value ?? candidate.value, interval, limit);
  const own = decimalsOf(candidate.value, null);
  const vanishes = shown !== null && shown.value !== 0 && Number(shown.value.toFixed(own)) === 0;
  return vanishes ? decimalsOf(shown.value, null) : own;
}

/** The same limit as a gain, where more is better: the gate passes when the whole interval of the gain lies above it. */
export function gainLimit(reading: GateReading): number {
  const limit = reading.limit ?? 0;
  return reading.metric?.goal === "minimize" && limit !== 0 ? -limit : limit;
}

/** What ignoring the groups would have made of a comparing gate, when that is another answer; null when it is the same or unknown. */
export function claimIgnoringGroups(
  reading: GateReading,
): { interval: Interval; status: "pass" | "fail" | "inconclusive" } | null {
  const { metric, check } = reading;
  if (reading.kind !== "comparing" || metric?.ignoringGroups == null) return null;
  const interval = metric.ignoringGroups;
  const [lower, upper] = metric.goal === "minimize" ? [-interval[1], -interval[0]] : interval;
  const limit = gainLimit(reading);
  const status = lower > limit ? "pass" : upper < limit ? "fail" : "inconclusive";
  return status === check.status || check.status === "skipped" ? null : { interval, status };
}
