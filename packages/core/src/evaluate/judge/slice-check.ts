import type { Check } from "../../check/check.ts";
import type { Gate } from "../../config/config.ts";
import { visibleText } from "../../escape.ts";
import { sliceCheckId } from "../check-ids.ts";
import type { SliceResult } from "../evaluation-report.ts";
import { slices, smallSlices } from "../look/slices.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import type { Factor } from "../rows/factor.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { allowedLoss, allowedText, type GateContext } from "./gate.ts";

/** Values named in a sentence. */
const FIRST = 3;

/** What a gate's slices are judged on. */
export interface SlicedRows {
  readonly candidate: JudgedRows & { readonly slices: readonly Factor[] };
  /** Null when rows are not paired: then slices cannot be held against each other. */
  readonly baseline: JudgedRows | null;
  /** Null for a metric that only stands in a metrics file. */
  readonly metric: MetricDefinition | null;
}

/**
 * The second check of a gate with `slices`: fails where the metric is significantly worse than the gate allows in some value of its columns, at the gate's
 * level, Holm-adjusted over all of those values; passes where it is in none, if of every column some value can be told. A slice that merely looks worse does not fail it.
 */
export function judgeGateSlices(
  gate: Gate & { readonly slices: readonly string[] },
  rows: SlicedRows | null,
  context: Pick<GateContext, "against" | "noBaseline">,
  { alpha, seed }: { readonly alpha: number; readonly seed: number },
): Check {
  const allowed = allowedText(gate) === "0" ? "" : ` by more than ${allowedText(gate)}`;
  const columns = gate.slices.join(", ");
  const check = (status: Check["status"], reason: string, actual: number | null = null): Check => ({
    id: sliceCheckId(gate),
    subject: gate.metric,
    rule: `${gate.metric} worse than ${context.against}${allowed} for no ${columns}`,
    status,
    actual,
    interval: null,
    limit: actual === null ? null : 0,
    unit: "slices",
    reason,
    severity: gate.severity,
  });
  if (context.noBaseline !== null) return check("skipped", context.noBaseline);
  if (rows === null || rows.metric === null)
    return check("inconclusive", "there are no predictions to cut into slices");
  if (rows.baseline === null) return check("inconclusive", "rows are not paired, so slices do not compare");
  const candidate = {
    ...rows.candidate,
    slices: rows.candidate.slices.filter(({ column }) => gate.slices.includes(column)),
  };
  const allowedFor = (baseline: number) => allowedLoss(gate, baseline);
  const found = slices(candidate, rows.baseline, rows.metric, { alpha, seed, allowed: allowedFor });
  const tested = found.filter(({ adjustedP }) => adjustedP !== null);
  const silent = gate.slices.filter((column) => !tested.some((slice) => slice.column === column));
  const worse = tested.filter((slice) => slice.worse).toSorted((a, b) => (a.adjustedP ?? 1) - (b.adjustedP ?? 1));
  const of = `${tested.length} tested${untestedText(candidate, found, tested.length)}`;
  if (worse.length > 0) return check("fail", `significantly worse${allowed} for ${named(worse)}; ${of}`, worse.length);
  if (silent.length === 0) return check("pass", `significantly worse${allowed} in none of ${of}`, 0);
  const untold = untoldText(silent, candidate.groups?.column ?? null);
  return check(
    "inconclusive",
    tested.length === 0 ? untold : `${untold}; significantly worse${allowed} in none of ${of}`,
  );
}

/** A column whose every value is one group can never be told: how much a group varies is seen from other groups alone. */
function untoldText(columns: readonly string[], groups: string | null): string {
  const names = columns.map((column) => visibleText(column, 40)).join(", ");
  const why = groups !== null && columns.includes(groups) ? `: each ${visibleText(groups, 40)} is one group` : "";
  return `no value of ${names} has rows enough to tell${why}`;
}

/** ", 3 too small (origin = ANC, origin = BTR and 1 more)"; with them, those that have rows of one class alone. Empty where all were tested. */
function untestedText(candidate: SlicedRows["candidate"], found: readonly SliceResult[], tested: number): string {
  const untested = valuesOf(candidate) - tested;
  if (untested === 0) return "";
  const small = [...found.filter(({ adjustedP }) => adjustedP === null), ...(smallSlices(candidate)?.first ?? [])];
  return `, ${untested} too small${small.length === 0 ? "" : ` (${named(small, untested)})`}`;
}

/** Values that have rows. */
function valuesOf({ slices: factors }: SlicedRows["candidate"]): number {
  return factors.reduce((sum, { codes }) => sum + new Set(codes).size, 0);
}

function named(slices: readonly { readonly column: string; readonly value: string }[], of = slices.length): string {
  const first = slices
    .slice(0, FIRST)
    .map(({ column, value }) => `${visibleText(column, 40)} = ${visibleText(value, 40)}`);
  return first.join(", ") + (of > first.length ? ` and ${of - first.length} more` : "");
}

export function hasSlices(gate: Gate): gate is Gate & { slices: string[] } {
  return gate.slices !== undefined;
}
