import type { Check } from "../check/check.ts";
import { asTime, timeOfText } from "../data/as-time.ts";
import type { ColumnProfile, NumericProfile, Profile, TextProfile } from "../data/profile.ts";
import type { Column, NumericColumn, TextColumn } from "../data/table.ts";
import { detectableDistance, effectiveRows, shareGrew } from "../statistics/two-sample.ts";
import { type ColumnTest, valueRows } from "./column-drift.ts";
import { unitChange } from "./unit-ratio.ts";

/** Limits beyond which data is broken, not drifted. Shares of the rows. */
export const BROKEN = { nulls: 0.05, outOfRange: 0.05, unseen: 0.05, duplicates: 0.5 } as const;

/** A failing check of the data itself. `words` completes "Data broken: …". */
export function brokenCheck(
  id: string,
  subject: string,
  rule: string,
  words: string,
  numbers: { actual?: number | null; limit?: number | null; unit?: string } = {},
): Check {
  const { actual = null, limit = null, unit = "" } = numbers;
  return { id, subject, rule, status: "fail", actual, interval: null, limit, unit, reason: words, severity: "fail" };
}

/** A column the model was made with that did not come, or came as another type. Null when it is there as it should be. */
export function schemaProblem(reference: ColumnProfile, column: Column | undefined, leaveOut: string): Check | null {
  const name = reference.name;
  if (column === undefined) {
    return brokenCheck(
      "column-missing",
      name,
      `\`${name}\` is there`,
      `\`${name}\` is missing (if it is no input, ${leaveOut})`,
    );
  }
  if (compatible(reference, column)) return null;
  const other = reference.type === "time" && column.type === "text" ? notATime(column) : null;
  const words = `\`${name}\` holds ${column.type} where ${reference.type} is expected${other === null ? "" : `, like ${JSON.stringify(other.slice(0, 40))}`}`;
  return brokenCheck("column-type", name, `\`${name}\` holds ${reference.type}`, words);
}

/**
 * Numbers and booleans stand for each other, codes that happen to be all digits for text, and ISO dates as text for times.
 * A column without a single value has no type.
 */
function compatible(reference: ColumnProfile, column: Column): boolean {
  if (reference.type === column.type || reference.type === "text" || isEmpty(column)) return true;
  if (reference.type === "time") return column.type === "number" || asTime(column) !== null;
  return column.type !== "text" && column.type !== "time";
}

/** A value of a text column that is no ISO date or time. */
function notATime({ codes, dictionary }: TextColumn): string | null {
  const code = codes.find((one) => one >= 0 && Number.isNaN(timeOfText(dictionary[one] as string)));
  return code === undefined ? null : (dictionary[code] as string);
}

function isEmpty(column: Column): boolean {
  if (column.type === "text") return column.codes.every((code) => code < 0);
  return column.values.every((value) => Number.isNaN(value));
}

/**
 * A burst of nulls: the null rate (NaNs included) rose by 5 points or more beyond noise, and the test says so at this run's level.
 * @param adjustedP Of the null test, in the same pool as the columns.
 */
export function nullBurst(
  test: ColumnTest,
  rows: { reference: number; current: number },
  adjustedP: number,
  alpha: number,
): Check | null {
  const rise = test.currentNullRate - test.referenceNullRate;
  const pooled =
    (test.referenceNullRate * rows.reference + test.currentNullRate * rows.current) / (rows.reference + rows.current);
  const noise = pooled * (1 - pooled) * (1 / rows.reference + 1 / rows.current);
  if (rise <= 0 || rise * rise - noise < BROKEN.nulls ** 2 || adjustedP >= alpha) return null;
  const words = `${percent(test.currentNullRate)} of \`${test.name}\` is null, ${percent(test.referenceNullRate)} in the reference`;
  return brokenCheck(
    "null-rate",
    test.name,
    `null rate of \`${test.name}\` at most 5 points above the reference`,
    words,
    {
      actual: test.currentNullRate,
      limit: test.referenceNullRate + BROKEN.nulls,
      unit: "share",
    },
  );
}

/**
 * 5 % or more of the values lie outside the reference's range. With few or clustered reference rows some do by chance: under equal
 * distributions k of m new rows exceed n old ones with probability about (m/(n + m))^k, and that must be below this run's level.
 */
export function outOfRange(reference: NumericProfile, current: NumericProfile, alpha: number): Check | null {
  const last = reference.edges.length;
  const n = valueRows(reference);
  const m = valueRows(current);
  if (last === 0 || n === 0 || reference.type !== "number") return null;
  const infinite = reference.infinities === 0 ? current.infinities : 0;
  const outside = (current.counts[0] as number) + (current.counts[last] as number) + infinite;
  const share = outside / (m + infinite);
  if (!(share >= BROKEN.outOfRange)) return null;
  const effect = designEffect(reference, current);
  const k = outside / effect;
  const p = (k + 1) * ((m + infinite) / (n + m + infinite)) ** k;
  if (p >= alpha) return null;
  const range = `${number(reference.min)} … ${number(reference.max)}`;
  const seen = `${number(current.min)} … ${number(current.max)}`;
  const words = `${percent(share)} of \`${reference.name}\` lies outside the reference's range ${range} (now ${seen})`;
  return brokenCheck("out-of-range", reference.name, `less than 5 % of \`${reference.name}\` outside ${range}`, words, {
    actual: share,
    limit: BROKEN.outOfRange,
    unit: "share",
  });
}

