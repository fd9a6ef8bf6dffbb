import { TrainyardError } from "../../errors.ts";
import { bundles } from "../../statistics/resampling.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { rarest } from "../metrics/metrics.ts";
import { effectiveRows, type Units } from "../parts/part.ts";
import type { Factor } from "../rows/factor.ts";
import type { JudgedRows } from "../rows/predictions.ts";

/** What intervals rest on: how many groups or rows there are, and which method that allows. */

/** With fewer groups than this, or fewer rows of a class, an interval is shown and decides nothing. */
export const LEAST_UNITS = 10;

/** How much an interval rests on, and of what: groups, or rows (of the rarest class). */
export interface Grounds {
  readonly count: number;
  readonly of: string;
}

/** The numbers' own uncertainty, where it was reported, is all there is: how many rows stand behind it is the training's to say. */
export const REPORTED_GROUNDS = { count: Number.POSITIVE_INFINITY, of: "rows" } as const;

/** How intervals come about. Of rows (`analytic`), metrics that jump are drawn anew: then there are replicates. */
export interface Method {
  readonly interval: "cluster-bootstrap" | "cluster-t" | "analytic";
  readonly replicates: number;
  readonly seed: number;
}

/** Replicates of the bootstrap. */
export const REPLICATES = 2_000;
/** From so many groups on, they are drawn with replacement; below, Student's t on the jackknife. */
export const BOOTSTRAP_GROUPS = 30;

/** More units than this are dealt into as many bundles before they are drawn. */
const MOST_UNITS = 2_000;

/** Groups that decide the method: the fewer of both sides. @param path The baseline's file. @throws GROUPS_MISSING when an unpaired baseline has none */
export function clustersOf(
  candidate: JudgedRows,
  baseline: JudgedRows | null,
  paired: boolean,
  path: string,
): number | null {
  if (candidate.groups === null) return null;
  const own = distinct(candidate.groups);
  if (paired || baseline === null) return own;
  if (baseline.groups === null) throw new TrainyardError("GROUPS_MISSING", { path, column: candidate.groups.column });
  return Math.min(own, distinct(baseline.groups));
}

/** Rows that an interval rests on: with classes, those of the rarest one. */
export function rowsOf(...sides: readonly (JudgedRows | null)[]): Grounds {
  const present = sides.filter((side) => side !== null);
  const count = Math.floor(Math.min(...present.map((side) => rarest(side) ?? effectiveRows(side))));
  return { count, of: present.some((side) => rarest(side) !== null) ? "rows of the rarest class" : "rows" };
}

const distinct = (groups: Factor) => new Set(groups.codes).size;

/** @param metrics Those to estimate: of single rows only some are drawn. */
export function methodOf(clusters: number | null, seed: number, metrics: readonly MetricDefinition[]): Method {
  if (clusters === null)
    return { interval: "analytic", replicates: metrics.some(({ jumps }) => jumps) ? REPLICATES : 0, seed };
  return clusters < BOOTSTRAP_GROUPS
    ? { interval: "cluster-t", replicates: 0, seed }
    : { interval: "cluster-bootstrap", replicates: REPLICATES, seed };
}

/** Groups that have rows, numbered densely; in bundles when there are very many; one unit where rows are independent. */
export function unitsOf({ groups, rows }: JudgedRows, seed: number): Units {
  if (groups === null) return { of: new Int32Array(rows), count: 1 };
  const dense = new Int32Array(groups.values.length).fill(-1);
  let count = 0;
  const of = groups.codes.map((code) => {
    if ((dense[code] as number) < 0) dense[code] = count++;
    return dense[code] as number;
  });
  if (count <= MOST_UNITS) return { of, count };
  const dealt = bundles(count, MOST_UNITS, seed);
  return { of: of.map((unit) => dealt.of[unit] as number), count: dealt.count };
}

/** Every row a unit, or in bundles when there are very many: for metrics that are drawn anew. */
export function rowUnits(rows: number, seed: number): Units {
  return bundles(rows, MOST_UNITS, seed);
}
