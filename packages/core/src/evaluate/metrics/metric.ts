import type { Goal, Task } from "../../config/task.ts";
import type { ExtraColumn, JudgedRows } from "../rows/predictions.ts";

/** A metric: its direction, its unit, what it needs, and how it follows from sums over rows or from the ranking of the rows. */
export interface MetricDefinition {
  /** scikit-learn's name where it has one. */
  readonly name: string;
  readonly goal: Goal;
  readonly unit: string;
  /** `scores`: probabilities or predictions; `decisions`: `y_pred`, or the likeliest class (binary: at 0.5), will do, for `costs` with what they cost; else columns of those names. */
  readonly needs: "scores" | "decisions" | "costs" | readonly ExtraColumn[];
  /** Values it can take; its own interval is cut there. */
  readonly range: readonly [number, number];
  readonly from: FromSums | FromRatio | FromRanking | FromBins | FromDebiased | FromDecomposition | FromExtreme;
  /** Of a metric that is the absolute value of a number, that number: its interval is computed and then folded. */
  readonly signed?: FromSums | FromRatio;
  /** Moves in steps, or has a kink where its values lie: without groups its interval comes from draws of rows, since no derivative tells it. */
  readonly jumps?: true;
  /** Of so many rows, those it rests on, where these are not all: the first ten, say. */
  rests?(rows: number): number;
}

/** A function, the same when all sums are multiplied by one number, of sums of row features. */
export interface FromSums {
  readonly kind: "sums";
  /** Features of its own; without them the task's. */
  features?(rows: JudgedRows): RowFeatures;
  of(sums: ArrayLike<number>): number;
  /** For shares of rows: successes and trials, for Wilson's interval. */
  share?(sums: ArrayLike<number>): readonly [successes: number, trials: number];
  /** For shares whose trials the labels alone decide: whether a row is a trial and, if so, a success; for paired differences. */
  trial?(rows: JudgedRows, row: number): boolean | null;
  /** A number of every row whose mean orders models as the metric does: what a second opinion compares. */
  each?(rows: JudgedRows): Float64Array;
}

/** One sum over rows by another: a mean, where `below` is null. What stands below is of the rows, not of a model. */
export interface FromRatio {
  readonly kind: "ratio";
  /** Above is 1 or 0, below 1 or null: a share of rows, or of queries. */
  readonly share?: true;
  parts(rows: JudgedRows): { readonly above: Float64Array; readonly below: Float64Array | null };
}

export interface FromRanking {
  readonly kind:
    | "roc-auc"
    | "average-precision"
    | "roc-auc-ovr"
    | "roc-auc-ovr-weighted"
    | "roc-auc-macro"
    | "average-precision-macro";
}

/** A function of how much weight lies in each bin of the rows in descending order of a key: exact where every distinct key is a bin of its own. */
export interface FromBins {
  readonly kind: "bins";
  key(rows: JudgedRows): Float64Array;
  of(bins: Bins): number;
}

/** One weighting of binned rows. `low` and `high`: the least and the greatest key of each bin. */
export interface Bins {
  readonly bins: number;
  readonly positives: Float64Array;
  readonly rows: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** The expected calibration error of binary scores, less its expectation by chance. */
export interface FromDebiased {
  readonly kind: "debiased-ece";
}

/** A part of the Brier score of binary scores, less what chance adds to it. */
export interface FromDecomposition {
  readonly kind: "brier-decomposition";
  readonly which: "reliability" | "resolution";
}

/** A number that one row alone can decide: it has a value and no interval. */
export interface FromExtreme {
  readonly kind: "extreme";
  of(rows: JudgedRows): number;
}

/** A share of trials, each right or wrong. */
export function isShare({ from }: MetricDefinition): boolean {
  return (from.kind === "sums" || from.kind === "ratio") && from.share !== undefined;
}

/** A quality from 0 to 1 that is no function of sums: AUC, NDCG, MRR. Its interval is told from its odds. */
export function isOnUnitInterval({ from, range }: MetricDefinition): boolean {
  return from.kind !== "sums" && range[0] === 0 && range[1] === 1;
}

/** Features of every row, written sparsely: what the sums of a task are made of. */
export interface RowFeatures {
  readonly size: number;
  /** Adds a row's features, times its weight, to `into`, from `offset` on. */
  add(row: number, weight: number, into: Float64Array, offset: number): void;
  /** Scalar product of a row's features, without its weight, with a gradient of length `size`. */
  dot(row: number, gradient: Float64Array): number;
}

/** All that evaluation knows of a task. */
export interface TaskMetrics {
  readonly task: Task;
  /** In the order they are shown. The first that a file allows is what a default gate holds to. */
  readonly metrics: readonly MetricDefinition[];
  /** Those with a number in their name, as gates may ask for them: their forms for a help text, and the metric of a name. */
  readonly families: readonly MetricFamily[];
  features(rows: JudgedRows): RowFeatures;
}

/** Metrics that differ by a number: `precision@100`, `f0.5`. */
export interface MetricFamily {
  /** How its names look: "precision@K". */
  readonly form: string;
  /** Null when the name is none of this family. */
  of(name: string): MetricDefinition | null;
}
