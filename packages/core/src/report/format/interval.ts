import type { Estimate, Interval } from "../../check/check.ts";
import { fixed, signed } from "./number.ts";

/** "[−0.0088, −0.0026]"; `sign` writes a plus before what is above zero, as differences have it. */
export function intervalText([lower, upper]: Interval, decimals: number, sign = false): string {
  const write = sign ? signed : fixed;
  return `[${write(lower, decimals)}, ${write(upper, decimals)}]`;
}

/** "0.679 [0.660, 0.698]", or the value alone where only a point is known. */
export function estimateText(estimate: Estimate, decimals: number, sign = false): string {
  const value = (sign ? signed : fixed)(estimate.value, decimals);
  return estimate.interval === null ? value : `${value} ${intervalText(estimate.interval, decimals, sign)}`;
}
