import type { Gate } from "../../config/config.ts";
import type { Task } from "../../config/task.ts";
import { TrainyardError } from "../../errors.ts";
import { meant, standardMetric } from "../../train/metric-names.ts";
import type { Metric } from "../../train/run-record.ts";
import type { ReportedPair } from "../intervals/reported.ts";
import { UNBOUNDED } from "../metrics/define.ts";
import { meantMetric } from "../metrics/meant-metric.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { knownMetric, taskMetrics } from "../metrics/metrics.ts";
import { compares } from "./gate.ts";

/** Numbers the runs reported themselves; those of the baseline are null without one. */
export interface Reported {
  readonly metrics: readonly Metric[];
  readonly baselineMetrics: readonly Metric[] | null;
}

/**
 * Gated metrics that only stand in the metrics file. One that rows give is never taken from there: leaving a column out must not put the training's own word
 * in the place of what is computed.
 * @param computed What the rows gave; null where there are no rows.
 * @throws METRIC_UNKNOWN, METRIC_UNCOMPUTED, GOAL_UNKNOWN, COSTS_MISSING, METRICS_INVALID
 */
export function gatedReported(
  gates: readonly Gate[],
  computed: readonly string[] | null,
  evidence: Reported,
  task: Task,
): Map<string, ReportedPair> {
  const pairs = new Map<string, ReportedPair>();
  const reported = evidence.metrics.map(standardMetric);
  for (const gate of gates) {
    if (computed?.includes(gate.metric)) continue;
    const known = knownMetric(gate.metric, task);
    const metric = meant(reported, gate.metric);
    if (computed !== null && known !== null && known.needs !== "costs")
      throw new TrainyardError("METRIC_UNCOMPUTED", { metric: gate.metric, needs: needed(known) });
    if (metric === undefined) throw unknown(gate.metric, computed ?? [], evidence, task);
    const other = counterpart(metric, evidence);
    const goal = gate.goal ?? knownMetric(metric.name, task)?.goal ?? agreed(metric, other);
    if (goal === null && compares(gate)) throw new TrainyardError("GOAL_UNKNOWN", { metric: gate.metric });
    const shown = goal ?? (gate.min === undefined ? "minimize" : "maximize");
    pairs.set(gate.metric, pairOf(metric, other, gate.metric, shown, task));
  }
  return pairs;
}

/** Columns a metric is computed from. */
function needed({ needs }: MetricDefinition): string {
  return needs === "scores" ? "y_score" : typeof needs === "string" ? "y_pred" : needs.join(" and ");
}

/** The way both sides say is better. A candidate alone may not choose it: its word could turn a loss into a gain. */
function agreed({ goal }: Metric, other: Metric | null): Metric["goal"] {
  return other === null || other.goal === goal ? goal : null;
}

/** Of two measured times the shorter is better, whatever it is called. */
const TIME = /(?:^|[._-])(?:latency|duration|seconds|ms)(?:[._-]|$)/i;

/** Metrics that were asked for and only stand in the metrics file, such as `latency_ms`. One whose better way nobody said is not compared. */
export function shownReported(
  shown: readonly string[],
  computed: readonly string[],
  evidence: Reported,
  task: Task,
): Map<string, ReportedPair> {
  const pairs = new Map<string, ReportedPair>();
  const reported = evidence.metrics.map(standardMetric);
  for (const name of shown) {
    const metric = meant(reported, name);
    if (metric === undefined || computed.includes(name) || knownMetric(name, task) !== null) continue; // rows would have given it
    const goal = metric.goal ?? (TIME.test(name) ? "minimize" : undefined);
    if (goal !== undefined) pairs.set(name, reportedPair(metric, name, goal, evidence, task));
  }
  return pairs;
}

/** Holds metrics that were asked for against those that these rows, or the metrics file, have. @throws METRIC_UNKNOWN */
export function refuseUnknown(
  asked: readonly string[],
  computed: readonly MetricDefinition[],
  reported: Reported["metrics"],
  task: Task,
): void {
  const names = computed.map(({ name }) => name);
  for (const name of asked)
    if (!names.includes(name) && meant(reported.map(standardMetric), name) === undefined)
      throw unknown(name, names, { metrics: reported }, task);
}

function unknown(metric: string, computed: readonly string[], { metrics }: Pick<Reported, "metrics">, task: Task) {
  if (knownMetric(metric, task)?.needs === "costs") return new TrainyardError("COSTS_MISSING", { metric });
  const more = computed.length > 0 ? quiet(task, computed) : [];
  const known = [...new Set([...computed, ...more, ...metrics.map(({ name }) => name)])];
  return new TrainyardError("METRIC_UNKNOWN", { metric, ...meantMetric(metric, known, task), task, known });
}

/** Metrics a gate may name although they are not shown by default. */
function quiet(task: Task, computed: readonly string[]): string[] {
  const all = taskMetrics[task].metrics;
  const scored = all.some((metric) => metric.needs === "scores" && computed.includes(metric.name));
  return all.filter(({ needs }) => needs !== "costs" && (scored || needs === "decisions")).map((metric) => metric.name);
}

/** A reported metric beside the baseline's of the same name, on rows of the same split where both say which; `name` is what the reader asked for. @throws METRICS_INVALID */
export function reportedPair(
  metric: Metric,
  name: string,
  goal: "maximize" | "minimize",
  evidence: Reported,
  task: Task,
): ReportedPair {
  return pairOf(metric, counterpart(metric, evidence), name, goal, task);
}

/** The baseline's number of the same name: of the same rows, else of rows nobody named. Training rows are never held against others. */
function counterpart(metric: Metric, { baselineMetrics }: Reported): Metric | null {
  const others = (baselineMetrics ?? []).map(standardMetric).filter((one) => one.name === metric.name);
  const same = others.find(({ split }) => split === metric.split);
  if (same !== undefined || metric.split === "train") return same ?? null;
  const rest = others.filter(({ split }) => split !== "train");
  const unnamed = rest.find(({ split }) => split === null);
  return unnamed ?? (metric.split === null ? meant(rest, metric.name) : undefined) ?? null;
}

function pairOf(
  metric: Metric,
  baseline: Metric | null,
  name: string,
  goal: "maximize" | "minimize",
  task: Task,
): ReportedPair {
  const range = knownMetric(metric.name, task)?.range ?? UNBOUNDED;
  refuseOutside(metric, range, "metrics.json");
  if (baseline !== null) refuseOutside(baseline, range, "the baseline's metrics.json");
  return { metric: { name, goal, unit: metric.unit ?? "", range }, candidate: metric, baseline };
}

/** @throws METRICS_INVALID */
function refuseOutside({ name, value }: Metric, [low, high]: readonly [number, number], path: string): void {
  if (value >= low && value <= high) return;
  const problem = `is ${value}, and lies between ${low} and ${high}`;
  throw new TrainyardError("METRICS_INVALID", { path, field: name, problem });
}
