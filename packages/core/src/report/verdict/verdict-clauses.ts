import { visibleText } from "../../escape.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { groupNoun } from "../../group-noun.ts";
import { estimateText, intervalText } from "../format/interval.ts";
import { capitalised, metricTitle, unitSuffix } from "../format/metric-name.ts";
import { count, counted, fixed, levelText, signed } from "../format/number.ts";
import type { Phrase } from "../phrase.ts";
import {
  claimIgnoringGroups,
  type GateReading,
  gainLimit,
  gateReadings,
  holdsLimit,
  reasonBeside,
} from "./gate-reading.ts";
import { rowsJudged } from "./rows-judged.ts";

/** "Log loss 0.4812 against 0.4868: **0.0056 lower** (95 %: 0.0026 … 0.0088 lower) on the same 508,120 rows of 30 days." */
export function lessOrMore(report: EvaluationReport, reading: GateReading): Phrase[] {
  const { metric, shown, decimals } = reading;
  if (metric === null || shown === null) return [];
  const unit = unitSuffix(metric.unit);
  const sides = `${metricTitle(metric.name)} ${fixed(metric.candidate.value, decimals)}${unit} against ${metric.baseline === null ? "–" : fixed(metric.baseline.value, decimals)}${unit}: `;
  const said: Phrase[] = [sides, ...difference(report, reading)];
  const margin = marginClause(reading);
  return [...said, " on ", evidence(report, reading.further), margin, "."];
}

/** "**0.0056 lower** (95 %: 0.0026 … 0.0088 lower)", or "difference **+0.002** (95 %: −0.001 … +0.005)" where the sign is open. */
function difference(report: EvaluationReport, { shown, decimals, metric }: GateReading): Phrase[] {
  if (shown === null) return [];
  const unit = unitSuffix(metric?.unit ?? "");
  const level = levelText(report.method.level);
  if (shown.interval === null) return pointDifference(shown.value, decimals, unit);
  const [lower, upper] = shown.interval;
  if (lower > 0 || upper < 0) {
    const way = lower > 0 ? "higher" : "lower";
    const [least, most] = lower > 0 ? [lower, upper] : [-upper, -lower];
    return [
      { strong: `${fixed(Math.abs(shown.value), decimals)}${unit} ${way}` },
      ` (${level}: ${fixed(least, decimals)} … ${fixed(most, decimals)} ${way})`,
    ];
  }
  return [
    "difference ",
    { strong: `${signed(shown.value, decimals)}${unit}` },
    ` (${level}: ${signed(lower, decimals)} … ${signed(upper, decimals)})`,
  ];
}

export function pointDifference(value: number, decimals: number, unit = ""): Phrase[] {
  if (Number(value.toFixed(decimals)) === 0) return [{ strong: "no difference" }];
  return [{ strong: `${fixed(Math.abs(value), decimals)}${unit} ${value > 0 ? "higher" : "lower"}` }];
}

/** How much was seen: "the same 508,120 rows of 30 days". `further`: by a gate against a baseline beside the first. */
export function evidence(report: EvaluationReport, further: GateReading["further"] = null): string {
  const { pairing } = further ?? report;
  const { mode } = pairing;
  const seen = rowsJudged({ ...report, pairing });
  if (report.pointOnly || report.method.interval === "reported" || seen === 0)
    return "the figures the trainings reported";
  const { groups, clusters } = report.method;
  const of =
    groups === null || clusters === null ? "" : ` of ${counted(clusters, groupNoun(groups, 1), groupNoun(groups, 2))}`;
  const seeds = report.seeds === undefined ? "" : `, as the mean of ${report.seeds.runs.length} seeds`;
  return `${mode === "paired" ? "the same " : ""}${counted(seen, "row")}${of}${seeds}`;
}

function marginClause(reading: GateReading): string {
  const limit = gainLimit(reading);
  const { decimals, metric } = reading;
  if (reading.check.limit === null || limit === 0 || metric === null) return "";
  const size = marginText(limit, decimals) + unitSuffix(metric.unit);
  return limit < 0 ? `; the margin is ${size}` : `; at least ${size} was asked for`;
}

/** A limit that somebody wrote is exact: it keeps its own digits, not the interval's. */
function trimmed(value: number, decimals: number): string {
  const own = fixed(value, Math.max(decimals, 6));
  return own.includes(".") ? own.replace(/\.?0+$/, "") : own;
}

/** The size of a margin. One that follows from a share of the baseline's value is rounded as its metric is, to two significant digits at least. */
function marginText(limit: number, decimals: number): string {
  const size = Math.abs(limit);
  if (size === Number(size.toPrecision(4))) return trimmed(size, decimals);
  return fixed(size, Math.max(decimals, Math.min(8, 1 - Math.floor(Math.log10(size)))));
}

/** "ROC-AUC 0.648 [0.624, 0.672] is above the standard of 0.60." */
export function aboveStandard(reading: GateReading): Phrase[] {
  const { metric, shown, limit, decimals, check } = reading;
  if (metric === null || shown === null || limit === null) return [`${check.rule}: ${check.status}.`];
  const standard = standardText(limit);
  const estimate = `${metricTitle(metric.name)} ${estimateText(shown, decimals)}${unitSuffix(metric.unit)}`;
  const above = shown.value >= limit;
  if (check.status === "inconclusive") return [`${estimate} may lie on either side of the standard of ${standard}.`];
  return [`${estimate} is ${above ? "above" : "below"} the standard of ${standard}.`];
}

