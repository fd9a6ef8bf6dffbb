import type { CrossCheck } from "../evaluation-report.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { effectiveRows } from "../parts/part.ts";
import { crossCheck } from "./cross-check.ts";
import type { Estimator } from "./estimator.ts";
import { folded } from "./folded.ts";
import type { Method } from "./grounds.ts";
import { fromBootstrap, fromJackknife } from "./group-intervals.ts";
import type { Compared, JudgedSide } from "./judged-side.ts";
import { notTooNarrow } from "./least-width.ts";
import { fromRowDraws } from "./row-draws.ts";
import { fromRows, rowContrasts, rowEstimate } from "./row-intervals.ts";

/** One metric of the candidate, of the baseline, and their difference (candidate − baseline). */
export interface Estimators extends Omit<Compared, "sum"> {
  /** The difference if rows were independent; null where they are taken to be. */
  readonly ignoringGroups: Estimator | null;
  /** Independent rows that would say as much as these do in their groups; null without groups. */
  readonly effectiveRows: number | null;
  /** What another test says of no difference at all; it decides nothing. Computed when it is first asked for. */
  crossCheck(): CrossCheck | null;
}

/**
 * Intervals of all metrics of one or two sides.
 * - without groups: rows are independent. DeLong for ROC-AUC, Wilson for shares, Agresti & Min for paired differences of shares, and
 *   Student's t on the linearised standard error for the rest; metrics that jump are drawn anew 2,000 times, rows with replacement;
 * - under 30 groups: Student's t with (groups − 1) degrees of freedom on the delete-one-group jackknife;
 * - from 30 groups on: percentiles of 2,000 draws of groups, the same draws for both sides and all metrics when rows are paired.
 */
export function estimators(
  candidate: JudgedSide,
  baseline: JudgedSide | null,
  paired: boolean,
  method: Method,
): Estimators[] {
  const second = (metric: MetricDefinition) => {
    let known: CrossCheck | null | undefined;
    return () => {
      if (known === undefined) known = crossCheck(metric, candidate, baseline, paired, method.seed);
      return known;
    };
  };
  if (method.interval === "analytic") {
    const drawn = fromRowDraws(candidate, baseline, paired, method);
    return candidate.statistics.metrics.map((metric, i) => ({
      ...folded(
        notTooNarrow(drawn.get(metric.name) ?? fromRows(candidate, baseline, paired, i), candidate, baseline, i),
      ),
      ignoringGroups: null,
      effectiveRows: null,
      crossCheck: second(metric),
    }));
  }
  const grouped =
    method.interval === "cluster-t"
      ? fromJackknife(candidate, baseline, paired)
      : fromBootstrap(candidate, baseline, paired, method);
  return grouped.map((narrow, i) => {
    const ofQueries =
      candidate.rows.task === "ranking" && narrow.metric.from.kind === "ratio" && narrow.metric.from.share;
    if (ofQueries)
      return {
        ...notTooNarrow(fromRows(candidate, baseline, paired, i), candidate, baseline, i),
        ignoringGroups: null,
        effectiveRows: null,
        crossCheck: () => null,
      }; // a trial each, as rows are elsewhere
    if (candidate.rows.task === "ranking") {
      const one = folded(notTooNarrow(narrow, candidate, baseline, i));
      return { ...one, ignoringGroups: null, effectiveRows: null, crossCheck: second(one.metric) }; // a ranking's row is no unit of anything
    }
    const rowwise = rowContrasts(candidate, baseline, paired, i);
    const one = notTooNarrow(carried(narrow, rowwise), candidate, baseline, i);
    return {
      ...folded(one),
      ignoringGroups: folded({ ...one, ...rowwise }).difference,
      effectiveRows: worth(one, rowwise.difference ?? rowEstimate(candidate, i), effectiveRows(candidate.rows)),
      crossCheck: second(one.metric),
    };
  });
}

/** With the number of groups that carry the difference, which is told from deviations: those of a metric that jumps tell nothing. */
function carried(one: Compared, { difference, sum }: Pick<Compared, "difference" | "sum">): Compared {
  const by = (own: Estimator | null, other: Estimator | null) =>
    own === null || one.metric.jumps || other?.carriers === undefined ? own : { ...own, carriers: other.carriers };
  return { ...one, difference: by(one.difference, difference), sum: by(one.sum, sum) };
}

/** Rows by the design effect (Kish 1965): how many times the variance is, for the groups, what it would be of independent rows. Never more than there are. */
function worth({ difference, candidate, metric }: Compared, rowwise: Estimator, rows: number): number | null {
  const { error } = difference ?? candidate;
  if (metric.jumps || metric.from.kind === "extreme" || error === undefined || rowwise.error === undefined) return null;
  const share = (rowwise.error / error) ** 2;
  return Number.isFinite(share) && share > 0 ? Math.max(1, Math.round(rows * Math.min(1, share))) : null;
}
