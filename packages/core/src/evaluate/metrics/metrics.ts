import type { Goal, Task } from "../../config/task.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { binary } from "./binary-metrics.ts";
import type { MetricDefinition, TaskMetrics } from "./metric.ts";
import { multiclass } from "./multiclass-metrics.ts";
import { multilabel } from "./multilabel-metrics.ts";
import { ranking } from "./ranking-metrics.ts";
import { regression } from "./regression-metrics.ts";
import { namedMetrics, scores } from "./score-metrics.ts";

/** The metrics of every task: one table. */
export const taskMetrics: Readonly<Record<Task, TaskMetrics>> = {
  binary,
  multiclass,
  multilabel,
  regression,
  ranking,
  scores,
};

/** Shown when nobody asked for more: the rest only where a gate names them. */
const SHOWN: ReadonlySet<string> = new Set([
  ...["log_loss", "roc_auc", "average_precision", "brier", "accuracy"],
  ...["roc_auc_ovr", "f1_macro", "rmse", "mae", "r2", "bias"],
  ...["roc_auc_macro", "average_precision_macro", "f1_micro", "hamming_loss"],
  ...["ndcg@10", "mrr", "mean_score", "expected_cost"],
]);

/** Only where somebody asks for them: one repeats another, and of the other neither more nor less is better. */
const ASKED: ReadonlySet<string> = new Set(["false_positive_rate", "selection_rate"]);

/**
 * The metrics to compute for these rows: those shown by default, and those that gates name. Of task `scores` they are the file's own.
 * @param baseline The other side: where it has no scores, only decisions are compared.
 * @param goals Directions that gates give to metrics of the file's own.
 */
export function metricsFor(
  candidate: JudgedRows,
  baseline: JudgedRows | null,
  gated: readonly string[],
  goals: ReadonlyMap<string, Goal> = new Map(),
): MetricDefinition[] {
  const { task } = candidate;
  if (candidate.named !== undefined) return namedMetrics(candidate, baseline, gated, goals);
  const rows = baseline?.scores === null ? { ...candidate, scores: null } : candidate;
  const families = [...new Set(gated)].flatMap((name) => familyMetric(name, task) ?? []);
  return [...taskMetrics[task].metrics, ...families].filter(
    (metric) =>
      computable(metric, rows) &&
      (SHOWN.has(metric.name) || gated.includes(metric.name) || (rows.scores === null && !ASKED.has(metric.name))),
  );
}

function computable({ needs }: MetricDefinition, rows: JudgedRows): boolean {
  if (needs === "decisions") return rows.decisions !== null;
  if (needs === "costs") return rows.decisions !== null && rows.costs !== undefined;
  if (rows.scores === null) return false;
  return needs === "scores" || needs.every((column) => rows.extra[column] !== undefined);
}

/** A metric that Trainyard knows, for any task that has it; null for somebody's own. */
export function knownMetric(name: string, task: Task): MetricDefinition | null {
  return taskMetrics[task].metrics.find((metric) => metric.name === name) ?? familyMetric(name, task);
}

function familyMetric(name: string, task: Task): MetricDefinition | null {
  const { metrics, families } = taskMetrics[task];
  if (metrics.some((metric) => metric.name === name)) return null; // f1 and ndcg@10 stand in the list
  for (const { of } of families) {
    const metric = of(name);
    if (metric !== null) return metric;
  }
  return null;
}

/** Rows of the rarest class that occurs, as many as count alike (Kish 1965); null for tasks in which a row has no one class. */
export function rarest({ task, classes, labels, weights }: JudgedRows): number | null {
  if (classes.length === 0 || labels === null || task === "multilabel") return null;
  const sums = new Float64Array(classes.length);
  const squares = new Float64Array(classes.length);
  for (let row = 0; row < labels.length; row++) {
    const weight = weights?.[row] ?? 1;
    const label = labels[row] as number;
    sums[label] = (sums[label] as number) + weight;
    squares[label] = (squares[label] as number) + weight * weight;
  }
  return Math.min(...sums.map((sum, k) => (sum * sum) / (squares[k] as number)).filter((count) => count > 0));
}

/** The task that reported metrics are of, told from their names: the first that knows most of them; `scores` where none knows any. */
export function taskOf(metrics: readonly { readonly name: string }[]): Task {
  let best: { task: Task; known: number } = { task: "scores", known: 0 };
  for (const { task } of Object.values(taskMetrics)) {
    const known = metrics.filter(({ name }) => knownMetric(name, task) !== null).length;
    if (known > best.known) best = { task, known };
  }
  return best.task;
}