/** 0.6 → "0.60": a standard below ten has two decimals at least. */
export function standardText(limit: number): string {
  const text = trimmed(limit, 2);
  const decimals = text.split(".")[1]?.length ?? 0;
  return Math.abs(limit) < 10 && decimals < 2 && limit !== 0 ? fixed(limit, 2) : text;
}

/** Why it cannot be told, how many more groups would, and what ignoring the groups would have claimed. */
export function inconclusive(report: EvaluationReport, deciding: GateReading | null): Phrase[] {
  if (deciding === null || deciding.shown === null || deciding.metric === null) {
    return deciding === null ? ["No gate could be decided."] : [`${saidOf(deciding)}.`];
  }
  const gate: Phrase[] = [" Gate ", { code: deciding.check.subject }, " decided."];
  if (deciding.kind === "absolute")
    return [...aboveStandard(deciding), ...missing(deciding), ...gate, ...comparison(report)];
  const { metric, shown, decimals } = deciding;
  const unit = unitSuffix(metric.unit);
  const { groups, clusters } = report.method;
  const over =
    groups === null || clusters === null
      ? `on ${evidence(report, deciding.further)}`
      : `over ${counted(clusters, groupNoun(groups, 1), groupNoun(groups, 2))}`;
  const interval = shown.interval === null ? "" : ` ${intervalText(shown.interval, decimals, true)}`;
  const said: Phrase[] = [
    `${metricTitle(metric.name)} differs by `,
    { strong: signed(shown.value, decimals) + unit },
    `${interval} ${over}: ${possibilities(deciding)}`,
  ];
  const { required } = deciding.check;
  if (gainLimit(deciding) < 0 && required !== undefined) {
    said.push(` An equal model passes nine times in ten from about ${requiredText(required, groups)} on.`);
  } else if (metric.moreNeeded !== null) {
    const days =
      groups === null
        ? counted(metric.moreNeeded, "more evaluation row", "more evaluation rows")
        : `${count(metric.moreNeeded)} more ${groupNoun(groups, metric.moreNeeded)} of evaluation rows`;
    said.push(` About ${days} would settle a difference of this size.`);
  }
  return [...said, ...gate, ...groupsClause(report, deciding)];
}

/** "120 days of evaluation rows", "31,000 evaluation rows". */
export function requiredText(
  { count: needed, of }: NonNullable<GateReading["check"]["required"]>,
  groups: string | null,
): string {
  const about = Number(needed.toPrecision(2));
  if (of === "rows" || groups === null) return counted(about, "evaluation row", "evaluation rows");
  return `${count(about)} ${groupNoun(groups, about)} of evaluation rows`;
}

function possibilities(reading: GateReading): string {
  const limit = gainLimit(reading);
  const reason = reasonBeside(reading);
  if (reason !== null) return `${reason.replace(/[.\s]+$/, "")}.`;
  const size = marginText(limit, reading.decimals);
  if (limit < 0) return `worse by more than the margin of ${size} is still possible.`;
  if (limit > 0) return `an improvement of ${size} is possible, and so is less.`;
  return "better or worse are both possible.";
}

/** What a check says that has no figures of its own: its reason as a sentence, else its rule. */
export function saidOf(reading: GateReading): string {
  return capitalised((reasonBeside(reading) ?? reading.check.rule).replace(/[.\s]+$/, ""));
}

/** Why a standard is open although its interval does not hold it: there is no interval, or too little to judge on. */
function missing(deciding: GateReading): Phrase[] {
  const reason = holdsLimit(deciding) ? null : reasonBeside(deciding);
  return reason === null ? [] : [` ${capitalised(reason)}.`];
}

/** " It is better than production v1, though: …": a standard is open, and the comparison is not. */
function comparison(report: EvaluationReport): Phrase[] {
  const lead = leadingGate(gateReadings(report));
  if (lead === null) return [];
  const against = visibleText(report.baseline?.label ?? "the baseline", 60);
  return [` Against ${against} it passed: `, ...lessOrMore(report, lead)];
}

/** The first deciding gate that compares and passed: improve-by before margin, as listed. */
export function leadingGate(readings: readonly GateReading[]): GateReading | null {
  return (
    readings.find(
      ({ check, kind, shown, further }) =>
        kind === "comparing" &&
        check.severity === "fail" &&
        check.status === "pass" &&
        shown !== null &&
        further === null,
    ) ?? null
  );
}

/** "Treating the rows as independent would have claimed [−0.0013, −0.0007], a clear gain; rows of one day are not." */
export function groupsClause(report: EvaluationReport, reading: GateReading): Phrase[] {
  const claim = claimIgnoringGroups(reading);
  if (claim === null || report.method.groups === null) return [];
  const called = { pass: ", a pass", fail: ", a failure", inconclusive: ", no decision" }[claim.status];
  return [
    ` Treating the rows as independent would have claimed ${intervalText(claim.interval, reading.decimals, true)}${called}; rows of one ${groupNoun(report.method.groups, 1)} are not independent.`,
  ];
}
