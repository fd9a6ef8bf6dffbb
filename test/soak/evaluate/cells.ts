import type { World } from "./worlds.ts";

/** How many rows are drawn, and how often. */
export interface Cell {
  readonly name: string;
  readonly rows: number;
  readonly days: number | null;
  readonly repetitions: number;
}

/** A world with the metrics that are measured in it. */
export interface Measured extends World {
  readonly name: string;
  /** Held to 93 … 97 %. */
  readonly metrics: readonly string[];
  /** Move in steps, or are flat or have a kink where their true value lies here, as `bias` and `brier_reliability` at zero: shown, and held to nothing. */
  readonly jumping: readonly string[];
  readonly cells: readonly Cell[];
  /** Held from below alone: what decides in doubt is wide. */
  readonly wide?: true;
}

const rows = (count: number, repetitions: number): Cell => ({
  name: `${count.toLocaleString("en-US")} rows`,
  rows: count,
  days: null,
  repetitions,
});
/** Days of fifty rows. */
const days = (count: number, repetitions: number): Cell => ({
  name: `${count} days`,
  rows: 50 * count,
  days: count,
  repetitions,
});

const CELLS = [
  rows(200, 10_000),
  rows(2_000, 3_000),
  rows(20_000, 600),
  days(10, 10_000),
  days(28, 4_000),
  days(100, 600),
];
/** Metrics that jump are drawn anew, two thousand times: dear. */
const FEW_CELLS = [rows(150, 300), rows(200, 300), rows(2_000, 40)];
/** Queries stand for rows and for days alike. */
const QUERIES = [
  rows(200, 3_000),
  rows(2_000, 600),
  rows(20_000, 150),
  days(10, 10_000),
  days(28, 10_000),
  days(100, 4_000),
];

const ALIKE = { noise: [0.8, 0.7], jumping: [], cells: CELLS } as const;
const SHARES = ["accuracy", "balanced_accuracy", "precision", "recall", "specificity"];
const DECISIONS = [...SHARES, "f1", "f0.5", "f2", "mcc", "cohen_kappa", "expected_cost"];

export const WORLDS: readonly Measured[] = [
  {
    ...ALIKE,
    name: "binary",
    task: "binary",
    jumping: ["brier_reliability"],
    metrics: ["log_loss", "roc_auc", "average_precision", "brier", "brier_resolution", ...DECISIONS],
  },
  {
    ...ALIKE,
    name: "binary, weighted",
    task: "binary",
    weighted: true,
    metrics: ["log_loss", "roc_auc", "average_precision", "brier", ...DECISIONS],
    cells: CELLS.map((cell) => ({ ...cell, repetitions: cell.repetitions / 2 })),
  },
  {
    ...ALIKE,
    name: "binary, uneven days",
    task: "binary",
    uneven: true,
    wide: true,
    metrics: ["log_loss", "brier", "accuracy"],
    cells: [days(10, 4_000), days(28, 2_000), days(100, 400)],
  },
  {
    ...ALIKE,
    name: "binary, in steps",
    task: "binary",
    metrics: [],
    jumping: ["ks", "precision@10%", "lift@10%", "recall@fpr=0.1", "ece", "ece_debiased", "mce"],
    cells: FEW_CELLS,
  },
  {
    ...ALIKE,
    name: "multiclass",
    task: "multiclass",
    metrics: [
      ...[
        "log_loss",
        "brier",
        "accuracy",
        "balanced_accuracy",
        "mcc",
        "cohen_kappa",
        "expected_cost",
        "top_k_accuracy@2",
      ],
      ...["f1_macro", "f1_weighted", "precision_macro", "precision_weighted", "recall_macro", "recall_weighted"],
      ...["roc_auc_ovr", "roc_auc_ovr_weighted"],
    ],
  },
  {
    ...ALIKE,
    name: "regression",
    task: "regression",
    metrics: ["rmse", "mse", "mae", "r2", "mape", "smape", "mase", "coverage", "pinball@0.9"],
    jumping: ["bias"],
  },
  { ...ALIKE, name: "regression, off", task: "regression", shift: [0.5, -0.4], metrics: ["bias"] },
  {
    ...ALIKE,
    name: "regression, in steps",
    task: "regression",
    metrics: [],
    jumping: ["median_absolute_error"],
    cells: FEW_CELLS,
  },
  {
    ...ALIKE,
    name: "ranking",
    task: "ranking",
    jumping: ["hit@10"], // hardly ever missed
    metrics: ["ndcg@10", "ndcg@3", "mrr", "map", "recall@10", "recall@3", "hit@3", "hit@1"],
    cells: QUERIES,
  },
  { ...ALIKE, name: "scores", task: "scores", metrics: ["mean_score"] },
];
