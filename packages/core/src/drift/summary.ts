import { type Check, decidingCheck } from "../check/check.ts";
import { groupNoun } from "../group-noun.ts";
import { percent } from "./broken.ts";
import type { ColumnDrift, DriftReport, Performance } from "./drift-report.ts";
import { reachesBound } from "./performance.ts";

type Told = Pick<
  DriftReport,
  "model" | "verdict" | "columns" | "score" | "performance" | "checks" | "action" | "current" | "retrain"
>;

/** One sentence or two: what is the matter, since when, what was done. */
export function summaryOf(report: Told): string {
  const rows = `${report.current.rows.toLocaleString("en-US")} rows${period(report.current)}`;
  if (report.verdict === "data-broken") return brokenSummary(report);
  if (report.verdict === "drift") return `${driftSentence(report)}${report.model === "" ? "" : ` ${done(report)}`}`;
  if (report.verdict === "insufficient-data") return `Too little data to tell: ${rows}.`;
  return `Quiet: ${quietColumns(report)} (${rows})${outcomeClause(report)}.`;
}

/** Claims no more than was tested. */
function quietColumns(report: Told): string {
  const all = report.score === null ? report.columns : [...report.columns, report.score];
  const moved = all.filter((column) => column.status === "minor");
  if (moved.length > 0) return `${named(moved)} moved, by less than counts as drift`;
  return all.some((column) => column.status === "quiet")
    ? "no column moved by more than noise"
    : "no column was tested";
}

/** What a quiet check may not keep to itself: outcomes that could not be judged, or lie beyond the bound but not surely. */
function outcomeClause({ performance: found, checks }: Told): string {
  const check = checks.find(({ id }) => id === "calibration");
  if (check === undefined || found === null) return "";
  const { clusters, groups, rows } = found;
  const number = clusters ?? rows;
  if (check.status === "inconclusive") {
    const evidence = `${number.toLocaleString("en-US")} ${groupNoun(clusters === null ? null : groups, number)}`;
    return `; whether outcomes still match predictions cannot be told from ${evidence}`;
  }
  const reaching = reachesBound(found);
  return reaching === null
    ? ""
    : `; observed / predicted is ${found.ratio.value.toFixed(2)}, but its interval ${reaching}`;
}

function brokenSummary(report: Told): string {
  const first = decidingCheck(report.checks);
  const others = report.checks.filter((check) => check.status === "fail" && check !== first).length;
  const more = others === 0 ? "" : `, and ${others} more ${others === 1 ? "problem" : "problems"}`;
  const stopped = report.model === "" ? "" : " Stopped; nothing was trained on it.";
  return `Data broken: ${first?.reason ?? "the data cannot be judged"}${more}.${stopped}`;
}

function driftSentence(report: Told): string {
  const moved = report.columns.filter((column) => column.status === "drift");
  const failed = (check: Check) => check.id === "calibration" && check.status === "fail";
  const inputs = moved.length === 0 ? null : `${named(moved)} moved${period(report.current)}`;
  if (report.performance !== null && report.checks.some(failed)) {
    const outcome = calibrationSentence(report.performance, period(report.current));
    return inputs === null ? `Inputs are steady, but ${outcome}.` : `Drift: ${inputs}, and ${outcome}.`;
  }
  if (inputs !== null) return `Drift: ${inputs}.`;
  return `Drift: the scores moved${report.score === null ? "" : ` (${percent(report.score.effect ?? 0)} of the rows)`}${period(report.current)}.`;
}

function calibrationSentence(found: Performance, when: string): string {
  const rate = found.observed <= 1 && found.predicted <= 1 && found.observed >= 0 && found.predicted >= 0;
  const show = (value: number) => (rate ? percent(value) : String(Number(value.toPrecision(4))));
  const way = found.ratio.value < 1 ? "over-predicted" : "under-predicted";
  const [low, high] = found.bound;
  const bound = `bound ${low.toFixed(2)} … ${high.toFixed(2)}`;
  return `outcomes are ${way}: observed ${show(found.observed)}, predicted ${show(found.predicted)}${when} (ratio ${found.ratio.value.toFixed(2)}, ${bound})`;
}

function done(report: Told): string {
  if (report.action === "retrain") {
    const count = report.retrain?.candidates.length ?? 0;
    return `Retraining is asked for: ${count} ${count === 1 ? "candidate" : "candidates"}.`;
  }
  if (report.action === "running") return "A retraining asked for before is still under way.";
  return report.action === "issue" ? "An issue is asked for." : "Reported; nothing was started.";
}

function named(columns: readonly ColumnDrift[]): string {
  const [first, second, third] = columns;
  const tell = (column: ColumnDrift) => `\`${column.name}\` (${percent(column.effect ?? 0)} of the rows)`;
  if (first === undefined) return "nothing";
  if (second === undefined) return tell(first);
  if (third === undefined) return `${tell(first)} and ${tell(second)}`;
  return `${tell(first)}, ${tell(second)} and ${columns.length - 2} more`;
}

function period({ from, to }: Pick<DriftReport["current"], "from" | "to">): string {
  if (from === null || to === null) return "";
  return from === to ? ` on ${from}` : ` from ${from} to ${to}`;
}
