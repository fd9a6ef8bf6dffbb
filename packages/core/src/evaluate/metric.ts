import type { Goal, Task } from "../config/task.ts";
import type { Predictions } from "./predictions.ts";

/** What a metric is computed from: rows one model scored, of one task. Labels are there unless the task is `scores`. */
export type JudgedRows = Pick<Predictions, "task" | "rows" | "classes" | "labels" | "scores" | "decisions" | "groups">;

/** A metric: its direction, its unit, what it needs, and how it follows from sums over rows or from the ranking of the rows. */
export interface MetricDefinition {
  /** scikit-learn's name where it has one. */
  readonly name: string;
  readonly goal: Goal;
  readonly unit: string;
  /** `scores`: probabilities or predictions; `decisions`: `y_pred`, or the likeliest class (binary: at 0.5), will do. */
  readonly needs: "scores" | "decisions";
  /** Values it can take; its own interval is cut there. */
  readonly range: readonly [number, number];
  readonly from: FromSums | FromRanking;
}

/** A function, the same when all sums are multiplied by one number, of sums of row features. */
export interface FromSums {
  readonly kind: "sums";
  of(sums: ArrayLike<number>): number;
  /** For shares of rows: successes and trials, for Wilson's interval. */
  share?(sums: ArrayLike<number>): readonly [successes: number, trials: number];
  /** For shares whose trials the labels alone decide: whether a row is a trial and, if so, a success; for paired differences. */
  trial?(rows: JudgedRows, row: number): boolean | null;
}

export interface FromRanking {
  readonly kind: "roc-auc" | "average-precision" | "roc-auc-ovr";
}

/** Features of every row, written sparsely: what the sums of a task are made of. */
export interface RowFeatures {
  readonly size: number;
  /** Adds a row's features to `into`, from `offset` on. */
  add(row: number, into: Float64Array, offset: number): void;
  /** Scalar product of a row's features with a gradient of length `size`. */
  dot(row: number, gradient: Float64Array): number;
}

/** All that evaluation knows of a task. */
export interface TaskMetrics {
  readonly task: Task;
  /** In the order they are shown. The first that a file allows is what a default gate holds to. */
  readonly metrics: readonly MetricDefinition[];
  features(rows: JudgedRows): RowFeatures;
}
