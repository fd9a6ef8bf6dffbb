import type { Estimate } from "../../check/check.ts";
import { markdownText } from "../../escape.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import type { RunRecord } from "../../train/run-record.ts";

export interface CardFacts {
  readonly model: string;
  readonly record: RunRecord;
  readonly report: EvaluationReport;
  readonly override: { readonly reason: string; readonly by: string } | null;
}

/** What a version is, in Markdown: how it was judged, made from what, and the files to expect; not its number, which is given after these bytes are stored. Everything from outside is shown as text. */
export function modelCard({ model, record, report, override }: CardFacts): string {
  const against =
    report.baseline === null
      ? "an absolute standard, as there was nothing to compare with"
      : markdownText(report.baseline.label);
  const lines = [
    `# ${markdownText(model)}`,
    "",
    `Judged **${report.verdict}** against ${against}, on ${count(report.data?.rows ?? 0)} rows${report.data === null ? "" : ` of ${markdownText(report.data.path)}`}.`,
    ...(override === null
      ? []
      : ["", `**Registered against the verdict** by ${markdownText(override.by)}: ${markdownText(override.reason)}`]),
    "",
    "## Gates",
    "",
    ...table(
      ["gate", "value", "limit", "result"],
      report.checks.map((check) => [
        check.rule,
        estimate({ value: check.actual, interval: check.interval }),
        number(check.limit),
        check.status,
      ]),
    ),
    "",
    "## Metrics",
    "",
    ...table(
      [
        "metric",
        report.seeds === undefined ? "this version" : `mean of ${report.seeds.runs.length} seeds`,
        report.baseline?.label ?? "baseline",
        "difference",
      ],
      report.metrics.map((metric) => [
        metric.name,
        estimate(metric.candidate),
        estimate(metric.baseline),
        estimate(metric.difference),
      ]),
    ),
    "",
    "## Made from",
    "",
    ...table(
      ["what", "which"],
      [
        ["command", record.inputs.command],
        ["commit", record.code.commit],
        ["run", record.id],
        ...Object.entries(record.inputs.params).map(([name, value]) => [`parameter ${name}`, JSON.stringify(value)]),
        ...record.datasets.map((data) => [
          `${data.role} data ${data.path}`,
          data.digest ?? `${data.claimed ?? "claimed"}, not checked`,
        ]),
        ["trained by", record.actor.name],
        [
          "hardware",
          `${record.hardware.cores} × ${record.hardware.cpu}${record.hardware.gpus.map((gpu) => `, ${gpu.name}`).join("")}`,
        ],
      ],
    ),
    "",
    "## Files",
    "",
    ...table(
      ["file", "bytes", "digest"],
      record.modelFiles.map((file) => [file.path, count(file.size), file.digest]),
    ),
    "",
  ];
  return lines.join("\n");
}

/** Rows beyond this are counted, not shown: a card is read. */
const ROWS = 50;

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return ["None."];
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => markdownText(cell)).join(" | ")} |`;
  const shown = rows.slice(0, ROWS).map(line);
  const rest = rows.length > ROWS ? ["", `And ${rows.length - ROWS} more, in the run's record.`] : [];
  return [line(header), `|${header.map(() => "---").join("|")}|`, ...shown, ...rest];
}

function estimate(value: Estimate | { value: number | null; interval: Estimate["interval"] } | null): string {
  if (value === null || value.value === null) return "–";
  return value.interval === null
    ? number(value.value)
    : `${number(value.value)} [${number(value.interval[0])}, ${number(value.interval[1])}]`;
}

function number(value: number | null): string {
  return value === null ? "–" : String(Number(value.toPrecision(4))).replace("-", "−");
}

function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
