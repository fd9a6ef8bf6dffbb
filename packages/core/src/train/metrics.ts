import type { Metric } from "./run-record.ts";

/** A number a training reported, not yet known to be finite. */
export interface ReportedMetric {
  readonly name: string;
  readonly value: number;
  readonly step: number | null;
}

/**
 * Numbers of a metrics.json: `{name: number}`, `{name: {value}}`, nested objects joined with a dot. Python's json writes bare NaN and Infinity,
 * which JSON does not have: they are read as such, so that a diverged training is seen and not taken for a damaged file.
 * @returns null when the text is no JSON object.
 */
export function metricsOfJson(text: string): ReportedMetric[] | null {
  const parsed = parseWithNaN(text);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return null;
  return flatten(parsed as Record<string, unknown>, "");
}

/** JSON in which bare NaN and ±Infinity are numbers; undefined when it is not even that. */
function parseWithNaN(text: string): unknown {
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) =>
    token.startsWith('"') ? token : `"\\u0000${token}"`,
  );
  try {
    return JSON.parse(marked, (_key, value: unknown) =>
      typeof value === "string" && value.startsWith("\u0000") ? Number(value.slice(1)) : value,
    );
  } catch {
    return undefined;
  }
}

/** A reported value as a number: null (what pandas writes for NaN) and "NaN" are NaN. Undefined for what is no value. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (value === null) return Number.NaN;
  return typeof value === "string" && /^[+-]?(nan|inf(inity)?)$/i.test(value) ? Number.NaN : undefined;
}

function flatten(values: Record<string, unknown>, prefix: string): ReportedMetric[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    const detailed = typeof value === "object" && value !== null && "value" in value ? value.value : value;
    const number = numberOf(detailed);
    if (number !== undefined) return [{ name, value: number, step: null }];
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
    return flatten(value as Record<string, unknown>, `${name}.`);
  });
}

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

/** The last value of every name, later sources first; those that are no numbers are returned apart. */
export function finalMetrics(sources: readonly (readonly ReportedMetric[])[]): {
  metrics: Metric[];
  invalid: string[];
} {
  const last = new Map<string, number>();
  for (const metric of sources.flat()) last.set(metric.name, metric.value);
  const all = [...last].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    metrics: all
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]) => ({ name, value, goal: null, split: null, unit: null })),
    invalid: all.filter(([, value]) => !Number.isFinite(value)).map(([name]) => name),
  };
}
