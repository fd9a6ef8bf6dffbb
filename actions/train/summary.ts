import { byteSize, duration, evaluationMarkdown, type RunRecord } from "@trainyard/core";
import { fenced } from "@trainyard/runner-kit";

/** The run in one sentence for the log, or for the annotation when it did not succeed. */
export function trainingText(record: RunRecord, resumable: boolean): string {
  if (record.failure === null)
    return `recorded run ${record.id}: ${filesOf(record)}, inputs digest ${record.inputsDigest.slice(7, 15)}…`;
  const { failure } = record;
  const next =
    record.status === "failed"
      ? "The whole output is in log.txt of the run bundle."
      : resumable
        ? "Run the job again: it goes on from its checkpoint."
        : "It left no checkpoint; run again, it starts anew.";
  return [
    `${record.model}: run ${record.id} ${record.status} in step ${failure.step}: ${failure.message}`,
    ...failure.logTail.slice(-5).map((line) => `| ${line}`),
    next,
  ].join("\n");
}

/** For the job summary: what was made of what, or what broke and what to do. */
export function trainingSummary(record: RunRecord): string {
  if (record.failure !== null) return evaluationMarkdown(record);
  const lines = [
    ["run", record.id],
    ["commit", record.code.headCommit],
    ["inputs", record.inputsDigest],
    ["model", `${record.rootDigest ?? "none"} (${filesOf(record)})`],
    ...record.metrics.slice(0, 10).map((metric) => [metric.name, String(Number(metric.value.toPrecision(6)))]),
  ];
  const text = lines.map(([name = "", value = ""]) => `${name.padEnd(20)}${value}`).join("\n");
  return `### ${record.model}: trained in ${duration(record.seconds)}\n\n${fenced(text)}\n`;
}

function filesOf(record: RunRecord): string {
  const size = record.modelFiles.reduce((sum, file) => sum + file.size, 0);
  return `${record.modelFiles.length} model ${record.modelFiles.length === 1 ? "file" : "files"}, ${byteSize(size)}`;
}
