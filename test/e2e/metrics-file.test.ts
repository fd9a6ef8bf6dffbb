import { expect, test } from "vitest";
import type { EvaluationReport } from "../../packages/core/src/evaluate/evaluation-report.ts";
import { config, ToyProject } from "./toy-project.ts";

/** A toy whose training writes metrics and no predictions, judged by these gates. */
function reporting(gates: string): ToyProject {
  const [before] = config.replace("      predict: node predict.mjs\n", "").split("      gates:") as [string];
  const deploy = config.slice(config.indexOf("    deploy:"), config.indexOf("    drift:"));
  return new ToyProject({ config: `${before}      gates: [${gates}]\n${deploy}` });
}

function writes(project: ToyProject, metrics: string): void {
  const model = JSON.stringify(metrics);
  project.write(
    "train.mjs",
    `import { writeFileSync } from "node:fs"; writeFileSync("model.json", ${JSON.stringify(model)}); writeFileSync("metrics.json", ${model});`,
  );
  project.commit("other metrics");
}

test("a training that says how sure it is of its metrics is judged by intervals, against the version that said so too", async () => {
  using project = reporting("{ metric: accuracy, improve-by: 0 }, { metric: accuracy, min: 0.7 }");
  writes(project, '{"eval_accuracy": {"value": 0.8, "se": 0.005, "n": 6000}, "train_accuracy": 0.99}');
  await project.firstVersion();
  writes(project, '{"eval_accuracy": {"value": 0.83, "se": 0.005, "n": 6000}, "train_accuracy": 0.99}');
  expect((await project.trainyard("train")).code).toBe(0);
  const { value, code } = await project.json<EvaluationReport>("evaluate");
  expect({ code, verdict: value.verdict, pointOnly: value.pointOnly }).toEqual({
    code: 0,
    verdict: "pass",
    pointOnly: false,
  });
  expect(value.metrics).toMatchObject([
    { name: "accuracy", test: { name: "welch-t" }, candidate: { value: 0.83 } },
    { name: "train_accuracy" },
  ]);
  const { value: version } = await project.json<{ metrics: { name: string }[] }>("register");
  expect(version.metrics[0]).toMatchObject({
    name: "accuracy",
    estimate: { value: 0.83, interval: expect.any(Array) },
  });
}, 60_000);

test("samples of folds stand in the run's record and not in the version's manifest", async () => {
  using project = reporting("{ metric: accuracy, min: 0.7 }");
  const samples = Array.from({ length: 1_000 }, (_, fold) => 0.8 + (fold % 7) / 100);
  writes(project, JSON.stringify({ accuracy: { samples } }));
  const { value: run } = await project.json<{ metrics: { samples?: number[] }[] }>("train");
  expect(run.metrics[0]?.samples).toEqual(samples);
  expect((await project.trainyard("evaluate")).code).toBe(0);
  const { value: version } = await project.json<object>("register");
  expect(JSON.stringify(version)).not.toContain("samples");
  expect(JSON.stringify(version).length).toBeLessThan(4_096);
}, 60_000);

test("a field of a judged metric that makes no sense fails the run and is named; of another it is noted", async () => {
  using project = reporting("{ metric: accuracy, min: 0.7 }");
  writes(project, '{"accuracy": {"value": 0.8, "ci": [0.9, 0.7]}, "latency": {"value": 3}}');
  const failed = await project.json<{ status: string; failure: { class: string; message: string } }>("train");
  expect(failed).toMatchObject({ code: 1, value: { status: "failed", failure: { class: "metric-invalid" } } });
  expect(failed.value.failure.message).toContain("METRICS_INVALID: metrics.json: accuracy.ci is [0.9, 0.7]");
  writes(project, '{"accuracy": 0.8, "latency": {"value": 3, "se": -1}}');
  const noted = await project.trainyard("train");
  expect(noted.code).toBe(0);
  expect(noted.stderr).toContain("latency.se is -1");
}, 60_000);

test("a percentage of a metric that is a share is told at the training, before any evaluation refuses it", async () => {
  using project = reporting("{ metric: accuracy, min: 0.7 }");
  writes(project, '{"accuracy": 93.1, "loss_in_euro": 93.1}');
  const train = await project.trainyard("train");
  expect(train.code).toBe(0);
  expect(train.stderr).toContain(
    "reports accuracy 93.1, whose values are between 0 and 1; write a share, not a percentage: evaluate takes no such figure",
  );
  expect(train.stderr).not.toContain("reports loss_in_euro");
  expect((await project.trainyard("evaluate")).stderr).toContain("METRICS_INVALID");
}, 60_000);
