import { duration, evaluationMarkdown, markdownFence, modelFilesText, type RunRecord } from "@trainyard/core";

/** For the job summary: what was made of what, or what broke and what to do. */
export function trainingSummary(record: RunRecord): string {
  if (record.failure !== null) return evaluationMarkdown(record);
  const lines = [
    ["run", record.id],
    ["commit", record.code.headCommit],
    ["inputs", record.inputsDigest],
    ["model", `${record.rootDigest ?? "none"} (${modelFilesText(record)})`],
    ...record.metrics.slice(0, 10).map((metric) => [metric.name, String(Number(metric.value.toPrecision(6)))]),
  ].map(([name = "", value = ""]) => `${name.padEnd(20)}${value}`);
  return `### ${record.model}: trained in ${duration(record.seconds)}\n\n${markdownFence(lines)}\n`;
}

export { runText } from "@trainyard/core";
