/** What a reported metric is called, and on which rows it was measured. */
export interface MetricName {
  readonly name: string;
  /** "train", "eval", "val", "test" or what the training says; null where nobody said. */
  readonly split: string | null;
}

/** Prefixes by which trainers say the rows: Hugging Face and MLflow `eval_`, Keras and Lightning `val_`, MLflow's autologging `training_`. */
const SPLITS: ReadonlyMap<string, string> = new Map([
  ["train", "train"],
  ["training", "train"],
  ["eval", "eval"],
  ["evaluation", "eval"],
  ["val", "val"],
  ["valid", "val"],
  ["validation", "val"],
  ["dev", "val"],
  ["test", "test"],
]);

/** What scikit-learn's functions and MLflow's evaluator call metrics that Trainyard has a shorter name for. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["accuracy_score", "accuracy"],
  ["balanced_accuracy_score", "balanced_accuracy"],
  ["precision_score", "precision"],
  ["recall_score", "recall"],
  ["f1_score", "f1"],
  ["matthews_corrcoef", "mcc"],
  ["matthews_correlation", "mcc"],
  ["cohen_kappa_score", "cohen_kappa"],
  ["roc_auc_score", "roc_auc"],
  ["average_precision_score", "average_precision"],
  ["brier_score_loss", "brier"],
  ["mean_absolute_error", "mae"],
  ["root_mean_squared_error", "rmse"],
  ["mean_squared_error", "mse"],
  ["mean_absolute_percentage_error", "mape"],
  ["r2_score", "r2"],
]);

/** Metrics the field has one name for; only these lose a prefix, so that nobody's own `test_gap` becomes `gap`. */
const STANDARD: ReadonlySet<string> = new Set([
  ...ALIASES.values(),
  ...["loss", "log_loss", "f1_macro", "f1_micro", "f1_weighted", "precision_macro", "precision_micro"],
  ...["precision_weighted", "recall_macro", "recall_micro", "recall_weighted", "roc_auc_ovr", "auc", "specificity"],
  ...["hamming_loss", "jaccard", "ece", "smape", "mase", "max_error", "median_absolute_error", "bias", "map", "mrr"],
  ...["perplexity", "bleu", "rouge1", "rouge2", "rougeL", "exact_match", "wer", "cer"],
]);

/** Of several splits with one name, the first of these is meant where nobody says; training rows come last. */
const PREFERRED: readonly (string | null)[] = [null, "test", "eval", "val"];

/** `eval_accuracy`, `eval/accuracy` and `test.f1_score` as the field's name and the split; anything else as it is. */
export function standardName(name: string): MetricName {
  const [, prefix = "", rest = ""] = /^([a-z]+)[_/.](.+)$/.exec(name) ?? [];
  const split = SPLITS.get(prefix);
  const bare = ALIASES.get(rest) ?? rest;
  if (split !== undefined && STANDARD.has(bare)) return { name: bare, split };
  return { name: ALIASES.get(name) ?? name, split: null };
}

/** The same of a metric that is already read: one with a split keeps its name. */
export function standardMetric<M extends MetricName>(metric: M): M {
  return metric.split === null ? { ...metric, ...standardName(metric.name) } : metric;
}

/** The reported metric that a gate's `metric` means: written as it stands, as the training wrote it, or by its standard name. */
export function meant<M extends MetricName>(metrics: readonly M[], asked: string): M | undefined {
  const { name, split } = standardName(asked);
  const named = metrics.filter((metric) => metric.name === asked);
  const candidates =
    named.length > 0
      ? named
      : metrics.filter((metric) => metric.name === name && (split === null || metric.split === split));
  return candidates.toSorted((a, b) => rank(a) - rank(b))[0];
}

function rank({ split }: MetricName): number {
  const place = PREFERRED.indexOf(split);
  if (place >= 0) return place;
  return split === "train" ? PREFERRED.length + 1 : PREFERRED.length;
}

/** A name of its own for each: `accuracy` for the one that is meant, `train_accuracy` for the same on other rows. */
export function shownName(metrics: readonly MetricName[], metric: MetricName): string {
  const first = meant(metrics, metric.name);
  const isMeant = first === undefined || (first.name === metric.name && first.split === metric.split);
  return isMeant ? metric.name : `${metric.split ?? ""}_${metric.name}`;
}
