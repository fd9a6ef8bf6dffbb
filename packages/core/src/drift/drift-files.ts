import { profileOf } from "../data/build-profile.ts";
import type { Profile } from "../data/profile.ts";
import type { Table } from "../data/table.ts";
import { compareTables } from "./compare-tables.ts";
import type { DriftReport } from "./drift-report.ts";
import { ANSWERS, truthColumns } from "./label-column.ts";
import { looksLikeId } from "./looks-like-id.ts";
import { summaryOf } from "./summary.ts";

export interface DriftFilesOptions {
  /** What the report calls the two sides: file names. */
  readonly reference: { readonly source: string; readonly rows: Table | Profile };
  readonly current: { readonly files: DriftReport["current"]["files"]; readonly rows: Table };
  /** Timestamp of this look. */
  readonly at: string;
  readonly simulatedClock: boolean;
  /** Column that rows are clustered by, if any. */
  readonly groups?: string | null;
  /** Columns to test; default: all of the reference but ids, scores and times. */
  readonly columns?: readonly string[] | null;
  readonly falseAlarmsPerYear?: number;
  readonly runsPerYear?: number;
  readonly minorEffect?: number;
  readonly majorEffect?: number;
}

/**
 * Compares two files of one's own, without a project: what drift-check does, less everything that needs a registered version.
 * The level is that of a weekly check with one false alarm a year (1/52) unless the options say otherwise.
 */
export function driftFiles(options: DriftFilesOptions): DriftReport {
  const { at, current } = options;
  const { falseAlarmsPerYear = 1, runsPerYear = 52, minorEffect = 0.05, majorEffect = 0.1 } = options;
  const groups = options.groups ?? null;
  const { rows, source } = options.reference;
  const reference = "kind" in rows ? rows : profileOf(rows, { source, at, groups, exclude: ["id"] });
  const table = "kind" in rows ? null : rows;
  const ids = options.columns == null ? idsOf(reference, table, current.rows) : [];
  const alpha = falseAlarmsPerYear / runsPerYear;
  const compared = compareTables({
    reference,
    current: current.rows,
    columns: options.columns ?? null,
    exclude: [
      "id",
      ...ids,
      ...[...ANSWERS, ...truthColumns(reference, null)].filter((name) => !current.rows.columns.has(name)),
    ],
    score: null,
    groups,
    rule: { alpha, minorEffect, majorEffect },
    at,
    leaveOut: "leave it out of both files",
  });
  const failing = compared.checks.filter((check) => check.status === "fail" && check.severity === "fail");
  const broken = failing.some((check) => check.id !== "column-drift");
  const verdict = broken
    ? "data-broken"
    : failing.length > 0
      ? "drift"
      : compared.tooFewRows
        ? "insufficient-data"
        : "quiet";
  const report = {
    kind: "trainyard.drift/v1" as const,
    model: "",
    version: null,
    verdict,
    reference: { source, rows: reference.rows, profile: null },
    current: { files: current.files, rows: current.rows.rows, from: null, to: null },
    alpha,
    falseAlarmsPerYear,
    runsPerYear,
    columns: compared.columns,
    score: null,
    performance: null,
    checks: compared.checks,
    action: broken ? ("stopped" as const) : verdict === "drift" ? ("report" as const) : ("none" as const),
    retrain: null,
    notes: [
      ...ids.map((name) => `\`${name}\` is left out: its values hardly repeat, so it looks like an id.`),
      ...compared.notes,
    ],
    daysSinceLastCheck: null,
    at,
    simulatedClock: options.simulatedClock,
  } satisfies Omit<DriftReport, "summary">;
  return { ...report, summary: summaryOf(report) };
}

/** Columns of both sides that only say who a row is. */
function idsOf(reference: Profile, table: Table | null, current: Table): string[] {
  return reference.columns.flatMap((before) => {
    const now = current.columns.get(before.name);
    return now !== undefined && looksLikeId(before, table?.columns.get(before.name) ?? null, now) ? [before.name] : [];
  });
}
