import { expect, test } from "vitest";
import type { Task } from "../../config/task.ts";
import { meantMetric } from "./meant-metric.ts";
import { taskMetrics } from "./metrics.ts";

const meant = (asked: string, task: Task) =>
  meantMetric(
    asked,
    taskMetrics[task].metrics.map(({ name }) => name),
    task,
  );

test.each<[asked: string, task: Task, name: string]>([
  ["AUC", "binary", "roc_auc"],
  ["roc-auc", "binary", "roc_auc"],
  ["AUC", "multiclass", "roc_auc_ovr"],
  ["AUROC", "multilabel", "roc_auc_macro"],
  ["ap", "binary", "average_precision"],
  ["logloss", "multiclass", "log_loss"],
  ["f1_score", "binary", "f1"],
  ["f1_scor", "binary", "f1"],
  ["F1", "multiclass", "f1_macro"],
  ["acc", "binary", "accuracy"],
  ["acuracy", "binary", "accuracy"],
  ["sensitivity", "binary", "recall"],
  ["RMSE", "regression", "rmse"],
  ["root_mean_square_error", "regression", "rmse"],
  ["R2_score", "regression", "r2"],
  ["ndcg", "ranking", "ndcg@10"],
  ["balanced", "binary", "balanced_accuracy"],
  ["bri", "binary", "brier"],
])("%s of task %s is %s", (asked, task, name) => {
  expect(meant(asked, task)).toEqual({ nearest: name, of: null });
});

test("a metric of another task is said to be one, and what is near by three letters is not offered", () => {
  expect(meant("rmse", "binary")).toEqual({ nearest: null, of: "regression" });
  expect(meant("roc_auc", "regression")).toEqual({ nearest: null, of: "binary" });
  expect(meant("xyz", "binary")).toEqual({ nearest: null, of: null });
  expect(meant("", "binary")).toEqual({ nearest: null, of: null });
});
