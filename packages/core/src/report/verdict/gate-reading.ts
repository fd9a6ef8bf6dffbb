import type { Check, Estimate, Interval } from "../../check/check.ts";
import { furtherBaseline, kindOf } from "../../evaluate/check-ids.ts";
import type { EvaluationReport, MetricComparison } from "../../evaluate/evaluation-report.ts";
import { decimalsOf } from "../format/number.ts";
import { judgedDecimals } from "./metric-rows.ts";

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
  /** A baseline beside the first that it is held against, and how rows were paired with it; null of every other gate. */
  readonly further: { readonly label: string; readonly pairing: EvaluationReport["pairing"] } | null;
}

/** The checks of a report that judge a metric or the rows, in their own order. */
export function gateReadings(report: EvaluationReport): GateReading[] {
  return report.checks.map((check) => gateReading(check, report));
}

function gateReading(check: Check, report: EvaluationReport): GateReading {
  const held = kindOf(check);
  const label = furtherBaseline(check);
  const other = label === null ? undefined : report.others?.find(({ baseline }) => baseline.label === label);
  const further = other === undefined ? null : { label: other.baseline.label, pairing: other.pairing };
  const metrics = label === null ? report.metrics : (other?.metrics ?? []);
  const inTable = ["standard", "improvement", "margin", "rows"].includes(held);
  const metric = !inTable ? null : (metrics.find(({ name }) => name === check.subject) ?? null);
  if (metric === null) {
    const shown = check.actual === null ? null : { value: check.actual, interval: check.interval };
    const lines = held === "anchor" ? [check.limit, 0] : check.limit;
    const digits = decimalsOf(check.actual ?? 0, check.interval, lines);
    return { check, metric, kind: "other", shown, limit: check.limit, decimals: digits, further };
  }
  // The check's own numbers come first: a gate may have a level of its own.
  const kind = held === "standard" ? "absolute" : "comparing";
  const own = check.actual === null ? null : { value: check.actual, interval: check.interval };
  const shown = own ?? (kind === "absolute" ? metric.candidate : metric.difference);
  const lines = kind === "comparing" ? [check.limit, 0] : check.limit;
  const digits = judgedDecimals(shown, metric.candidate, lines);
  return { check, metric, kind, shown, limit: check.limit, decimals: digits, further };
}

/** Why a gate came out so, in words; null where its figures say it: an interval that holds the limit needs no sentence. */
export function reasonBeside(reading: GateReading): string | null {
  const { check, kind } = reading;
  if (check.reason === null || check.pointOnly === true || (kind !== "other" && holdsLimit(reading))) return null;
  return check.reason.replace(/ \([A-Z][A-Z_]+\)/g, ""); // a code to search for is in the JSON; here it would be noise
}

/** True when the interval holds the limit, which is what makes a gate undecided by its numbers. */
export function holdsLimit({ shown, limit }: GateReading): boolean {
  return shown?.interval != null && shown.interval[0] <= (limit ?? 0) && shown.interval[1] >= (limit ?? 0);
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
