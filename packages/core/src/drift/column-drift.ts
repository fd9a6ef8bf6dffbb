import { finiteRows } from "../data/merge-profile.ts";
import type { ColumnProfile, NumericProfile, TextProfile } from "../data/profile.ts";
import {
  chiSquareOnCounts,
  detectableDistance,
  effectiveRows,
  frequentClasses,
  ksOnCounts,
  shareGrew,
} from "../statistics/two-sample.ts";
import type { ColumnDrift } from "./drift-report.ts";

/** When a difference is drift: at this level, adjusted over the columns, and at least this share of the rows. */
export interface DriftRule {
  /** This run's chance of a false alarm. */
  readonly alpha: number;
  readonly minorEffect: number;
  readonly majorEffect: number;
}

/** A column's comparison before multiplicity is known. */
export interface ColumnTest {
  readonly name: string;
  readonly type: ColumnDrift["type"];
  readonly test: "ks" | "chi2" | "none";
  readonly statistic: number | null;
  readonly pValue: number | null;
  readonly effect: number | null;
  /** The test cannot see three times the major effect: too few rows, or rows that move together. */
  readonly tooFewRows: boolean;
  readonly referenceNullRate: number;
  readonly currentNullRate: number;
  /** One-sided p-value that nulls and NaNs became more frequent, rows taken as independent: an outage is not noise of a day. */
  readonly nullPValue: number;
  readonly bins: ColumnDrift["bins"];
}

/** Bars a picture has room for. */
const BARS = 20;

/**
 * A column of now against the reference, both counted over the reference's bins.
 * Numbers: Kolmogorov–Smirnov. Text and booleans: χ² over classes expected at least 5 times on both sides; rarer values, those never
 * seen before included, form one class. (Keeping the unseen ones apart would only ever count against the current side: with many
 * rare values there are always some.) Time columns move by themselves and are not tested.
 */
export function compareColumn(reference: ColumnProfile, current: ColumnProfile, rule: DriftRule): ColumnTest {
  const nulls = missingRows(current);
  const base = {
    name: reference.name,
    type: reference.type,
    referenceNullRate: rate(missingRows(reference), reference.rows),
    currentNullRate: rate(nulls, current.rows),
    nullPValue: shareGrew(missingRows(reference), reference.rows, nulls, current.rows),
  };
  const designEffect = Math.max(1, reference.clustering?.designEffect ?? 1, current.clustering?.designEffect ?? 1);
  const rows = effectiveRows(valueRows(reference), valueRows(current)) / designEffect;
  const tooFewRows = detectableDistance(rows, rule.alpha) > 3 * rule.majorEffect;
  if (reference.type === "text" && current.type === "text") {
    const { test, bins } = compareText(reference, current, designEffect);
    return { ...base, test: "chi2", ...outcome(tooFewRows ? null : test), tooFewRows, bins };
  }
  if (reference.type === "text" || current.type === "text")
    throw new Error(`column ${reference.name} changed its type`);
  const bins = numericBars(reference, current);
  if (reference.type === "time") return { ...base, test: "none", ...outcome(null), tooFewRows: false, bins };
  if (reference.type === "boolean") {
    const test = chiSquareOnCounts(reference.counts, current.counts, designEffect);
    return { ...base, test: "chi2", ...outcome(tooFewRows ? null : test), tooFewRows, bins };
  }
  const test = ksOnCounts(reference.counts, current.counts, designEffect);
  return { ...base, test: "ks", ...outcome(tooFewRows ? null : test), tooFewRows, bins };
}

function outcome(test: { statistic: number; pValue: number; effect: number } | null) {
  return { statistic: test?.statistic ?? null, pValue: test?.pValue ?? null, effect: test?.effect ?? null };
}

/** A column's status once its p-value is adjusted over all columns. */
export function judgeColumn(test: ColumnTest, adjustedP: number | null, broken: boolean, rule: DriftRule): ColumnDrift {
  const { tooFewRows: _few, nullPValue: _null, ...shown } = test;
  return { ...shown, adjustedP, status: broken ? "broken" : statusOf(test, adjustedP, rule) };
}

