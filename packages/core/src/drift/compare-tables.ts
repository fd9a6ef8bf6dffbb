import type { Check } from "../check/check.ts";
import { asTime } from "../data/as-time.ts";
import { profileOf } from "../data/build-profile.ts";
import { asText } from "../data/combine-tables.ts";
import { allNull } from "../data/merge-profile.ts";
import type { ColumnProfile, Profile } from "../data/profile.ts";
import { duplicateRows } from "../data/row-hash.ts";
import type { Column, NumericColumn, Table } from "../data/table.ts";
import { holm } from "../statistics/holm.ts";
import {
  duplicateBatch,
  enoughRows,
  nullBurst,
  outOfRange,
  percent,
  schemaProblem,
  unitRatio,
  unseenValues,
} from "./broken.ts";
import { type ColumnTest, compareColumn, type DriftRule, judgeColumn, missingRows } from "./column-drift.ts";
import type { ColumnDrift } from "./drift-report.ts";
import { looksLikeId } from "./looks-like-id.ts";

/** The current rows held against what the model was judged on. */
export interface Comparison {
  readonly columns: ColumnDrift[];
  readonly score: ColumnDrift | null;
  /** Broken data first, unit changes before everything else; then one check a tested column. */
  readonly checks: Check[];
  readonly notes: string[];
  /** Nothing could be tested for want of rows. */
  readonly tooFewRows: boolean;
}

export interface ComparisonInput {
  readonly reference: Profile;
  readonly current: Table;
  /** Columns to test; null: all the reference has. Missing ones are broken data. */
  readonly columns: readonly string[] | null;
  /** Columns that are no input: id, time, groups, labels. */
  readonly exclude: readonly string[];
  /** The model's scores: reference profile (of one column) and the current rows' column; null when there are none. */
  readonly score: { reference: ColumnProfile; current: Column } | null;
  readonly groups: string | null;
  readonly rule: DriftRule;
  /** Timestamp of this look. */
  readonly at: string;
  /** How a column that is no input is kept out of the comparison, completing "if it is no input, …". */
  readonly leaveOut?: string;
}

/** Profiles the current rows over the reference's bins and judges every column, with one Holm adjustment over all tests. */
export function compareTables(input: ComparisonInput): Comparison {
  const { reference, current, rule } = input;
  const excluded = new Set([...input.exclude, ...(input.groups === null ? [] : [input.groups])]);
  const wanted = input.columns === null ? null : new Set(input.columns);
  const known = reference.columns.filter(({ name }) => (wanted === null ? !excluded.has(name) : wanted.has(name)));
  const { leaveOut = "list the inputs under drift.columns" } = input;
  const notes: string[] = [];
  const broken: Check[] = [];
  const sound: ColumnProfile[] = [];
  for (const column of known) {
    const problem = schemaProblem(column, current.columns.get(column.name), leaveOut);
    if (problem !== null) broken.push(problem);
    else sound.push(column);
  }
  const now = profileNow(input, sound);
  const profiles = new Map(now.columns.map((column) => [column.name, column]));
  const pairs = sound.map((before) => ({ before, now: sameType(before, profiles.get(before.name) as ColumnProfile) }));
  if (input.score !== null) pairs.push(scorePair(input, input.score));
  const tests = pairs.map((pair) => {
    const moving = pair.before.type === "text" && isDates(pair.before.values);
    const test = compareColumn(pair.before, pair.now, rule);
    return moving ? untested(test) : test;
  });

  const pool = tests.flatMap((test) => (test.pValue === null ? [] : [test.pValue]));
  const adjusted = holm([...pool, ...tests.map((test) => test.nullPValue)]);
  let next = 0;
  const adjustedP = tests.map((test) => (test.pValue === null ? null : (adjusted[next++] as number)));
  const nullP = adjusted.slice(pool.length);
  const units: Check[] = [];
  const warnings: Check[] = [];
  const judged = tests.map((test, i) => {
    const { before, now } = pairs[i] as (typeof pairs)[number];
    const rows = { reference: before.rows, current: now.rows };
    const found: (Check | null)[] = [nullBurst(test, rows, nullP[i] as number, rule.alpha)];
    const isScore = input.score !== null && i === pairs.length - 1;
    let unit: Check | null = null;
    if (before.type === "number" && now.type !== "text" && !isScore) {
      const column = current.columns.get(before.name) as NumericColumn;
      unit = (adjustedP[i] ?? 1) < rule.alpha ? unitRatio(before, column, test, rule) : null;
      found.push(outOfRange(before, now, rule.alpha), unit);
    }
    if (before.type === "text" && now.type === "text" && test.test !== "none")
      found.push(unseenValues(before, now, rule.alpha / tests.length));
    const problems = found.filter((check) => check !== null && check.severity === "fail") as Check[];
    const isId =
      problems.length > 0 && !isScore && looksLikeId(before, null, current.columns.get(before.name) as Column);
    const told = (check: Check) => (isId ? withAdvice(check, `it looks like an id: ${leaveOut}`) : check);
    broken.push(...problems.filter((check) => check !== unit).map(told));
    if (unit !== null) units.push(told(unit));
    const warned = found.filter((check) => check !== null && check.severity === "warn") as Check[];
    warnings.push(...warned);
    const column = judgeColumn(test, adjustedP[i] ?? null, problems.length > 0, rule);
    return column.status === "quiet" && warned.length > 0 ? { ...column, status: "minor" as const } : column;
  });
  const duplicates = repeatedRows(input);
  if (duplicates !== null) broken.push(duplicates);

  const score = input.score === null ? null : (judged.pop() as ColumnDrift);
  const tested = score === null ? judged : [...judged, score];
  for (const test of tests) {
    if (test.tooFewRows) notes.push(`\`${test.name}\` has too few independent rows to test.`);
  }
  const columns = [...judged, ...missingColumns(known, sound)];
  return {
    columns: columns.sort((a, b) => (b.effect ?? -1) - (a.effect ?? -1)),
    score: score === null ? null : { ...score, type: "score" },
    checks: [...units, ...broken, ...warnings, ...tested.flatMap((column) => columnCheck(column, rule))],
    notes,
    tooFewRows:
      !tested.some((column) => column.pValue !== null) &&
      (tests.some((test) => test.tooFewRows) ||
        !enoughRows(reference.rows, current.rows, rule.alpha, rule.majorEffect)),
  };
}

