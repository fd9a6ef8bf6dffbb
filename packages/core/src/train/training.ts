import type { Backend, RunFolder } from "../backend.ts";
import type { ModelConfig } from "../config/config.ts";
import { metricRange, rangeText } from "../config/metric-range.ts";
import type { DatasetRef } from "../data/dataset.ts";
import type { FileRef, Sha256 } from "../document.ts";
import { timestamp } from "../time.ts";
import { type MetricName, meant, standardName } from "./metric-names.ts";
import { finalMetrics, metricOfLine, metricOfPrinted } from "./metrics.ts";
import { type MetricsFile, metricsOfJson } from "./metrics-json.ts";
import { outcome } from "./outcome.ts";
import type { MetricProblem, ReportedMetric } from "./reported-metric.ts";
import { treeDigest } from "./run-inputs.ts";
import type { Failure, Metric, StepRecord } from "./run-record.ts";

type Ports = Pick<Backend, "workspace" | "processes" | "runs" | "sha256" | "clock" | "progress">;

export interface Trained {
  readonly step: StepRecord;
  readonly failure: Failure | null;
  readonly outputs: FileRef[];
  readonly metrics: Metric[];
}

/** Runs `train.run` with stale outputs moved away, and collects what it wrote into the bundle. */
export async function runTraining(
  model: string,
  config: ModelConfig,
  run: {
    folder: RunFolder;
    environment: Readonly<Record<string, string>>;
    datasets: readonly DatasetRef[];
    inputsDigest: Sha256;
  },
  ports: Ports,
): Promise<Trained> {
  const { folder } = run;
  const startedAt = timestamp(ports.clock.now());
  const checkpoints = await ports.runs.checkpoints(model, run.inputsDigest);
  const training = run.datasets.filter((dataset) => dataset.role === "training");
  await folder.write(
    "data.txt",
    training
      .map((dataset) => `${dataset.digest === null ? dataset.path : ports.workspace.path(dataset.path)}\n`)
      .join(""),
  );
  await folder.write("metrics.jsonl", "");
  const printed: ReportedMetric[] = [];
  const declared = [
    ...new Set([
      ...config.train.outputs,
      ...(config.evaluate.predict === undefined ? [config.evaluate.predictions] : []),
    ]),
  ];
  const aside = await ports.workspace.setAside(declared);
  let kept = false;
  try {
    ports.progress.working(`train: ${config.train.run}`, null);
    const exit = await ports.processes.run({
      step: "train",
      command: config.train.run,
      passOn: config.train.env,
      log: folder.path("log.txt"),
      environment: {
        ...run.environment,
        TRAINYARD_DATA: folder.path("data.txt"),
        TRAINYARD_METRICS_FILE: folder.path("metrics.jsonl"),
        TRAINYARD_CHECKPOINT_DIR: checkpoints.path,
        ...((await checkpoints.holds()) ? { TRAINYARD_RESUME: "1" } : {}),
      },
      onLine: (line) => {
        const metric = metricOfPrinted(line);
        if (metric !== null) printed.push(metric);
        ports.progress.working(`train: ${line.slice(0, 100)}`, null);
      },
    });
    const written = await ports.workspace.outputs(declared);
    const missing = await unwritten(config.train.outputs, ports);
    if (missing.length === 0 && modelFilesOf(written, config).length === 0)
      missing.push("any file of a model besides predictions and metrics.json");
    const file = await jsonOf(written, ports);
    const reported = finalMetrics([await linesOf(folder), printed, file.metrics]);
    const judged = judgedMetrics(config);
    const failure = outcome({
      step: "train",
      exit,
      missing,
      empty: written.filter((file) => file.size === 0).map((file) => file.path),
      invalidMetrics: judged.filter((name) => isInvalid(name, reported)),
      primaryMetrics: judged,
      unreadable: file.problems.find((problem) => stopsJudging(problem, judged)) ?? null,
    });
    const outputs: FileRef[] = [];
    for (const file of failure === null ? written : []) {
      const stored = await folder.add(`outputs/${file.path}`, ports.workspace.path(file.path));
      outputs.push({ ...stored, path: file.path });
    }
    if (failure === null) {
      kept = true;
      await checkpoints.clear();
      if (reported.invalid.length > 0)
        ports.progress.note(`Not recorded, because they are no numbers: ${reported.invalid.map(nameOf).join(", ")}.`);
      for (const note of outOfRange(reported.metrics, config.task).slice(0, 20)) ports.progress.note(note);
      for (const { field, problem } of file.problems.slice(0, 20))
        ports.progress.note(`Not recorded: in metrics.json, ${field} ${problem}.`);
      ports.progress.done("train", config.train.run, { seconds: exit.seconds, extra: headline(reported.metrics) });
    }
    const left = {
      digest: treeDigest(outputs, ports.sha256),
      files: outputs.length,
      size: outputs.reduce((sum, file) => sum + file.size, 0),
    };
    const status = failure === null ? "done" : failure.class === "cancelled" ? "interrupted" : "failed";
    const step: StepRecord = {
      name: "train",
      command: config.train.run,
      status,
      reusedFrom: null,
      inputsDigest: run.inputsDigest,
      outputs: failure === null ? left : null,
      startedAt,
      seconds: exit.seconds,
    };
    return { step, failure, outputs, metrics: failure === null ? reported.metrics : [] };
  } finally {
    await (kept ? aside.discard() : aside.restore());
  }
}

