import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { metricsOfJson } from "./metrics-json.ts";

const read = (json: unknown) => {
  const file = metricsOfJson(typeof json === "string" ? json : JSON.stringify(json));
  if (file === null) throw new Error("no metrics file");
  return file;
};
const values = (json: unknown) => read(json).metrics.map(({ name, value }) => [name, value]);

describe("metrics.json", () => {
  test("plain numbers, {value} and nested objects are metrics by their dotted name", () => {
    const json = '{"auc": 0.7, "loss": {"value": 0.5, "n": 3}, "test": {"f1": 0.6}, "note": "x", "list": [1]}';
    expect(values(json)).toEqual([
      ["auc", 0.7],
      ["loss", 0.5],
      ["test.f1", 0.6],
    ]);
  });

  test("Python's bare NaN and Infinity are read as such, not taken for a damaged file", () => {
    expect(values('{"loss": NaN, "gap": -Infinity, "text": "NaN and Infinity", "ok": 1}')).toEqual([
      ["loss", Number.NaN],
      ["gap", Number.NEGATIVE_INFINITY],
      ["ok", 1],
    ]);
  });

  test("null, which pandas writes for NaN, and the words NaN and inf are no numbers either", () => {
    expect(read('{"loss": null, "auc": "NaN", "gap": {"value": null}, "note": "fine"}').metrics).toEqual(
      ["loss", "auc", "gap"].map((name) => ({ name, value: Number.NaN, step: null })),
    );
  });

  test.each(["", "[1]", "null", "{", '{"a": nan}'])("%j is no object of metrics", (text) => {
    expect(metricsOfJson(text)).toBeNull();
  });

  test("any finite numbers come back as they were written", () => {
    const names = fc
      .stringMatching(/^[a-z_]{1,12}$/)
      .filter((name) => !["value", "constructor", "prototype", "__proto__"].includes(name));
    fc.assert(
      fc.property(fc.dictionary(names, fc.double({ noNaN: true, noDefaultInfinity: true })), (metrics) => {
        expect(Object.fromEntries(values(metrics))).toEqual(JSON.parse(JSON.stringify(metrics)));
      }),
    );
  });

  test("uncertainty is kept as it was said, and samples give their mean", () => {
    const { metrics, problems } = read({
      accuracy: { value: 0.8, se: 0.01, n: 400, unit: "share", split: "test", goal: "max" },
      latency: { value: 12, ci: [10, 15], level: 0.9, direction: "lower" },
      auc: { samples: [0.7, 0.8, 0.9] },
    });
    expect(problems).toEqual([]);
    expect(metrics).toEqual([
      { name: "accuracy", value: 0.8, step: null, goal: "maximize", unit: "share", split: "test", n: 400, se: 0.01 },
      { name: "latency", value: 12, step: null, goal: "minimize", ci: [10, 15], level: 0.9 },
      { name: "auc", value: expect.closeTo(0.8, 12), step: null, samples: [0.7, 0.8, 0.9] },
    ]);
  });
});

