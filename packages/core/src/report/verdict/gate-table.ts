import type { Check, CheckStatus, Estimate, Interval } from "../../check/check.ts";
import { visibleText } from "../../escape.ts";
import { kindOf } from "../../evaluate/check-ids.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import type { Disparity } from "../../evaluate/looks.ts";
import { estimateText } from "../format/interval.ts";
import { unitSuffix } from "../format/metric-name.ts";
import { fixed, levelText } from "../format/number.ts";
import { intervalSketch } from "../format/sketch.ts";
import type { Sentence } from "../phrase.ts";
import { type GateReading, gateReadings, reasonBeside } from "./gate-reading.ts";

/** A gate's row as every face shows it; texts are not escaped yet. */
export interface GateRow {
  readonly rule: Sentence;
  readonly baseline: string;
  readonly candidate: string;
  /** "−0.0056 [−0.0088, −0.0026]", or "candidate 0.679 [0.660, 0.698]" for a standard; empty where no figure was judged. */
  readonly judged: string;
  /** Why it came out so, where the figures do not say it; else null. Long: it stands beneath them. */
  readonly reason: string | null;
  /** Fifteen characters along the number line, or empty where there is no interval. */
  readonly sketch: string;
  /** The same with better to the right, as the forest plot has it. */
  readonly gainSketch: string;
  readonly status: CheckStatus;
  /** "pass"; "fail, does not decide"; "pass, unverified (point only)"; "skipped". */
  readonly word: string;
}

export interface GateTable {
  readonly head: readonly [gate: string, baseline: string, candidate: string, judged: string];
  readonly rows: readonly GateRow[];
}

export const SIGNS: Readonly<Record<CheckStatus, string>> = { pass: "✅", fail: "❌", inconclusive: "⚠️", skipped: "–" };

/** How a verdict on point values is marked, wherever it is shown. */
export const UNVERIFIED = "unverified (point only)";

/** All gates of a report in one table. Without a baseline, its column says so with dashes; of several, the rules name theirs. */
export function gateTable(report: EvaluationReport): GateTable {
  const judged =
    report.pointOnly || report.method.interval === "point"
      ? "difference"
      : `difference, ${levelText(report.method.level)} interval`;
  return {
    head: ["gate", baselineHead(report), "candidate", judged],
    rows: gateReadings(report).map((reading) => gateRow(reading, report)),
  };
}

function baselineHead({ baseline, others = [] }: EvaluationReport): string {
  return others.length > 0 ? "baseline" : visibleText(baseline?.label ?? "no baseline", 40);
}

/** How far apart the groups of a fairness check lie, of each side. */
function disparitiesOf({ subject, unit, actual }: Check, { fairness = [] }: EvaluationReport) {
  const of = (side: Disparity | null) => (unit === "difference" ? side?.difference : side?.ratio)?.value;
  const found = fairness.find(
    ({ metric, candidate }) => metric === subject && of(candidate) === (actual ?? Number.NaN),
  );
  return found === undefined ? null : { baseline: of(found.baseline), candidate: of(found.candidate) };
}

function gateRow(reading: GateReading, report: EvaluationReport): GateRow {
  const { check, metric, shown, decimals, limit, kind } = reading;
  const unit = metric === null ? "" : unitSuffix(metric.unit);
  const side = (value: number | undefined) => (value === undefined ? "–" : fixed(value, decimals) + unit);
  const skipped = check.status === "skipped";
  const held = kindOf(check);
  const fair = held === "fairness";
  const apart = fair ? disparitiesOf(check, report) : null;
  const crept = held === "anchor" ? report.metrics.find(({ name }) => name === check.subject) : undefined;
  const undrawn = skipped || (kind === "other" && !fair && crept === undefined) || shown?.interval == null;
  const lessIsBetter = fair ? check.unit === "difference" : (metric ?? crept)?.goal === "minimize";
  return {
    rule: ruleSentence(check.rule, check.subject),
    baseline: side(apart === null ? metric?.baseline?.value : apart.baseline),
    candidate: side(apart === null ? (metric ?? crept)?.candidate.value : apart.candidate),
    judged:
      skipped || shown === null
        ? ""
        : kind === "comparing" || crept !== undefined
          ? estimateText(shown, decimals, true)
          : kind === "absolute"
            ? `candidate ${estimateText(shown, decimals)}`
            : fair
              ? estimateText(shown, decimals)
              : "",
    reason: reasonBeside(reading),
    sketch: undrawn ? "" : intervalSketch(shown, limit),
    gainSketch: undrawn ? "" : lessIsBetter ? mirrored(shown, limit) : intervalSketch(shown, limit),
    status: check.status,
    word: [
      check.status,
      ...(check.severity === "fail" || skipped ? [] : ["does not decide"]),
      ...(check.pointOnly === true ? [UNVERIFIED] : []),
    ].join(", "),
  };
}

function mirrored({ value, interval }: Estimate, limit: number | null): string {
  const ends: Interval | null = interval === null ? null : [-interval[1], -interval[0]];
  return intervalSketch({ value: -value, interval: ends }, limit === null ? null : -limit);
}

/** The rule with the metric's name as code, where the rule names it first. */
export function ruleSentence(rule: string, subject: string): Sentence {
  if (subject === "" || !rule.startsWith(`${subject} `)) return [capped(rule, 160)];
  return [{ code: capped(subject, 60) }, capped(rule.slice(subject.length), 140)];
}

function capped(text: string, most: number): string {
  return text.length <= most ? text : ` ${visibleText(text, most)}`;
}
