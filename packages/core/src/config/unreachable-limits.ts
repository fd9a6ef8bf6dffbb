import { metricRange, rangeText } from "./metric-range.ts";
import type { Task } from "./task.ts";

type Limit = "min" | "max" | "margin" | "improve-by";
type Limits = { readonly metric: string } & { readonly [limit in Limit]?: number | undefined };

/** Limits of a gate that its metric cannot reach: one that always passes or never does was meant otherwise, as a percentage most likely. */
export function unreachable(gate: Limits, task: Task): { limit: Limit; message: string }[] {
  const range = metricRange(gate.metric, task);
  if (range === null) return [];
  const [low, high] = range;
  const standards = (["min", "max"] as const).flatMap((limit) => {
    const value = gate[limit];
    if (value === undefined || (value >= low && value <= high)) return [];
    return [{ limit, message: `${rangeText(range)}, as ${gate.metric} is${percentHint(value, range)}` }];
  });
  const differences = (["margin", "improve-by"] as const).flatMap((limit) => {
    const value = gate[limit];
    if (value === undefined || value <= high - low) return [];
    return [
      {
        limit,
        message: `at most ${high - low}, the most that ${gate.metric} can differ by${percentHint(value, range)}`,
      },
    ];
  });
  return [...standards, ...differences];
}

/** How a percentage is written. */
function percentHint(value: number, [low, high]: readonly [number, number]): string {
  return low === 0 && high === 1 && value > 1 && value <= 100
    ? ` (${Number((value / 100).toPrecision(6))} for ${value} %)`
    : "";
}