function profileNow(input: ComparisonInput, sound: readonly ColumnProfile[]): Profile {
  const columns = new Map<string, Column>();
  for (const before of sound) {
    const column = input.current.columns.get(before.name) as Column;
    columns.set(before.name, asReferenced(before, column));
  }
  const group = input.groups === null ? undefined : input.current.columns.get(input.groups);
  const exclude = input.groups !== null && !columns.has(input.groups) && group !== undefined ? [input.groups] : [];
  if (input.groups !== null && group !== undefined && !columns.has(input.groups)) columns.set(input.groups, group);
  return profileOf(
    { rows: input.current.rows, columns },
    { source: "current", at: input.at, groups: input.groups, exclude, reference: input.reference },
  );
}

function withAdvice(check: Check, advice: string): Check {
  return { ...check, reason: `${check.reason} (${advice})` };
}

/** The column in the form the reference has it: what one file format keeps as a date is text in another. */
function asReferenced(before: ColumnProfile, column: Column): Column {
  if (before.type === "text") return asText(column);
  return before.type === "time" ? (asTime(column) ?? column) : column;
}

/** Rows count as repeated over all columns of the reference; labels that have not come yet may be absent, anything else makes it unknowable. */
function repeatedRows(input: ComparisonInput): Check | null {
  const names = input.reference.columns.map((column) => column.name);
  const there = names.filter((name) => input.current.columns.has(name));
  if (names.some((name) => !input.current.columns.has(name) && !input.exclude.includes(name))) return null;
  return duplicateBatch(input.reference, {
    rows: input.current.rows,
    duplicateRows: duplicateRows(input.current, there),
  });
}

function scorePair(input: ComparisonInput, score: NonNullable<ComparisonInput["score"]>) {
  const name = score.reference.name;
  const columns = new Map<string, Column>([
    [name, score.reference.type === "text" ? asText(score.current) : score.current],
  ]);
  const group = input.groups === null ? undefined : input.current.columns.get(input.groups);
  if (group !== undefined && input.groups !== null && input.groups !== name) columns.set(input.groups, group);
  const reference = { ...input.reference, columns: [score.reference] };
  const profile = profileOf(
    { rows: input.current.rows, columns },
    { source: "scores", at: input.at, groups: input.groups, reference },
  );
  return { before: score.reference, now: sameType(score.reference, profile.columns[0] as ColumnProfile) };
}

/** A column without values profiles as what the file's reader guessed; held against numbers it is a column of nulls. */
function sameType(before: ColumnProfile, now: ColumnProfile): ColumnProfile {
  return before.type === "text" || now.type !== "text" ? now : allNull(before, now.rows);
}

/** True when a text column holds dates: they move by themselves, like time columns. */
function isDates(values: readonly (readonly [string, number])[]): boolean {
  return (
    values.length > 0 && values.slice(0, 100).every(([value]) => /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$/.test(value))
  );
}

function untested(test: ColumnTest): ColumnTest {
  return { ...test, test: "none", statistic: null, pValue: null, effect: null, tooFewRows: false };
}

function missingColumns(known: readonly ColumnProfile[], sound: readonly ColumnProfile[]): ColumnDrift[] {
  return known
    .filter((column) => !sound.includes(column))
    .map((column) => ({
      name: column.name,
      type: column.type,
      test: "none",
      statistic: null,
      pValue: null,
      adjustedP: null,
      effect: null,
      status: "broken",
      referenceNullRate: column.rows === 0 ? 0 : missingRows(column) / column.rows,
      currentNullRate: 1,
      bins: [],
    }));
}

function columnCheck(column: ColumnDrift, rule: DriftRule): Check[] {
  if (column.effect === null || column.status === "broken") return [];
  return [
    {
      id: column.status === "drift" ? "column-drift" : "column-shift",
      subject: column.name,
      rule: `less than ${percent(rule.majorEffect)} of \`${column.name}\` moved, beyond chance`,
      status: column.status === "drift" ? "fail" : "pass",
      actual: column.effect,
      interval: null,
      limit: rule.majorEffect,
      unit: "share",
      reason: column.adjustedP === null ? null : `adjusted p ${shortP(column.adjustedP)}`,
      severity: column.status === "drift" ? "fail" : "info",
    },
  ];
}

function shortP(p: number): string {
  return p < 1e-4 ? "< 0.0001" : p.toPrecision(2);
}