/** Declared outputs, files, folders or globs, that match nothing the command wrote. */
async function unwritten(patterns: readonly string[], { workspace }: Pick<Backend, "workspace">): Promise<string[]> {
  const found = await Promise.all(
    patterns.map(async (pattern) => ({ pattern, files: await workspace.outputs([pattern]) })),
  );
  return found.filter(({ files }) => files.length === 0).map(({ pattern }) => pattern);
}

/** What a version consists of: the outputs without the predictions file and metrics.json, sorted by path. */
export function modelFilesOf(outputs: readonly FileRef[], config: ModelConfig): FileRef[] {
  const aside = new Set([config.evaluate.predictions, "metrics.json"]);
  return outputs.filter((file) => !aside.has(file.path)).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The metrics gates judge; without gates the task's loss. One of these being no number fails the run. */
function judgedMetrics({ task, evaluate }: ModelConfig): string[] {
  if (evaluate.gates !== undefined) return evaluate.gates.map((gate) => gate.metric);
  return [task === "regression" ? "rmse" : "log_loss"];
}

async function linesOf(folder: RunFolder): Promise<ReportedMetric[]> {
  const text = (await folder.read("metrics.jsonl")) ?? "";
  return text.split("\n").flatMap((line) => metricOfLine(line) ?? []);
}

async function jsonOf(
  written: readonly FileRef[],
  ports: Pick<Backend, "workspace" | "progress">,
): Promise<MetricsFile> {
  const none = { metrics: [], problems: [] };
  const text = written.some((file) => file.path === "metrics.json") ? await ports.workspace.read("metrics.json") : null;
  if (text === null) return none;
  const found = metricsOfJson(text);
  if (found === null) ports.progress.note("metrics.json is not a JSON object; its metrics are not recorded.");
  return found ?? none;
}

/** Evaluation refuses such a number; whoever wrote it sees it here first. */
function outOfRange(metrics: readonly Metric[], task: ModelConfig["task"]): string[] {
  return metrics.flatMap((metric) => {
    const range = metricRange(metric.name, task);
    if (range === null || (metric.value >= range[0] && metric.value <= range[1])) return [];
    const percent =
      range[1] === 1 && metric.value > 1 && metric.value <= 100 ? "; write a share, not a percentage" : "";
    return `The training reports ${nameOf(metric)} ${metric.value}, whose values are ${rangeText(range)}${percent}: evaluate takes no such figure.`;
  });
}

/** The metric that a gate's name means is there and is no number. */
function isInvalid(
  name: string,
  { metrics, invalid }: { metrics: readonly MetricName[]; invalid: MetricName[] },
): boolean {
  const found = meant([...metrics.map(({ name, split }) => ({ name, split })), ...invalid], name);
  return found !== undefined && invalid.some((one) => one.name === found.name && one.split === found.split);
}

/** What a gate judges cannot be read; of the rest a note is enough. */
function stopsJudging({ metric }: MetricProblem, judged: readonly string[]): boolean {
  return metric === null || judged.some((name) => meant([standardName(metric)], name) !== undefined);
}

const nameOf = ({ name, split }: MetricName) => (split === null ? name : `${name} (${split})`);

function headline(metrics: readonly Metric[]): string {
  return metrics
    .slice(0, 2)
    .map((metric) => `${metric.name} ${Number(metric.value.toPrecision(4))}`)
    .join("  ");
}
