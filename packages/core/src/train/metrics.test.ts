import { expect, test } from "vitest";
import { finalMetrics, metricOfLine, metricOfPrinted } from "./metrics.ts";

test("a line of TRAINYARD_METRICS_FILE is one JSON object; any other line is passed over", () => {
  expect(metricOfLine('{"step": 3, "name": "loss", "value": 0.5}')).toEqual({ name: "loss", step: 3, value: 0.5 });
  expect(metricOfLine('{"name": "loss", "value": NaN}')).toEqual({ name: "loss", step: null, value: Number.NaN });
  for (const line of ["", "loss 0.5", '{"name": "loss"}', '{"name": 1, "value": 2}', "{"])
    expect(metricOfLine(line)).toBeNull();
});

test("a printed line says a metric only in its whole form", () => {
  expect(metricOfPrinted("::trainyard metric name=auc value=0.71::")).toEqual({ name: "auc", step: null, value: 0.71 });
  expect(metricOfPrinted("::trainyard metric name=loss step=4 value=1e-3::")).toEqual({
    name: "loss",
    step: 4,
    value: 0.001,
  });
  for (const line of ["auc 0.71", "::trainyard metric name=auc::", "see ::trainyard metric name=auc value=1::"])
    expect(metricOfPrinted(line)).toBeNull();
});

test("of a name reported often the last value counts, and what is no number is kept apart", () => {
  const steps = [1, 2, 3].map((step) => ({ name: "loss", value: 1 / step, step }));
  const { metrics, invalid } = finalMetrics([steps, [{ name: "auc", value: Number.NaN, step: null }]]);
  expect(metrics.map(({ name, value }) => [name, value])).toEqual([["loss", 1 / 3]]);
  expect(invalid).toEqual([{ name: "auc", split: null }]);
});

test("what trainers prefix goes under the field's name with its split, and anybody's own name stays as it is", () => {
  const reported = Object.entries({
    eval_accuracy: 0.9,
    "eval/f1_score": 0.8,
    training_accuracy_score: 0.99,
    train_loss: 0.1,
    "test.roc_auc": 0.7,
    eval_runtime: 12,
    test_gap: 3,
    r2_score: 0.5,
  }).map(([name, value]) => ({ name, value, step: null }));
  const { metrics } = finalMetrics([reported]);
  expect(metrics.map(({ name, split, goal }) => [name, split, goal]).sort()).toEqual([
    ["accuracy", "eval", null],
    ["accuracy", "train", null],
    ["eval_runtime", null, null],
    ["f1", "eval", null],
    ["loss", "train", "minimize"],
    ["r2", null, null],
    ["roc_auc", "test", null],
    ["test_gap", null, null],
  ]);
});
