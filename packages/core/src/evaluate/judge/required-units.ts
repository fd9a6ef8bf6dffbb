import type { Estimate } from "../../check/check.ts";
import type { Gate } from "../../config/config.ts";
import { normalQuantile } from "../../statistics/distributions.ts";

/** How often a gate is to pass what deserves to pass. */
export const POWER = 0.9;

/**
 * Groups, or rows without groups, from which on a gate passes nine times in ten: a margin a model as good as the baseline, `improve-by`, `min` and `max`
 * one with the value seen here. The interval's half width shrinks with the square root of their number, so n·((z₁₋α⸝₂ + z₀.₉)·s/d)², where s is the standard
 * error at n and d the distance to the limit (Chow, Shao & Wang 2008, section 3.2, for non-inferiority).
 * @param judged What the gate judges, with its two-sided interval at level 1 − alpha.
 * @returns Null where the value seen lies on the bad side of the limit, or there is no interval.
 */
export function requiredUnits(
  gate: Gate,
  { value, interval }: Estimate,
  { limit, good }: { readonly limit: number; readonly good: "above" | "below" },
  { count, alpha }: { readonly count: number; readonly alpha: number },
): number | null {
  if (interval === null) return null;
  const isMargin = gate.margin !== undefined || gate["margin-rel"] !== undefined;
  const truth = isMargin ? 0 : value;
  const distance = good === "above" ? truth - limit : limit - truth;
  const half = good === "above" ? value - interval[0] : interval[1] - value;
  if (!(distance > 0) || !(half >= 0)) return null;
  const z = normalQuantile(1 - alpha / 2);
  const required = count * (((z + normalQuantile(POWER)) / z) * (half / distance)) ** 2;
  return required < Number.MAX_SAFE_INTEGER ? Math.max(1, Math.ceil(required)) : null;
}
