import type { Check, CheckStatus, Interval } from "../../check/check.ts";
import type { Gate } from "../../config/config.ts";
import { gateCheckId } from "../check-ids.ts";
import type { MetricComparison } from "../evaluation-report.ts";
import { towardsGain } from "../intervals/comparison.ts";
import { type Grounds, LEAST_UNITS } from "../intervals/grounds.ts";
import { requiredUnits } from "./required-units.ts";

/** What a gate is held against besides the metric. */
export interface GateContext {
  /** "production v1"; for a first model the alias that was asked for. */
  readonly against: string;
  /** Why comparing gates cannot be judged; null when there is a baseline. */
  readonly noBaseline: string | null;
  /** The numbers come from a metrics file: where it says nothing of their uncertainty, points decide. */
  readonly reported: boolean;
  /** Groups, or rows where there are none, behind the interval, and its level; absent for point values. */
  readonly units?: { readonly count: number; readonly of: "groups" | "rows"; readonly alpha: number };
  /** What the interval rests on. */
  readonly evidence: Grounds;
}

/** True for gates that hold the candidate against the baseline, false for an absolute standard. */
export function compares(gate: Gate): boolean {
  return gate.min === undefined && gate.max === undefined;
}

/** How much worse than the baseline a comparing gate lets a model be, in the metric's unit; 0 where it must be better. */
export function allowedLoss(gate: Gate, baseline: number): number {
  return gate["margin-rel"] === undefined ? (gate.margin ?? 0) : gate["margin-rel"] * Math.abs(baseline);
}

/** The gate that applies when none is listed: at most 2 % worse than the baseline on the task's loss. */
export function defaultGate(metric: string): Gate {
  return { metric, "margin-rel": 0.02, severity: "fail", mode: "ci" };
}

/**
 * Judges one metric. Passes when the whole interval lies on the good side of the limit, fails when it lies on the bad side, else inconclusive.
 * A comparing gate judges the difference as shown (candidate − baseline): `limit` has the same sign and unit.
 * @param metric At the gate's own level; null when it has no value on these rows.
 */
export function judgeGate(gate: Gate, metric: MetricComparison | null, context: GateContext): Check {
  const goal = metric?.goal ?? gate.goal ?? "maximize";
  const { id, rule, limit, good } = meaning(gate, goal, metric?.baseline?.value ?? 0, context.against);
  const judged = compares(gate) ? (metric?.difference ?? null) : (metric?.candidate ?? null);
  const base = {
    id,
    subject: gate.metric,
    rule: gate.mode === "point" ? `${rule} (point values)` : rule,
    unit: metric?.unit ?? "",
    severity: gate.severity,
  };

  if (compares(gate) && context.noBaseline !== null) {
    return { ...base, status: "skipped", actual: null, interval: null, limit: null, reason: context.noBaseline };
  }
  if (judged === null) {
    return {
      ...base,
      status: "inconclusive",
      actual: null,
      interval: null,
      limit,
      reason: `${gate.metric} has no value on these rows`,
    };
  }
  const numbers = { actual: judged.value, interval: judged.interval, limit };
  if (gate.mode !== "point" && context.reported && isOneSided(gate, metric))
    return { ...base, ...numbers, status: "inconclusive", reason: "only one side says how sure it is of this number" };
  if (gate.mode === "point" || (context.reported && judged.interval === null)) {
    const status = pointStatus(gate, judged.value, limit, good);
    const reason =
      gate.mode === "point"
        ? "unverified (point only), as the gate asks: chance is not ruled out"
        : "unverified (point only): neither predictions nor a standard error, an interval or samples to tell chance from";
    return { ...base, ...numbers, status, reason, pointOnly: true };
  }
  if (judged.interval === null)
    return { ...base, ...numbers, status: "inconclusive", reason: "no interval could be computed from these rows" };
  const { units } = context;
  const needed = units === undefined ? null : requiredUnits(gate, judged, { limit, good }, units);
  const required =
    units === undefined || needed === null ? {} : { required: { count: Math.max(LEAST_UNITS, needed), of: units.of } };
  const { count, of } = context.evidence;
  if (count < LEAST_UNITS) {
    const reason = `${count} ${of} to judge on; an interval needs at least ${LEAST_UNITS}`;
    return { ...base, ...numbers, status: "inconclusive", reason, ...required };
  }
  const status = intervalStatus(gate, judged.interval, limit, good);
  return {
    ...base,
    ...numbers,
    status,
    reason: status === "inconclusive" ? `the interval holds the limit ${say(limit)}` : null,
    ...required,
  };
}

type Good = "above" | "below";

function meaning(
  gate: Gate,
  goal: "maximize" | "minimize",
  baseline: number,
  against: string,
): { id: string; rule: string; limit: number; good: Good } {
  const { metric } = gate;
  const id = gateCheckId(gate);
  if (gate.min !== undefined)
    return { id, rule: `${metric} at least ${say(gate.min)}`, limit: gate.min, good: "above" };
  if (gate.max !== undefined) return { id, rule: `${metric} at most ${say(gate.max)}`, limit: gate.max, good: "below" };
  const good: Good = goal === "maximize" ? "above" : "below";
  const by = gate["improve-by"];
  if (by !== undefined) {
    const rule =
      by === 0 ? `${metric} better than ${against}` : `${metric} better than ${against} by more than ${say(by)}`;
    return { id, rule, limit: towardsGain(by, goal), good };
  }
  const margin = allowedLoss(gate, baseline);
  return {
    id,
    rule: `${metric} not worse than ${against} by more than ${allowedText(gate)}`,
    limit: towardsGain(0 - margin, goal),
    good,
  };
}

/** "0.005", or "2 %" of the baseline's value. */
export function allowedText(gate: Gate): string {
  const share = gate["margin-rel"];
  return share === undefined ? say(gate.margin ?? 0) : `${say(share * 100)} %`;
}

/** Saying less must not pass more: of two reported numbers both say how sure they are, or neither. */
function isOneSided(gate: Gate, metric: MetricComparison | null): boolean {
  if (!compares(gate) || metric?.difference?.interval !== null) return false;
  return (metric.candidate.interval === null) !== (metric.baseline?.interval == null);
}

/** Comparing gates are strict (gain > d), standards include their limit (at or above v). */
function intervalStatus(gate: Gate, [low, high]: Interval, limit: number, good: Good): CheckStatus {
  const [near, far] = good === "above" ? [low - limit, high - limit] : [limit - high, limit - low];
  if (compares(gate)) return near > 0 ? "pass" : far < 0 ? "fail" : "inconclusive";
  return near >= 0 ? "pass" : far < 0 ? "fail" : "inconclusive";
}

function pointStatus(gate: Gate, value: number, limit: number, good: Good): CheckStatus {
  const beyond = good === "above" ? value - limit : limit - value;
  return (compares(gate) ? beyond > 0 : beyond >= 0) ? "pass" : "fail";
}

function say(value: number): string {
  return String(Number(value.toPrecision(12)));
}