describe("the forms of other tools", () => {
  test("dvc metrics show --json: the workspace's, or the only revision's", () => {
    const file = (data: unknown) => ({ data: { "eval/metrics.json": { data } } });
    expect(values({ workspace: file({ auc: 0.7, eval: { loss: 1 } }), main: file({ auc: 0.6 }) })).toEqual([
      ["auc", 0.7],
      ["eval.loss", 1],
    ]);
    expect(values({ "": file({ auc: 0.7 }) })).toEqual([["auc", 0.7]]);
    expect(values({ v1: { data: { "out/auc.json": { data: 0.7 } } } })).toEqual([["auc", 0.7]]);
    expect(read({ main: file({ auc: 0.7 }), dev: file({ auc: 0.6 }) }).problems).toMatchObject([{ field: "revision" }]);
    const twice = { workspace: { data: { "a.json": { data: { auc: 1 } }, "b.json": { data: { auc: 2 } } } } };
    expect(read(twice).problems).toMatchObject([{ field: "data" }]);
  });

  test("MLflow: a dictionary, its evaluator's names, or logged values of which the greatest step counts", () => {
    expect(values({ metrics: { "eval/accuracy": 0.9 }, params: { lr: 0.1 } })).toEqual([["eval/accuracy", 0.9]]);
    const logged = [
      { key: "loss", value: 0.2, timestamp: 5, step: 2 },
      { key: "loss", value: 0.5, timestamp: 9, step: 1 },
      { key: "loss", value: 0.1, timestamp: 6, step: 2 },
    ];
    for (const json of [logged, { metrics: logged }, { run: { info: {}, data: { metrics: logged } } }])
      expect(values(json)).toEqual([["loss", 0.1]]);
  });

  test("Hugging Face: all_results.json, the last of trainer_state.json, and a card's model-index", () => {
    expect(values({ epoch: 3, eval_accuracy: 0.9, eval_loss: 0.2, train_loss: 0.1 })).toEqual([
      ["epoch", 3],
      ["eval_accuracy", 0.9],
      ["eval_loss", 0.2],
      ["train_loss", 0.1],
    ]);
    const state = {
      best_metric: 0.3,
      log_history: [
        { epoch: 1, loss: 0.5, step: 10, learning_rate: 1e-5 },
        { epoch: 1, eval_loss: 0.4, step: 10 },
        { epoch: 2, eval_loss: 0.3, step: 20 },
        { epoch: 2, train_loss: 0.45, train_runtime: 9 },
      ],
    };
    expect(values(state)).toEqual([
      ["eval_loss", 0.3],
      ["train_loss", 0.45],
      ["train_runtime", 9],
    ]);
    const results = (dataset: string, value: unknown) => ({
      task: { type: "text-classification" },
      dataset: { type: dataset, split: "validation" },
      metrics: [{ type: "accuracy", value }],
    });
    const { metrics } = read({ "model-index": [{ name: "m", results: [results("glue", 0.9)] }] });
    expect(metrics).toEqual([{ name: "accuracy", value: 0.9, step: null, split: "validation" }]);
    expect(values({ "model-index": [{ results: [results("glue", 0.9), results("imdb", 0.8)] }] })).toEqual([
      ["glue.accuracy", 0.9],
      ["imdb.accuracy", 0.8],
    ]);
    expect(read({ "model-index": [{ results: [results("glue", "20.0 ± 1.2")] }] }).problems).toMatchObject([
      { field: "accuracy.value" },
    ]);
  });

  test("lm-evaluation-harness: each task's metrics with their standard errors", () => {
    const results = {
      mmlu: { "acc,none": 0.6, "acc_stderr,none": 0.004, alias: "mmlu" },
      gsm8k: { "exact_match,strict-match": 0.4, "exact_match_stderr,strict-match": "N/A" },
    };
    expect(read({ results, "n-shot": { mmlu: 5 } }).metrics).toEqual([
      { name: "mmlu.acc", value: 0.6, step: null, se: 0.004 },
      { name: "gsm8k.exact_match.strict-match", value: 0.4, step: null },
    ]);
  });
});

describe("what makes no sense is named by its field", () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
  const field = (json: unknown) => {
    const { metrics, problems } = read(json);
    expect(metrics).toEqual([]);
    return problems[0];
  };

  test.each([
    ["a negative standard error", { value: 1, se: -0.1 }, "m.se", "is -0.1"],
    ["a NaN standard error", '{"m": {"value": 1, "se": NaN}}', "m.se", "finite"],
    ["an interval turned round", { value: 1, ci: [2, 0] }, "m.ci", "low end is above its high end"],
    ["an interval that misses its value", { value: 1, ci: [2, 3] }, "m.ci", "does not hold the value 1"],
    ["an interval of one end", { value: 1, ci: [0] }, "m.ci", "two finite numbers"],
    ["samples with text", { samples: [1, "2"] }, "m.samples", "list of finite numbers"],
    ["one sample", { value: 1, samples: [1] }, "m.samples", "two or more"],
    ["a value that is no mean of its samples", { value: 5, samples: [1, 1.1, 0.9] }, "m.value", "mean of its samples"],
    ["rows that are no number of rows", { value: 1, n: 0.5 }, "m.n", "whole number"],
    ["a level in percent", { value: 1, ci: [0, 2], level: 95 }, "m.level", "between 0 and 1"],
    ["a direction nobody knows", { value: 1, direction: "sideways" }, "m.direction", "maximize or minimize"],
    ["text for a value", { value: "0.9 of all", se: 1 }, "m.value", "not a number"],
    ["a unit that is a story", { value: 1, unit: "x".repeat(61) }, "m.unit", "60 letters"],
  ])("%s", (_, metric, name, text) => {
    const found = field(typeof metric === "string" ? metric : { m: metric });
    expect(found).toMatchObject({ metric: "m", field: name });
    expect(found?.problem).toContain(text);
  });

  test.each([
    ["10,001 metrics", Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`m${i}`, i])), "10000 metrics"],
    ["nested 100 deep", nested(100), "nested more than 20 deep"],
    ["a name of __proto__", '{"a": 1, "__proto__": {"auc": 1}}', "no metric can have"],
    ["a name of constructor", { constructor: 1 }, "no metric can have"],
    ["a name of 5,000 letters", { ["x".repeat(5_000)]: 1 }, "more than 200 letters"],
    [
      "too many samples in all",
      Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`m${i}`, { samples: Array(10_000).fill(i) }])),
      "200000 samples",
    ],
  ])("%s: the whole file is refused", (_, json, text) => {
    const found = field(json);
    expect(found?.metric).toBeNull();
    expect(found?.problem).toContain(text);
    expect(found?.field.length).toBeLessThanOrEqual(80);
  });

  test("the metrics beside a broken one are read", () => {
    expect(read({ auc: 0.7, loss: { value: 1, se: -1 } })).toMatchObject({
      metrics: [{ name: "auc" }],
      problems: [{ metric: "loss", field: "loss.se" }],
    });
  });
});
