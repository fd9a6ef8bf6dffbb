import type { EvaluationReport, MetricComparison } from "../../evaluate/evaluation-report.ts";
import { count, counted } from "../format/number.ts";
import { crossCheckTitle } from "../format/test-name.ts";
import type { Phrase } from "../phrase.ts";
import { rowsJudged } from "./rows-judged.ts";

/** What the rows amount to, and where a second opinion says otherwise than the interval: "`log_loss`: 508,120 rows say as much as 4,300 independent ones." */
export function evidenceLines(report: EvaluationReport): Phrase[][] {
  return [...effectiveLine(report), ...report.metrics.flatMap((metric) => disagreement(metric, report) ?? [])];
}

/** Of the metric a gate judges first, else of the first. */
function effectiveLine(report: EvaluationReport): Phrase[][] {
  const { metrics, checks } = report;
  const known = metrics.filter(({ effectiveRows }) => effectiveRows !== undefined);
  const metric = known.find(({ name }) => checks.some(({ subject }) => subject === name)) ?? known[0];
  const rows = rowsJudged(report);
  if (metric?.effectiveRows === undefined || rows === 0 || metric.effectiveRows === rows) return [];
  const worth = `${counted(rows, "row")} ${rows === 1 ? "says" : "say"} as much as ${count(metric.effectiveRows)} independent`;
  return [[{ code: metric.name }, `: ${worth} ${metric.effectiveRows === 1 ? "one" : "ones"}.`]];
}

function disagreement(metric: MetricComparison, { method }: EvaluationReport): Phrase[][] | null {
  const { crossCheck, difference } = metric;
  const interval = difference?.interval ?? null;
  if (crossCheck === undefined || interval === null) return null;
  const sure = interval[0] > 0 || interval[1] < 0;
  const differs = crossCheck.p < 1 - method.level;
  if (sure === differs) return null;
  const title = crossCheckTitle(metric);
  const pairs = method.groups === null ? "rows" : "groups";
  const words = sure
    ? `: the interval excludes no difference, ${title} do not: a few ${pairs} may make most of it. The interval decides.`
    : `: the interval holds no difference, though ${title} find one: most ${pairs} lean one way and the mean does not follow. The interval decides.`;
  return [[{ code: metric.name }, words]];
}