/**
 * Values the reference never saw, beyond what its own rare values let expect: the chance that the next row is new is about the share of
 * the values seen once (Good 1953; with clusters: as often as the design effect says). From 5 % of the rows on data is broken; from
 * 1 % on a warning. `alpha` must already be shared among the columns.
 */
export function unseenValues(reference: TextProfile, current: TextProfile, alpha: number): Check | null {
  const n = valueRows(reference);
  const m = valueRows(current);
  if (n === 0 || m === 0) return null;
  const effect = designEffect(reference, current);
  const known = new Set(reference.values.map(([value]) => value));
  const unseen = current.values.filter(([value]) => !known.has(value));
  const rows = unseen.reduce((sum, [, count]) => sum + count, 0) + (reference.other > 0 ? 0 : current.other);
  const seenOnce = (count: number) => count <= Math.max(1, effect);
  const rare = reference.values.reduce((sum, [, count]) => sum + (seenOnce(count) ? count : 0), 0) + reference.other;
  const excess = rows / m - rare / n;
  if (!(excess >= NEW_VALUES)) return null;
  if (shareGrew(rare / effect, n / effect, rows / effect, m / effect) >= alpha) return null;
  const example = JSON.stringify((unseen[0]?.[0] ?? "").slice(0, 40));
  const words = `${percent(rows / m)} of \`${reference.name}\` holds values never seen before, like ${example}`;
  const rule = `less than 5 % of \`${reference.name}\` unseen in the reference`;
  const limit = rare / n + BROKEN.unseen;
  const check = brokenCheck("unseen-values", reference.name, rule, words, { actual: rows / m, limit, unit: "share" });
  return excess >= BROKEN.unseen ? check : { ...check, status: "pass", severity: "warn" };
}

/** Share of rows with new values that is worth a warning. */
const NEW_VALUES = 0.01;

/** A column that moved and that one unit ratio brings back onto the reference. */
export function unitRatio(
  reference: NumericProfile,
  column: NumericColumn,
  test: ColumnTest,
  rule: { minorEffect: number; majorEffect: number },
): Check | null {
  if (test.effect === null || test.effect < rule.majorEffect || reference.type !== "number") return null;
  const change = unitChange(reference, column, rule.minorEffect);
  if (change === null) return null;
  return brokenCheck(
    "unit-ratio",
    reference.name,
    `\`${reference.name}\` in the unit of the reference`,
    `\`${reference.name}\` ${change.words}`,
    {
      actual: change.ratio,
      limit: 1,
      unit: "ratio",
    },
  );
}

/**
 * Half of the rows or more repeat an earlier row, and far more than the reference's rate says for so many rows: repeats grow at most
 * in proportion to the rows when values are drawn alike.
 */
export function duplicateBatch(
  reference: Pick<Profile, "rows" | "duplicateRows">,
  current: Pick<Profile, "rows" | "duplicateRows">,
): Check | null {
  if (current.rows === 0 || reference.rows === 0) return null;
  const share = current.duplicateRows / current.rows;
  const growth = Math.max(1, current.rows / reference.rows);
  const expected = Math.min(1, (reference.duplicateRows / reference.rows + 3 / reference.rows) * growth);
  if (share < BROKEN.duplicates || share - expected < 0.3) return null;
  const words = `${percent(share)} of the rows repeat an earlier row, ${percent(reference.duplicateRows / reference.rows)} in the reference`;
  return brokenCheck("duplicate-batch", "rows", "less than half of the rows repeated", words, {
    actual: share,
    limit: BROKEN.duplicates,
    unit: "share",
  });
}

/** True when a test at this level could have seen three times the major effect. */
export function enoughRows(n: number, m: number, alpha: number, majorEffect: number): boolean {
  return detectableDistance(effectiveRows(n, m), alpha) <= 3 * majorEffect;
}

function designEffect(a: ColumnProfile, b: ColumnProfile): number {
  return Math.max(1, a.clustering?.designEffect ?? 1, b.clustering?.designEffect ?? 1);
}

/** "23.4 %", "0 %". */
export function percent(share: number): string {
  const value = share * 100;
  const digits = value === 0 || value === 100 ? 0 : value < 0.1 ? 2 : 1;
  return `${value.toFixed(digits)} %`;
}

function number(value: number | null): string {
  return value === null ? "none" : String(Number(value.toPrecision(6))).replace("-", "−");
}
