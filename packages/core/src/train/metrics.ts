import { type MetricName, standardName } from "./metric-names.ts";
import { parseWithNaN } from "./metrics-json.ts";
import { numberOf, type ReportedMetric } from "./reported-metric.ts";
import type { Metric } from "./run-record.ts";

/** One line of TRAINYARD_METRICS_FILE: {"step","name","value"}; null when it is none. A NaN is reported, so that no older value stands for it. */
export function metricOfLine(line: string): ReportedMetric | null {
  if (!line.startsWith("{") || line.length > 2000) return null;
  const parsed = parseWithNaN(line);
  if (typeof parsed !== "object" || parsed === null) return null;
  const { name, step, value } = parsed as Record<string, unknown>;
  const number = numberOf(value);
  if (typeof name !== "string" || name === "" || name.length > 200 || number === undefined || value === undefined)
    return null;
  return { name, value: number, step: typeof step === "number" ? step : null };
}

/** A printed line that says a metric: `::trainyard metric name=loss step=3 value=0.51::`, for commands that can do nothing but print. */
export function metricOfPrinted(line: string): ReportedMetric | null {
  const words = /^::trainyard metric ((?:\w+=\S+ ?){2,3})::\s*$/.exec(line)?.[1];
  if (words === undefined) return null;
  const values = new Map(
    words
      .trim()
      .split(" ")
      .map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]),
  );
  const name = values.get("name");
  const value = Number(values.get("value") ?? Number.NaN);
  if (name === undefined || !values.has("value")) return null;
  return { name, value, step: values.has("step") ? Number(values.get("step")) : null };
}

/** The last value of every name and split, later sources first, under the names the field has; those that are no numbers are returned apart. */
export function finalMetrics(sources: readonly (readonly ReportedMetric[])[]): {
  metrics: Metric[];
  invalid: MetricName[];
} {
  const last = new Map<string, Metric>();
  for (const metric of sources.flat().map(recorded)) last.set(`${metric.name} ${metric.split ?? ""}`, metric);
  const all = [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, metric]) => metric);
  return {
    metrics: all.filter(({ value }) => Number.isFinite(value)),
    invalid: all.filter(({ value }) => !Number.isFinite(value)).map(({ name, split }): MetricName => ({ name, split })),
  };
}

/** A loss is better low, whatever it is a loss of. */
function recorded({ name, value, goal, unit, split, step: _, ...known }: ReportedMetric): Metric {
  const standard = split === undefined ? standardName(name) : { name, split };
  return {
    ...standard,
    value,
    goal: goal ?? (standard.name === "loss" ? "minimize" : null),
    unit: unit ?? null,
    ...known,
  };
}
