import { describe, expect, test } from "vitest";
import { metricRange } from "../../config/metric-range.ts";
import { checkConfig } from "../../config/problem.ts";
import type { Task } from "../../config/task.ts";
import { knownMetric, taskMetrics } from "./metrics.ts";

const FAMILIES = [
  "precision@5",
  "precision@5%",
  "lift@5%",
  "recall@fpr=0.1",
  "f0.5",
  "top_k_accuracy@5",
  "pinball@0.9",
  "ndcg@5",
  "recall@5",
  "hit@5",
];

test.each(Object.keys(taskMetrics) as Task[])("the config knows the range of every metric of task %s", (task) => {
  const families = FAMILIES.flatMap((name) => knownMetric(name, task) ?? []);
  for (const { name, range } of [...taskMetrics[task].metrics, ...families]) {
    if (task !== "scores" && name !== "bias") expect([name, metricRange(name, task)]).toEqual([name, range]);
  }
  expect(metricRange("latency_ms", task)).toBeNull();
});

describe("a limit that the metric cannot reach is refused with what it can", () => {
  const told = (gate: object, task: Task = "binary") => {
    const model = { task, train: { run: "x", outputs: ["m"] }, evaluate: { gates: [gate] } };
    const checked = checkConfig({ models: { risk: model } });
    return "problems" in checked ? checked.problems : "accepted";
  };
  test.each<[gate: object, at: string, says: string]>([
    [{ metric: "recall", min: 70 }, "min", "between 0 and 1, as recall is (0.7 for 70 %)"],
    [{ metric: "accuracy", max: -0.1 }, "max", "between 0 and 1, as accuracy is"],
    [{ metric: "mcc", min: -2 }, "min", "between -1 and 1, as mcc is"],
    [{ metric: "log_loss", max: -1 }, "max", "0 or more, as log_loss is"],
    [{ metric: "roc_auc", margin: 2 }, "margin", "at most 1, the most that roc_auc can differ by (0.02 for 2 %)"],
    [
      { metric: "roc_auc", "improve-by": 5 },
      "improve-by",
      "at most 1, the most that roc_auc can differ by (0.05 for 5 %)",
    ],
  ])("%o", (gate, at, says) => {
    expect(told(gate)).toMatchObject([
      { kind: "invalid", path: ["models", "risk", "evaluate", "gates", 0, at], expected: says },
    ]);
  });

  test("what it can reach, a metric of one's own, and scores of examples are not", () => {
    expect(told({ metric: "recall", min: 1 })).toBe("accepted");
    expect(told({ metric: "brier", max: 1.5 }, "multiclass")).toBe("accepted");
    expect(told({ metric: "latency_ms", max: 300, goal: "minimize" })).toBe("accepted");
    expect(told({ metric: "accuracy", min: 70 }, "scores")).toBe("accepted");
    expect(told({ metric: "rmse", margin: 12 }, "regression")).toBe("accepted");
  });
});
