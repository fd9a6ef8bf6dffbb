import { visibleText } from "../escape.ts";
import type { Metric } from "./run-record.ts";

/** A number a training reported, not yet known to be finite, and how sure it is of it, where it says. */
export interface ReportedMetric extends Pick<Metric, "name" | "n" | "se" | "ci" | "level" | "samples"> {
  readonly value: number;
  readonly step: number | null;
  readonly goal?: Metric["goal"];
  readonly unit?: string;
  readonly split?: string;
}

/** What is wrong with a metrics file: which field, in words that follow its name. */
export interface MetricProblem {
  /** The metric that cannot be read; null where the file as a whole cannot. */
  readonly metric: string | null;
  /** "accuracy.ci". */
  readonly field: string;
  /** "holds a NaN": follows the field's name in a sentence. */
  readonly problem: string;
}

/** Most numbers under `samples` of one metric. */
export const MOST_SAMPLES = 10_000;

const GOALS: ReadonlyMap<unknown, "maximize" | "minimize"> = new Map([
  ...["maximize", "max", "higher", "up", "increase"].map((word) => [word, "maximize"] as const),
  ...["minimize", "min", "lower", "down", "decrease"].map((word) => [word, "minimize"] as const),
]);

/** A reported value as a number: null (what pandas writes for NaN) and "NaN" are NaN. Undefined for what is no value. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (value === null) return Number.NaN;
  return typeof value === "string" && /^[+-]?(nan|inf(inity)?)$/i.test(value) ? Number.NaN : undefined;
}

/** True for `{value, …}` and `{samples, …}`: one metric, and not a folder of them. */
export function isDetailed(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.hasOwn(value, "samples")
    ? Array.isArray((value as { samples: unknown }).samples) || Object.hasOwn(value, "value")
    : Object.hasOwn(value, "value") && !isFolder((value as { value: unknown }).value);
}

const isFolder = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A metric with what is known of its uncertainty: `{value, n, se, ci: [low, high], level, samples, goal | direction, unit, split}`, each but the value optional.
 * With samples the value is their mean and may be left out. The first field that makes no sense is the problem.
 */
export function detailedMetric(name: string, given: Record<string, unknown>): ReportedMetric | MetricProblem {
  const field = (key: string) => (Object.hasOwn(given, key) && given[key] !== null ? given[key] : undefined);
  const problem = (key: string, text: string): MetricProblem => ({
    metric: name,
    field: `${name}.${key}`,
    problem: text,
  });
  const said = (value: unknown) => visibleText(JSON.stringify(value) ?? "nothing", 60);

  const samples = field("samples");
  if (samples !== undefined && !isNumbers(samples))
    return problem("samples", "must be a list of finite numbers, two or more");
  if (samples !== undefined && samples.length > MOST_SAMPLES)
    return problem("samples", `holds ${samples.length} numbers; ${MOST_SAMPLES} is the most`);
  const value = Object.hasOwn(given, "value") ? numberOf(given["value"]) : samples && meanOf(samples);
  if (value === undefined) return problem("value", `is ${said(given["value"])}, not a number`);
  if (!Number.isFinite(value)) return { name, value, step: null };
  if (samples !== undefined && !isMean(value, samples))
    return problem("value", `is ${value}, but the mean of its samples is ${meanOf(samples)}`);

  const n = field("n");
  if (n !== undefined && !(Number.isInteger(n) && (n as number) > 0))
    return problem("n", `is ${said(n)}; it counts rows, so it is a whole number above 0`);
  const se = field("se");
  if (se !== undefined && !(Number.isFinite(se) && (se as number) >= 0))
    return problem("se", `is ${said(se)}; a standard error is a finite number, 0 or more`);
  const level = field("level");
  if (level !== undefined && !(typeof level === "number" && level > 0 && level < 1))
    return problem("level", `is ${said(level)}; it lies between 0 and 1, as 0.95 does`);
  const ci = field("ci");
  if (ci !== undefined && !(isNumbers(ci) && ci.length === 2))
    return problem("ci", "must be two finite numbers, [low, high]");
  if (ci !== undefined && (ci[0] as number) > (ci[1] as number))
    return problem("ci", `is [${ci.join(", ")}]: its low end is above its high end`);
  if (ci !== undefined && (value < (ci[0] as number) || value > (ci[1] as number)))
    return problem("ci", `is [${ci.join(", ")}], which does not hold the value ${value}`);
  const word = field("goal") ?? field("direction");
  const goal = GOALS.get(word);
  if (word !== undefined && goal === undefined)
    return problem(field("goal") === undefined ? "direction" : "goal", `is ${said(word)}; say maximize or minimize`);
  for (const key of ["unit", "split"]) {
    const text = field(key);
    if (text !== undefined && !(typeof text === "string" && text.length <= 60))
      return problem(key, `is ${said(text)}; it is a word of at most 60 letters`);
  }
  const [unit, split] = [field("unit"), field("split")] as [string | undefined, string | undefined];
  return {
    name,
    value: samples === undefined ? value : meanOf(samples),
    step: null,
    ...(goal !== undefined && { goal }),
    ...(unit !== undefined && { unit }),
    ...(split !== undefined && { split }),
    ...(n !== undefined && { n: n as number }),
    ...(se !== undefined && { se: se as number }),
    ...(ci !== undefined && { ci: [ci[0] as number, ci[1] as number] }),
    ...(level !== undefined && { level: level as number }),
    ...(samples !== undefined && { samples: [...samples] }),
  };
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.length >= 2 && value.every((one) => Number.isFinite(one));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Written to three digits, or taken over other folds than these: anything nearer than a standard error of the mean is a rounded mean. */
function isMean(value: number, samples: readonly number[]): boolean {
  const mean = meanOf(samples);
  const variance = samples.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (samples.length - 1);
  return Math.abs(value - mean) <= Math.max(Math.sqrt(variance / samples.length), 1e-3 * Math.abs(mean));
}
