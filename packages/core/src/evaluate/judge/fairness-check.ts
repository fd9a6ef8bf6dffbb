import type { Check, CheckStatus, Estimate } from "../../check/check.ts";
import type { FairnessRule } from "../../config/fairness-rule.ts";
import { visibleText } from "../../escape.ts";
import { fairnessCheckId } from "../check-ids.ts";
import { LEAST_UNITS } from "../intervals/grounds.ts";
import { MOST_GROUPS } from "../look/fairness.ts";
import type { Fairness } from "../looks.ts";
import type { GateContext } from "./gate.ts";

/**
 * A check for each limit: passes when the whole interval keeps to it, fails when the whole interval breaks it, else inconclusive. A column without two groups
 * that are big enough, or with more groups than are compared, is inconclusive too: a disparity nobody could see is not absent.
 * @param found What was computed; null where there are no predictions.
 */
export function judgeFairness(
  rule: FairnessRule,
  found: Fairness | null,
  { evidence }: Pick<GateContext, "evidence">,
): Check[] {
  const { metric, severity } = rule;
  const column = visibleText(rule.column, 60);
  const judged = (limit: number, text: string, estimate: Estimate | null, good: "above" | "below"): Check => {
    const unit = good === "below" ? "difference" : "ratio";
    const base = { id: fairnessCheckId(rule), subject: metric, rule: text, limit, unit, severity };
    const numbers = { actual: estimate?.value ?? null, interval: estimate?.interval ?? null };
    const doubt = whyUntold(found, estimate, evidence);
    if (doubt !== null) return { ...base, ...numbers, status: "inconclusive", reason: doubt };
    const status = statusOf(estimate as Estimate, limit, good);
    const open = status === "inconclusive" ? `the interval holds the limit ${limit}; ` : "";
    return { ...base, ...numbers, status, reason: open + extremes(found) };
  };
  const { "max-difference": most, "min-ratio": least } = rule;
  return [
    ...(most === undefined
      ? []
      : [
          judged(
            most,
            `${metric} differs between values of ${column} by at most ${most}`,
            found?.candidate?.difference ?? null,
            "below",
          ),
        ]),
    ...(least === undefined
      ? []
      : [
          judged(
            least,
            `${metric} of the lowest value of ${column} at least ${least} of the highest`,
            found?.candidate?.ratio ?? null,
            "above",
          ),
        ]),
  ];
}

function statusOf({ interval }: Estimate, limit: number, good: "above" | "below"): CheckStatus {
  const [low, high] = interval as [number, number];
  const [near, far] = good === "above" ? [low - limit, high - limit] : [limit - high, limit - low];
  return near >= 0 ? "pass" : far < 0 ? "fail" : "inconclusive";
}

function whyUntold(
  found: Fairness | null,
  estimate: Estimate | null,
  { count, of }: GateContext["evidence"],
): string | null {
  if (found === null) return "point only: there are no predictions to compare groups of";
  const { big } = found;
  if (big < 2) return `${big} of its values ${big === 1 ? "has" : "have"} rows enough: two are needed`;
  if (big > MOST_GROUPS) return `${big} of its values have rows enough: more than ${MOST_GROUPS} are not compared`;
  if (estimate === null || estimate.interval === null) return "no interval could be computed from these rows";
  return count < LEAST_UNITS ? `${count} ${of} to judge on; an interval needs at least ${LEAST_UNITS}` : null;
}

function extremes(found: Fairness | null): string {
  const { lowest = "", highest = "" } = found?.candidate ?? {};
  return `lowest for ${visibleText(lowest, 40)}, highest for ${visibleText(highest, 40)}`;
}
