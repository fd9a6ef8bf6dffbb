import type { Goal } from "../../config/task.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { ratio, sums, UNBOUNDED } from "./define.ts";
import type { MetricDefinition, RowFeatures, TaskMetrics } from "./metric.ts";

/** For tasks whose metrics are all means of their own. */
export const NO_FEATURES: RowFeatures = { size: 0, add: () => undefined, dot: () => 0 };

/** Scores that somebody else computed for each row: their mean. */
export const scores: TaskMetrics = {
  task: "scores",
  metrics: [ratio("mean_score", (rows) => ({ above: rows.scores as Float64Array, below: null }), { range: UNBOUNDED })],
  families: [],
  features: () => NO_FEATURES,
};

/** Of more score columns than this, only those that gates or the config name are shown. */
const MOST_SHOWN = 100;

/**
 * The mean of each column of scores, by its metric's name. Where every score of both sides is 0 or 1 it is a share of rows, with the intervals of shares.
 * @param asked Names that gates or the config ask for. @param goals What gates say of their direction; else more is better.
 */
export function namedMetrics(
  candidate: JudgedRows,
  baseline: JudgedRows | null,
  asked: readonly string[],
  goals: ReadonlyMap<string, Goal>,
): MetricDefinition[] {
  const names = [...(candidate.named?.keys() ?? [])];
  return names
    .filter((name, i) => i < MOST_SHOWN || asked.includes(name))
    .map((name) => {
      const goal = goals.get(name) ?? "maximize";
      const isShare = [candidate, baseline].every((side) => side?.named?.get(name)?.every(isZeroOrOne) ?? true);
      if (!isShare)
        return ratio(name, (rows) => ({ above: scoresOf(rows, name), below: null }), { goal, range: UNBOUNDED });
      return sums(name, (all) => (all[1] as number) / (all[0] as number), {
        goal,
        features: (rows) => hits(scoresOf(rows, name)),
        share: (all) => [all[1] as number, all[0] as number],
        trial: (rows, row) => rows.named?.get(name)?.[row] === 1,
      });
    });
}

const isZeroOrOne = (value: number) => value === 0 || value === 1;

/** A side that was never scored so has no value. */
function scoresOf({ named, rows }: JudgedRows, name: string): Float64Array {
  return named?.get(name) ?? new Float64Array(rows).fill(Number.NaN);
}

/** Places in the sums: rows, rows that score 1. */
function hits(values: Float64Array): RowFeatures {
  return {
    size: 2,
    add(row, weight, into, offset) {
      into[offset] = (into[offset] as number) + weight;
      into[offset + 1] = (into[offset + 1] as number) + weight * (values[row] as number);
    },
    dot: (row, gradient) => (gradient[0] as number) + (gradient[1] as number) * (values[row] as number),
  };
}
