import type { Gate } from "../../config/config.ts";
import type { Task } from "../../config/task.ts";
import { TrainyardError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import { meant, standardMetric } from "../../train/metric-names.ts";
import type { Metric } from "../../train/run-record.ts";
import type { ReportedPair } from "../intervals/reported.ts";
import { UNBOUNDED } from "../metrics/define.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { knownMetric, taskMetrics } from "../metrics/metrics.ts";
import { compares } from "./gate.ts";

/** Numbers the runs reported themselves; those of the baseline are null without one. */
export interface Reported {
  readonly metrics: readonly Metric[];
  readonly baselineMetrics: readonly Metric[] | null;
}

/** Gated metrics that only stand in the metrics file. @throws METRIC_UNKNOWN, GOAL_UNKNOWN */
export function gatedReported(
  gates: readonly Gate[],
  computed: readonly string[],
  evidence: Reported,
  task: Task,
): Map<string, ReportedPair> {
  const points = new Map<string, ReportedPair>();
  const reported = evidence.metrics.map(standardMetric);
  for (const gate of gates) {
    if (computed.includes(gate.metric)) continue;
    const metric = meant(reported, gate.metric);
    if (metric === undefined) throw unknown(gate.metric, computed, evidence, task);
    const goal = gate.goal ?? metric.goal ?? knownMetric(metric.name, task)?.goal;
    if (goal === undefined && compares(gate)) throw new TrainyardError("GOAL_UNKNOWN", { metric: gate.metric });
    const other = goal ?? (gate.min === undefined ? "minimize" : "maximize");
    points.set(gate.metric, reportedPair(metric, gate.metric, other, evidence, task));
  }
  return points;
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
  const points = new Map<string, ReportedPair>();
  const reported = evidence.metrics.map(standardMetric);
  for (const name of shown) {
    const metric = meant(reported, name);
    if (metric === undefined || computed.includes(name)) continue;
    const goal = metric.goal ?? knownMetric(metric.name, task)?.goal ?? (TIME.test(name) ? "minimize" : undefined);
    if (goal !== undefined) points.set(name, reportedPair(metric, name, goal, evidence, task));
  }
  return points;
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
  return new TrainyardError("METRIC_UNKNOWN", { metric, nearest: nearest(metric, known), known });
}

/** Metrics a gate may name although they are not shown by default. */
function quiet(task: Task, computed: readonly string[]): string[] {
  const all = taskMetrics[task].metrics;
  const scored = all.some((metric) => metric.needs === "scores" && computed.includes(metric.name));
  return all.filter(({ needs }) => needs !== "costs" && (scored || needs === "decisions")).map((metric) => metric.name);
}

/** One of them beside the baseline's of the same name, on rows of the same split where both say which; `name` is what the reader asked for. */
export function reportedPair(
  metric: Metric,
  name: string,
  goal: "maximize" | "minimize",
  { baselineMetrics }: Reported,
  task: Task,
): ReportedPair {
  const others = (baselineMetrics ?? []).map(standardMetric).filter((one) => one.name === metric.name);
  const same = others.find(({ split }) => split === metric.split) ?? others.find(({ split }) => split === null);
  const baseline = same ?? (metric.split === null ? meant(others, metric.name) : undefined) ?? null;
  const range = knownMetric(metric.name, task)?.range ?? UNBOUNDED;
  return { metric: { name, goal, unit: metric.unit ?? "", range }, candidate: metric, baseline };
}
