import type { EvaluationReport, MetricComparison } from "../../evaluate/evaluation-report.ts";
import { estimateText } from "../format/interval.ts";
import { metricTitle, unitSuffix } from "../format/metric-name.ts";
import { count, levelText } from "../format/number.ts";
import { seedRows } from "../format/seeds.ts";
import { crossCheckText, testP, testTitle } from "../format/test-name.ts";
import { type ForestRow, forestPlot } from "../svg/forest-plot.ts";
import { type GateReading, gainLimit, gateReadings } from "../verdict/gate-reading.ts";
import { isNeutral, judgedDecimals, metricRow } from "../verdict/metric-rows.ts";
import { standardText } from "../verdict/verdict-clauses.ts";
import { htmlFigure, htmlTable } from "./element.ts";

const MOST = 40;

/** Intervals of all metrics against the baseline, or, of a first model, against its standards. Empty when there is neither. */
export function metricSection(report: EvaluationReport): string {
  const readings = gateReadings(report);
  const against = report.baseline === null ? null : report.baseline.label;
  const rows = against === null ? standardRows(readings) : differenceRows(report.metrics.slice(0, MOST), readings);
  if (rows.length === 0) return against === null ? metricTable(report) : "";
  const centre = against ?? "standard";
  const title =
    against === null
      ? `Metrics of ${report.model} against their standards`
      : `Metrics of ${report.model}, candidate against ${against}`;
  const description = rows.map(({ label, figures }) => `${label}: ${figures}`).join(". ");
  const dashed = rows.some(({ limit }) => limit !== null && limit !== 0) ? " A dashed line is a gate's margin." : "";
  const signs = rows.some(({ status }) => status !== null) ? " ✓, ✕ and ? are what its gate decided." : "";
  const what =
    against === null
      ? "The candidate's distance from each standard"
      : `Figures are the candidate's − those of ${against}`;
  const neutral = rows.filter((row) => row.neutral === true).map(({ label }) => label);
  const sideless = neutral.length === 0 ? "" : ` Of ${neutral.join(", ")} neither more nor less is better.`;
  const known = rows.some(({ interval }) => interval !== null);
  const level = known ? ` with the ${levelText(report.method.level)} interval` : "";
  const colours = known
    ? "blue where the whole interval is, a red diamond where all of it is worse, grey where neither is sure."
    : "grey all of them, since points alone are sure of nothing.";
  const caption = `${what}${level}. Each row has its own scale; right of the line is better, ${colours}${dashed}${signs}${sideless}`;
  return htmlFigure((width) => forestPlot(rows, centre, { width, title, description }), caption, metricTable(report));
}

/** What each of several runs that were judged together has by itself. Empty for one run. */
export function seedSection({ seeds }: EvaluationReport): string {
  if (seeds === undefined) return "";
  const columns = [
    { name: "run" },
    { name: "seed", kind: "num" as const },
    { name: metricTitle(seeds.metric), kind: "num" as const },
  ];
  return htmlTable(columns, seedRows(seeds));
}

function differenceRows(metrics: readonly MetricComparison[], readings: readonly GateReading[]): ForestRow[] {
  return metrics.flatMap((metric) => {
    if (metric.gain === null || metric.difference === null) return [];
    const judged = readings.find(
      (reading) => reading.kind === "comparing" && reading.metric === metric && reading.check.status !== "skipped",
    );
    const decimals = judged?.decimals ?? judgedDecimals(metric.difference, metric.candidate, 0);
    return [
      {
        label: metricTitle(metric.name),
        figures: `${estimateText(metric.difference, decimals, true)}${unitSuffix(metric.unit)}`,
        gain: metric.gain.value,
        interval: metric.gain.interval,
        limit: judged === undefined ? null : gainLimit(judged),
        status: judged?.check.status ?? null,
        neutral: isNeutral(metric),
      },
    ];
  });
}

/** How far the candidate lies on the good side of each standard. */
function standardRows(readings: readonly GateReading[]): ForestRow[] {
  return readings.flatMap(({ kind, metric, shown, limit, decimals, check }) => {
    if (kind !== "absolute" || metric === null || shown === null || limit === null) return [];
    const sign = metric.goal === "minimize" ? -1 : 1;
    const ends = shown.interval?.map((end) => (end - limit) * sign).sort((a, b) => a - b) ?? null;
    return [
      {
        label: metricTitle(metric.name),
        figures: `${estimateText(shown, decimals)}${unitSuffix(metric.unit)}, standard ${standardText(limit)}`,
        gain: (shown.value - limit) * sign,
        interval: ends === null ? null : ([ends[0], ends[1]] as [number, number]),
        limit: 0,
        status: check.status,
      },
    ];
  });
}

function metricTable(report: EvaluationReport): string {
  if (report.metrics.length === 0) return "";
  const tested = report.metrics.some(({ test }) => test !== undefined);
  const compared = report.metrics.some(({ test }) => test?.p != null);
  const checked = report.metrics.some(({ crossCheck }) => crossCheck !== undefined);
  const grouped = report.metrics.some(({ effectiveRows }) => effectiveRows !== undefined);
  const rows = report.metrics.slice(0, MOST).map((metric) => {
    const [name, baseline, candidate, difference] = metricRow(metric);
    const better = isNeutral(metric) ? "–" : metric.goal === "minimize" ? "less" : "more";
    return [
      name,
      ...(report.baseline === null ? [candidate] : [difference, baseline, candidate]),
      better,
      ...(tested ? [testTitle(metric)] : []),
      ...(compared ? [testP(metric)] : []),
      ...(checked ? [crossCheckText(metric)] : []),
      ...(grouped ? [metric.effectiveRows === undefined ? "–" : count(metric.effectiveRows)] : []),
    ];
  });
  const columns = [
    { name: "metric" },
    ...(report.baseline === null
      ? []
      : [
          { name: "difference", kind: "num" as const },
          { name: report.baseline.label, kind: "num" as const },
        ]),
    { name: "candidate", kind: "num" as const },
    { name: "better is" },
    ...(tested ? [{ name: compared ? "tested by" : "interval by" }] : []),
    ...(compared ? [{ name: "p of no difference", kind: "num" as const }] : []),
    ...(checked ? [{ name: "second opinion" }] : []),
    ...(grouped ? [{ name: "as independent rows", kind: "num" as const }] : []),
  ];
  return htmlTable(columns, rows, true, report.baseline === null ? "Metrics" : "Metrics of both sides");
}