function statusOf(test: ColumnTest, adjustedP: number | null, rule: DriftRule): ColumnDrift["status"] {
  if (test.pValue === null || test.effect === null || adjustedP === null) return "not-tested";
  if (adjustedP >= rule.alpha || test.effect < rule.minorEffect) return "quiet";
  return test.effect >= rule.majorEffect ? "drift" : "minor";
}

/** Rows without a usable value: nulls, and NaNs of numbers. */
export function missingRows(column: ColumnProfile): number {
  return column.type === "text" ? column.nulls : column.nulls + column.nans;
}

/** Rows that stand in a bin or have a text value. */
export function valueRows(column: ColumnProfile): number {
  return column.type === "text" ? column.rows - column.nulls : finiteRows(column);
}

function rate(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function compareText(reference: TextProfile, current: TextProfile, designEffect: number) {
  const before = new Map(reference.values);
  const now = new Map(current.values);
  const values = [...new Set([...before.keys(), ...now.keys()])];
  const r = values.map((value) => before.get(value) ?? 0);
  const c = values.map((value) => now.get(value) ?? 0);
  const kept = frequentClasses(
    [...r.map((count) => count / designEffect), reference.other / designEffect],
    [...c.map((count) => count / designEffect), current.other / designEffect],
  ).filter((k) => k < values.length);
  const classes = (counts: number[], all: number) => {
    const alone = kept.map((k) => counts[k] as number);
    return [...alone, all - alone.reduce((sum, count) => sum + count, 0)];
  };
  const test = chiSquareOnCounts(classes(r, valueRows(reference)), classes(c, valueRows(current)), designEffect);
  return { test, bins: textBars(values, r, c, valueRows(reference), valueRows(current)) };
}

/** The values that matter most on either side; the rest, if any, as `other`. */
function textBars(values: string[], r: number[], c: number[], n: number, m: number): ColumnDrift["bins"] {
  const bars = values.map((label, k) => ({
    label,
    reference: rate(r[k] as number, n),
    current: rate(c[k] as number, m),
  }));
  bars.sort(
    (a, b) => Math.max(b.reference, b.current) - Math.max(a.reference, a.current) || (a.label < b.label ? -1 : 1),
  );
  if (bars.length <= BARS) return bars;
  const shown = bars.slice(0, BARS - 1);
  const rest = (side: "reference" | "current") => Math.max(0, 1 - shown.reduce((sum, bar) => sum + bar[side], 0));
  return [
    ...shown,
    { label: "other", reference: n === 0 ? 0 : rest("reference"), current: m === 0 ? 0 : rest("current") },
  ];
}

/** Neighbouring bins joined until about equal shares of the reference; what lies outside its range stands apart. */
function numericBars(reference: NumericProfile, current: NumericProfile): ColumnDrift["bins"] {
  const n = finiteRows(reference);
  const m = finiteRows(current);
  const { edges } = reference;
  if (reference.type === "boolean") {
    return [1, 2].map((k) => ({
      label: k === 1 ? "false" : "true",
      reference: rate(reference.counts[k] as number, n),
      current: rate(current.counts[k] as number, m),
    }));
  }
  const bars: ColumnDrift["bins"] = [];
  const last = edges.length;
  const target = n / (BARS - 3);
  let [before, now, from] = [0, 0, 0];
  for (let k = 0; k <= last; k++) {
    before += reference.counts[k] as number;
    now += current.counts[k] as number;
    const outside = k === 0 || k === last;
    if (!outside && k < last - 1 && before < target) continue;
    if (!outside || now > 0 || before > 0) {
      bars.push({ label: barLabel(edges, from, k), reference: rate(before, n), current: rate(now, m) });
    }
    [before, now, from] = [0, 0, k + 1];
  }
  return bars;
}

function barLabel(edges: readonly number[], from: number, to: number): string {
  if (to === 0) return `below ${short(edges[0] as number)}`;
  if (to === edges.length) return `above ${short(edges[edges.length - 1] as number)}`;
  const low = short(edges[from - 1] as number);
  const high = short(edges[to] as number);
  return low === high ? high : `${low} … ${high}`;
}

function short(value: number): string {
  const rounded = Number(value.toPrecision(4));
  return String(Object.is(rounded, -0) || Math.abs(rounded) < 1e-300 ? 0 : rounded).replace("-", "−");
}
