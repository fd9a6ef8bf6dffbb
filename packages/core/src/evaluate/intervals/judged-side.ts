import { UNBOUNDED } from "../metrics/define.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import type { Units } from "../parts/part.ts";
import { type SideStatistics, sideStatistics } from "../parts/side-statistics.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import type { Estimator } from "./estimator.ts";

/** Rows of a side with its statistics. */
export interface JudgedSide {
  readonly rows: JudgedRows;
  readonly statistics: SideStatistics;
}

/** Statistics of what intervals are computed for: of an absolute value, the number with its sign; `folded` takes the sign away again. */
export function judgedSide(rows: JudgedRows, metrics: readonly MetricDefinition[], units: Units): JudgedSide {
  const signed = metrics.map((metric) =>
    metric.signed === undefined ? metric : { ...metric, from: metric.signed, range: UNBOUNDED },
  );
  return { rows, statistics: sideStatistics(rows, signed, units) };
}

/** One metric of the candidate, of the baseline, and their difference (candidate − baseline). */
export interface Compared {
  readonly metric: MetricDefinition;
  readonly candidate: Estimator;
  readonly baseline: Estimator | null;
  readonly difference: Estimator | null;
  /** Candidate + baseline, for numbers with a sign whose absolute values are compared; null for others. */
  readonly sum: Estimator | null;
}
