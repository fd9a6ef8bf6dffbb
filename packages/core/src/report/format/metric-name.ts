import { visibleText } from "../../escape.ts";

/** How people write the metrics Trainyard knows; others are named by their own words. */
const NAMES: Readonly<Record<string, string>> = {
  log_loss: "log loss",
  roc_auc: "ROC-AUC",
  roc_auc_ovr: "macro ROC-AUC", // of each class against the rest
  roc_auc_ovr_weighted: "weighted ROC-AUC",
  pr_auc: "PR-AUC",
  average_precision: "average precision",
  brier: "Brier score",
  brier_score: "Brier score",
  ece: "calibration error",
  ece_debiased: "calibration error beyond chance",
  f1: "F1",
  mcc: "MCC",
  mae: "MAE",
  mse: "MSE",
  rmse: "RMSE",
  mape: "MAPE",
  r2: "R²",
  ndcg: "NDCG",
  mrr: "MRR",
  ks: "KS",
  auc: "AUC",
};

/** How classes, labels or rows were averaged; it stands before what was averaged: "macro F1", "weighted precision". */
const AVERAGED = /^(?:(.+)_(macro|micro|weighted|samples)|(macro|micro|weighted|samples)_(.+))$/;

/** A metric's name inside a sentence: "log loss", "ROC-AUC", "top 5 recall". */
export function metricName(name: string): string {
  if (Object.hasOwn(NAMES, name)) return NAMES[name] as string;
  const [, after, how, before, of] = AVERAGED.exec(name) ?? [];
  if (after !== undefined || of !== undefined) return `${how ?? before} ${metricName(after ?? of ?? "")}`;
  const [, metric = "", depth] = /^([a-z]+)[_@](\d+)$/.exec(name) ?? [];
  if (Object.hasOwn(NAMES, metric)) return `${NAMES[metric]}@${depth}`;
  return visibleText(name, 60).replaceAll("_", " ");
}

/** The same at the beginning of a sentence. */
export function metricTitle(name: string): string {
  return capitalised(metricName(name));
}

/** First letter upper-case; a name that starts otherwise is left alone. */
export function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** A unit after a number, with a no-break space; nothing for numbers without dimension. */
export function unitSuffix(unit: string): string {
  return /^(?:|1|share|ratio|fraction|probability|score|nats?|bits?|none)$/.test(unit)
    ? ""
    : `\u00a0${visibleText(unit, 20)}`;
}
