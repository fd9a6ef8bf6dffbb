import { visibleText } from "../escape.ts";
import { isObject, unpacked } from "./metric-forms.ts";
import { detailedMetric, isDetailed, type MetricProblem, numberOf, type ReportedMetric } from "./reported-metric.ts";

/** What a metrics file says, and what in it cannot be read. */
export interface MetricsFile {
  readonly metrics: readonly ReportedMetric[];
  readonly problems: readonly MetricProblem[];
}

/** More than a person or a gate ever names; a longer file is no summary of a training. */
const [MOST_METRICS, MOST_DEPTH, MOST_NAME, MOST_ALL_SAMPLES] = [10_000, 20, 200, 200_000];

/** Names that mean something to a JavaScript object: whoever reads the record with one would read its machinery. */
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Numbers of a metrics file: `{name: number}`, `{name: {value, se, …}}`, nested objects joined with a dot, and the forms of DVC, MLflow, Hugging Face and
 * lm-evaluation-harness (see metric-forms.ts). Python's json writes bare NaN and Infinity, which JSON does not have: they are read as such, so that a
 * diverged training is seen and not taken for a damaged file.
 * @returns null when the text is no JSON of such a form.
 */
export function metricsOfJson(text: string): MetricsFile | null {
  const entries = unpacked(parseWithNaN(text));
  if (entries === null) return null;
  if ("problem" in entries) return whole(entries);
  const found: (ReportedMetric | MetricProblem)[] = [];
  const open = entries.map(([name, value]) => ({ name, value, depth: 1 })).reverse();
  let samples = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { name, value, depth } = next;
    const field = visibleText(name, 60);
    if (depth > MOST_DEPTH) return whole({ field, problem: `is nested more than ${MOST_DEPTH} deep` });
    if (name.split(".").some((part) => FORBIDDEN.has(part)))
      return whole({ field, problem: "is a name that no metric can have" });
    if (name.length > MOST_NAME) return whole({ field, problem: `is a name of more than ${MOST_NAME} letters` });
    const read = readOne(name, value);
    if (read !== null) found.push(read);
    else if (isObject(value))
      for (const [key, inner] of Object.entries(value).reverse())
        open.push({ name: `${name}.${key}`, value: inner, depth: depth + 1 });
    if (read !== null && "samples" in read) samples += read.samples?.length ?? 0;
    if (found.length > MOST_METRICS) return whole({ field, problem: `is one of more than ${MOST_METRICS} metrics` });
    if (samples > MOST_ALL_SAMPLES)
      return whole({ field: `${field}.samples`, problem: `makes more than ${MOST_ALL_SAMPLES} samples in the file` });
  }
  const isMetric = (one: ReportedMetric | MetricProblem): one is ReportedMetric => "name" in one;
  return { metrics: found.filter(isMetric), problems: found.filter((one): one is MetricProblem => !isMetric(one)) };
}

const whole = ({ field, problem }: { field: string; problem: string }): MetricsFile => ({
  metrics: [],
  problems: [{ metric: null, field, problem }],
});

/** Null for what is no metric: text, a list, a folder of more. */
function readOne(name: string, value: unknown): ReportedMetric | MetricProblem | null {
  if (isDetailed(value)) return detailedMetric(name, value);
  const number = numberOf(value);
  return number === undefined ? null : { name, value: number, step: null };
}

/** JSON in which bare NaN and ±Infinity are numbers; undefined when it is not even that. */
export function parseWithNaN(text: string): unknown {
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
