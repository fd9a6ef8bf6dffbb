import { signFlip, wilcoxon } from "../../statistics/paired-tests.ts";
import type { CrossCheck } from "../evaluation-report.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { sumByUnit } from "../parts/part.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import type { JudgedSide } from "./judged-side.ts";

/** Pairs from which on ranks are taken for normal; fewer have their signs flipped. */
const RANKED_PAIRS = 50;

/**
 * A second opinion on whether a metric that is a mean differs at all, one that trusts no variance: Wilcoxon's signed ranks of the paired rows' differences,
 * under 50 of them a permutation test that flips their signs. Rows of a group are one pair, the sum of their differences, so no row-level test is ever
 * used with groups. It decides nothing.
 * @returns Null for metrics that are no mean of rows, for rows that are not paired, and for single rows that do not count alike.
 */
export function crossCheck(
  metric: MetricDefinition,
  candidate: JudgedSide,
  baseline: JudgedSide | null,
  paired: boolean,
  seed: number,
): CrossCheck | null {
  const { groups, weights } = candidate.rows;
  if (baseline === null || !paired || (groups === null && weights !== null)) return null;
  const ours = eachRow(metric, candidate.rows);
  const theirs = eachRow(metric, baseline.rows);
  if (ours === null || theirs === null) return null;
  const differences = ours.map((value, row) => (value - (theirs[row] as number)) * (weights?.[row] ?? 1));
  const pairs = groups === null ? differences : sumByUnit(differences, candidate.statistics.units);
  return pairs.length < RANKED_PAIRS
    ? { name: "sign-flip", p: signFlip(pairs, seed) }
    : { name: "wilcoxon", p: wilcoxon(pairs).p };
}

/** The number of each row that the metric is the mean of, or follows from; null where there is none, or McNemar's test is that of its pairs. */
function eachRow({ from }: MetricDefinition, rows: JudgedRows): Float64Array | null {
  if (from.kind === "sums") return from.each?.(rows) ?? null;
  if (from.kind !== "ratio" || (from.share && (rows.groups === null || rows.task === "ranking"))) return null;
  return from.parts(rows).above; // what stands below is of the rows, the same for both sides
}
