import { studentTCdf, studentTQuantile } from "../../statistics/distributions.ts";
import { holm } from "../../statistics/holm.ts";
import type { SliceResult } from "../evaluation-report.ts";
import { towardsGain } from "../intervals/comparison.ts";
import { LEAST_UNITS } from "../intervals/grounds.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { sumByUnit } from "../parts/part.ts";
import { type SideStatistics, sideStatistics } from "../parts/side-statistics.ts";
import { type Factor, rowsByCode } from "../rows/factor.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { takeRows } from "../rows/take-rows.ts";

/** Smaller slices are not looked into. */
const LEAST_ROWS = 30;

/**
 * Every value of the slice columns with at least 30 rows, on one metric. Paired rows give a difference with its interval, clustered by groups where
 * there are any (Student's t, groups of the slice − 1), and a p-value adjusted by Holm over all slices: only a significant loss counts as `worse`.
 * @param allowed Loss that is no loss yet, ≥ 0 in the metric's unit, by the baseline's value in the slice.
 */
export function slices(
  candidate: JudgedRows & { readonly slices: readonly Factor[] },
  baseline: JudgedRows | null,
  metric: MetricDefinition,
  alpha: number,
  allowed: (baseline: number) => number = () => 0,
): SliceResult[] {
  if (candidate.task === "ranking") return [];
  const found: { result: Omit<SliceResult, "adjustedP" | "worse">; p: number | null; below: boolean }[] = [];
  for (const factor of candidate.slices) {
    for (const [code, rows] of rowsByCode(factor).entries()) {
      if (rows.length < LEAST_ROWS) continue;
      const ours = takeRows({ ...candidate, slices: [] }, rows);
      if (metric.from.kind !== "sums" && !bothClasses(ours)) continue;
      const theirs = baseline === null ? null : takeRows({ ...baseline, slices: [] }, rows);
      const slice = judgeSlice(ours, theirs, metric, alpha, allowed);
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

function judgeSlice(
  ours: JudgedRows,
  theirs: JudgedRows | null,
  metric: MetricDefinition,
  alpha: number,
  allowed: (baseline: number) => number,
) {
  const own = statisticsOf(ours, metric);
  const other = theirs === null ? null : statisticsOf(theirs, metric);
  const candidate = own.values[0] as number;
  const against = other?.values[0] ?? null;
  if (!Number.isFinite(candidate) || (against !== null && !Number.isFinite(against))) return null;
  if (other === null || against === null) return { candidate, baseline: null, gain: null, p: null, below: false };

  const value = towardsGain(candidate - against, metric.goal);
  const beyond = value + allowed(against);
  const below = beyond < 0;
  const { error, units } = errorOfDifference(ours, own, other);
  const least = ours.groups === null ? 2 : LEAST_UNITS;
  if (units < least || !Number.isFinite(error))
    return { candidate, baseline: against, gain: { value, interval: null }, p: null, below };
  const half = studentTQuantile(1 - alpha / 2, units - 1) * error;
  const p = error === 0 ? (below ? 0 : 1) : 2 * studentTCdf(-Math.abs(beyond / error), units - 1);
  return {
    candidate,
    baseline: against,
    gain: { value, interval: [value - half, value + half] as [number, number] },
    p,
    below,
  };
}

function errorOfDifference(
  { groups, rows }: JudgedRows,
  own: SideStatistics,
  other: SideStatistics,
): { error: number; units: number } {
  const deviations = own.deviations(0);
  const theirs = other.deviations(0);
  for (let row = 0; row < rows; row++) deviations[row] = (deviations[row] as number) - (theirs[row] as number);
  const units = groups === null ? rows : new Set(groups.codes).size;
  const sums = groups === null ? deviations : sumByUnit(deviations, { of: groups.codes, count: groups.values.length });
  let squares = 0;
  for (const sum of sums) squares += sum * sum;
  return { error: Math.sqrt(squares * (groups === null ? 1 : units / (units - 1))), units };
}

function statisticsOf(rows: JudgedRows, metric: MetricDefinition): SideStatistics {
  return sideStatistics(rows, [metric], { of: new Int32Array(rows.rows), count: 1 });
}

function bothClasses({ labels }: JudgedRows): boolean {
  const first = labels?.[0];
  return labels?.some((label) => label !== first) ?? true; // scores have none
}
