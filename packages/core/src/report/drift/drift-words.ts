import type { ColumnDrift, DriftReport, Performance } from "../../drift/drift-report.ts";
import { groupNoun } from "../../group-noun.ts";
import { DAY, instant, longDate } from "../../time.ts";
import { count, counted, fixed, levelText, percent } from "../format/number.ts";

/** The headline's word for a drift verdict. */
export const DRIFT_HEADLINES: Readonly<Record<DriftReport["verdict"], string>> = {
  quiet: "quiet",
  drift: "drift",
  "data-broken": "data broken",
  "insufficient-data": "too little data to tell",
};

export const DRIFT_SIGNS: Readonly<Record<DriftReport["verdict"], string>> = {
  quiet: "✅",
  drift: "⚠️",
  "data-broken": "❌",
  "insufficient-data": "–",
};

const DRIFT_ACTIONS: Readonly<Record<DriftReport["action"], string>> = {
  none: "Nothing needs to be done.",
  report: "Reported only.",
  issue: "An issue is asked for; it is the workflow that opens one.",
  retrain: "Retraining is asked for.",
  stopped: "Stopped; nothing may be trained on this data.",
  running: "A retraining asked for before is still under way.",
};

export const COLUMN_WORDS: Readonly<Record<ColumnDrift["status"], string>> = {
  quiet: "quiet",
  minor: "minor",
  drift: "drift",
  broken: "broken",
  "not-tested": "not tested",
};

/** What should happen next, as a sentence. */
export function nextText({ action, verdict, model }: DriftReport): string {
  if (verdict === "insufficient-data") return "More rows are needed before anything can be said.";
  // Two files of one's own: nothing runs that could be stopped.
  if (model === "" && action === "stopped") return "Repair the data first; nothing should be trained on it.";
  return DRIFT_ACTIONS[action];
}

/** "5 columns quiet, 1 not tested", scores included. */
export function stillText(columns: readonly ColumnDrift[]): string {
  const quiet = columns.filter(({ status }) => status === "quiet").length;
  const untested = columns.length - quiet;
  if (quiet === 0) return `${counted(untested, "column")} not tested`;
  return `${counted(quiet, "column")} quiet${untested === 0 ? "" : `, ${count(untested)} not tested`}`;
}

/** "flight-delays v2"; without a model the files that are compared: "february.parquet against january.parquet". */
export function watched({ model, version, current, reference }: DriftReport): string {
  if (model === "") {
    const [first, ...more] = current.files;
    const name = first?.path.split("/").at(-1) ?? "the current rows";
    return `${name}${more.length === 0 ? "" : ` and ${count(more.length)} more`} against ${reference.source}`;
  }
  return version === null ? model : `${model} v${version}`;
}

/** Columns by how much they moved, the broken first; the score leads among equals because it is what users feel. */
export function rankedColumns(report: DriftReport): { loud: ColumnDrift[]; quiet: ColumnDrift[] } {
  const order: Readonly<Record<ColumnDrift["status"], number>> = {
    broken: 0,
    drift: 1,
    minor: 2,
    quiet: 3,
    "not-tested": 4,
  };
  const all = [...(report.score === null ? [] : [report.score]), ...report.columns];
  const sorted = all.sort((a, b) => order[a.status] - order[b.status] || (b.effect ?? 0) - (a.effect ?? 0));
  const isLoud = ({ status }: ColumnDrift) => status === "broken" || status === "drift" || status === "minor";
  return { loud: sorted.filter(isLoud), quiet: sorted.filter((column) => !isLoud(column)) };
}

/** "0 %", or "0 % → 1.3 %" where it changed. */
export function missingText({ referenceNullRate, currentNullRate }: ColumnDrift): string {
  const [before, now] = [percent(referenceNullRate), percent(currentNullRate)];
  return before === now ? now : `${before} → ${now}`;
}

export function effectText({ effect }: ColumnDrift): string {
  return effect === null ? "–" : percent(effect);
}

/** "Observed 12.1 %, predicted 20.2 % on 116,524 labelled rows of 21 days: ratio 0.60 [0.52, 0.68] at level 98.1 %, bound 0.80 … 1.25." */
export function performanceSentence(performance: Performance): string {
  const { observed, predicted, ratio, bound, rows, groups, clusters, level, labelled } = performance;
  const share = (value: number) =>
    observed >= 0 && observed <= 1 && predicted >= 0 && predicted <= 1 ? percent(value) : fixed(value, 2);
  const of =
    groups === null || clusters === null ? "" : ` of ${counted(clusters, groupNoun(groups, 1), groupNoun(groups, 2))}`;
  const interval =
    ratio.interval === null
      ? ""
      : ` [${fixed(ratio.interval[0], 2)}, ${fixed(ratio.interval[1], 2)}] at level ${levelText(level)}`;
  const labels = labelled < 1 ? ` Labels have arrived for ${percent(labelled)} of the rows.` : "";
  return `Observed ${share(observed)}, predicted ${share(predicted)} on ${counted(rows, "labelled row")}${of}: ratio ${fixed(ratio.value, 2)}${interval}, bound ${fixed(bound[0], 2)} … ${fixed(bound[1], 2)}.${labels}`;
}

/** "116,524 rows, 2 April 2001 – 8 April 2001" */
export function currentText({ current }: DriftReport): string {
  const [from, to] = [day(current.from), day(current.to)];
  const span = from === null || to === null ? "" : from === to ? `, ${from}` : `, ${from} – ${to}`;
  return counted(current.rows, "row") + span;
}

/** "This check raises a false alarm with probability 1.92 %: 1 a year at 52 checks a year." */
export function alarmText({ alpha, falseAlarmsPerYear, runsPerYear }: DriftReport): string {
  return `The whole check raises a false alarm with probability ${percent(alpha, 2)}: ${fixed(falseAlarmsPerYear, falseAlarmsPerYear % 1 === 0 ? 0 : 1)} a year at ${fixed(runsPerYear, 0)} checks a year.`;
}

export function day(text: string | null): string | null {
  const at = text === null ? null : instant(text);
  return at === null ? text : longDate(Math.floor(at / DAY) * DAY).replace(/, 00:00$/, "");
}
