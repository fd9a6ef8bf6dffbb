import type { Task } from "../config/task.ts";
import { binary } from "./binary-metrics.ts";
import type { JudgedRows, MetricDefinition, TaskMetrics } from "./metric.ts";
import { multiclass } from "./multiclass-metrics.ts";
import { regression } from "./regression-metrics.ts";
import { ranking, scores } from "./score-metrics.ts";

/** The metrics of every task: one table. */
export const taskMetrics: Readonly<Record<Task, TaskMetrics>> = { binary, multiclass, regression, ranking, scores };

/** Shown when nobody asked for more: the rest only where a gate names them. */
const QUIET: ReadonlySet<string> = new Set([
  "balanced_accuracy",
  "precision",
  "recall",
  "specificity",
  "f1",
  "mcc",
  "precision_macro",
  "recall_macro",
  "mape",
]);

/** The metrics to compute for these rows: those shown by default, and those that gates name. */
export function metricsFor(rows: JudgedRows, gated: readonly string[]): MetricDefinition[] {
  return taskMetrics[rows.task].metrics.filter(
    (metric) =>
      (metric.needs === "decisions" || rows.scores !== null) &&
      (!QUIET.has(metric.name) || gated.includes(metric.name) || rows.scores === null),
  );
}

/** A metric that Trainyard knows, for any task that has it; null for somebody's own. */
export function knownMetric(name: string, task: Task): MetricDefinition | null {
  return taskMetrics[task].metrics.find((metric) => metric.name === name) ?? null;
}

/** Rows of the rarest class that occurs; null for tasks without classes. */
export function rarest({ classes, labels }: JudgedRows): number | null {
  if (classes.length === 0 || labels === null) return null;
  const counts = new Float64Array(classes.length);
  for (let row = 0; row < labels.length; row++)
    counts[labels[row] as number] = (counts[labels[row] as number] as number) + 1;
  return Math.min(...counts.filter((count) => count > 0));
}
