import { holm } from "../../statistics/holm.ts";
import type { SliceResult, SmallSlices } from "../evaluation-report.ts";
import { pOf, towardsGain } from "../intervals/comparison.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { sideStatistics } from "../parts/side-statistics.ts";
import { type Factor, rowsByCode } from "../rows/factor.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { takeRows } from "../rows/take-rows.ts";
import { sliceDifference } from "./slice-difference.ts";

/** Smaller slices are not looked into. */
export const LEAST_ROWS = 30;
/** Of those, so many are named. */
const NAMED = 20;

export interface SliceSettings {
  readonly alpha: number;
  /** Of the draws, for a metric that jumps. */
  readonly seed: number;
  /** Loss that is no loss yet, ≥ 0 in the metric's unit, by the baseline's value in the slice. Absent: any is one. */
  allowed?(baseline: number): number;
}

/**
 * Every value of the slice columns with at least 30 rows, on one metric. Paired rows give a difference with its interval, clustered by groups where
 * there are any, and a p-value adjusted by Holm over all slices: only a significant loss counts as `worse`.
 */
export function slices(
  candidate: JudgedRows & { readonly slices: readonly Factor[] },
  baseline: JudgedRows | null,
  metric: MetricDefinition,
  { alpha, seed, allowed = () => 0 }: SliceSettings,
): SliceResult[] {
  if (candidate.task === "ranking") return [];
  const found: { result: Omit<SliceResult, "adjustedP" | "worse">; p: number | null; below: boolean }[] = [];
  for (const factor of candidate.slices) {
    for (const [code, rows] of rowsByCode(factor).entries()) {
      if (rows.length < LEAST_ROWS) continue;
      const ours = takeRows({ ...candidate, slices: [] }, rows);
      if (metric.from.kind !== "sums" && !bothClasses(ours)) continue;
      const theirs = baseline === null ? null : takeRows({ ...baseline, slices: [] }, rows);
      const slice = judgeSlice(ours, theirs, metric, { alpha, seed, allowed });
      if (slice === null) continue;
      const { p, below, ...numbers } = slice;
      found.push({
        result: {
          column: factor.column,
          value: factor.values[code] as string,
          rows: rows.length,
          metric: metric.name,
          ...numbers,
        },
        p,
        below,
      });
    }
  }
  const tested = found.flatMap(({ p }, i) => (p === null ? [] : [i]));
  const adjusted = new Map(holm(tested.map((i) => found[i]?.p as number)).map((p, k) => [tested[k] as number, p]));
  return found.map(({ result, below }, i) => {
    const adjustedP = adjusted.get(i) ?? null;
    return { ...result, adjustedP, worse: adjustedP !== null && adjustedP < alpha && below };
  });
}

/** The values that have rows, and too few of them; null where there are none. */
export function smallSlices({ task, slices: factors }: Parameters<typeof slices>[0]): SmallSlices | null {
  if (task === "ranking") return null;
  const small = factors.flatMap((factor) =>
    rowsByCode(factor).flatMap(({ length }, code) =>
      length === 0 || length >= LEAST_ROWS
        ? []
        : [{ column: factor.column, value: factor.values[code] as string, rows: length }],
    ),
  );
  if (small.length === 0) return null;
  return {
    least: LEAST_ROWS,
    values: small.length,
    rows: small.reduce((sum, { rows }) => sum + rows, 0),
    first: small.toSorted((a, b) => b.rows - a.rows).slice(0, NAMED),
  };
}

function judgeSlice(
  ours: JudgedRows,
  theirs: JudgedRows | null,
  metric: MetricDefinition,
  { alpha, seed, allowed }: Required<SliceSettings>,
) {
  const own = { rows: ours, statistics: statisticsOf(ours, metric) };
  const other = theirs === null ? null : { rows: theirs, statistics: statisticsOf(theirs, metric) };
  const candidate = own.statistics.values[0] as number;
  const against = other?.statistics.values[0] ?? null;
  if (!Number.isFinite(candidate) || (against !== null && !Number.isFinite(against))) return null;
  if (other === null || against === null) return { candidate, baseline: null, gain: null, p: null, below: false };

  const value = towardsGain(candidate - against, metric.goal);
  const beyond = value + allowed(against);
  const below = beyond < 0;
  const around = sliceDifference(own, other, metric, seed);
  return {
    candidate,
    baseline: against,
    gain: { value, interval: around?.(value).interval(alpha) ?? null },
    p: around === null ? null : pOf(around(beyond)),
    below,
  };
}

function statisticsOf(rows: JudgedRows, metric: MetricDefinition) {
  return sideStatistics(rows, [metric], { of: new Int32Array(rows.rows), count: 1 });
}

function bothClasses({ labels }: JudgedRows): boolean {
  const first = labels?.[0];
  return labels?.some((label) => label !== first) ?? true; // scores have none
}
