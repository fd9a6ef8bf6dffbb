import type { Backend } from "../../backend.ts";
import type { Estimate, Verdict } from "../../check/check.ts";
import type { JsonValue, Params } from "../../data/params.ts";
import { nearest } from "../../nearest.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import { allManifests } from "../../registry/read/all-manifests.ts";
import type { ReadPorts } from "../../registry/read/snapshot.ts";
import { DAY, instant } from "../../time.ts";
import { readPapers } from "../version/papers.ts";
import { type VersionRow, versionRows } from "../version/version-rows.ts";
import { type Comparison, comparisons, fieldText, type Query } from "./query.ts";
import type { Field, Value } from "./query-fields.ts";

/** A version that is like what was asked for. */
export interface FoundVersion extends VersionRow {
  /** Null when it was imported. */
  readonly verdict: Verdict | null;
  readonly commit: string | null;
  readonly size: number;
  readonly metrics: readonly { readonly name: string; readonly estimate: Estimate }[];
  /** Null when they stand in a record that is not in the store here. */
  readonly params: Params | null;
}

export interface SearchResult {
  /** By model, newest first. */
  readonly found: readonly FoundVersion[];
  /** Versions whose answer stands in a document that is not in the store here: "churn v3". They may be missing from `found`. */
  readonly unknown: readonly string[];
  /** Metrics and parameters of the query that no version has: most likely misspelt. */
  readonly unheard: readonly string[];
  /** Of those, what was most likely meant: "metrics.w" → "params.w". */
  readonly meant: ReadonlyMap<string, string>;
}

/** What a version says about a field: several values (aliases), none, or unknown because the document is not here. */
type Answer = readonly JsonValue[] | "unknown";

/**
 * Looks for versions. A comparison with what a version does not have is false, and `!=` is always the opposite of `=`.
 * @throws REGISTRY_DAMAGED, REGISTRY_FUTURE, DIGEST_MISMATCH, DOCUMENT_INVALID
 */
export async function search(
  query: Query,
  models: readonly string[],
  ports: ReadPorts & Pick<Backend, "store">,
): Promise<SearchResult> {
  const found: FoundVersion[] = [];
  const unknown: string[] = [];
  const asked = comparisons(query).map(({ field }) => field);
  const unheard = new Map(asked.filter(({ kind }) => kind !== "own").map((field) => [fieldText(field), field]));
  const heard = new Set<string>();
  for (const model of models) {
    const { state, manifests } = await allManifests(model, ports);
    for (const row of versionRows(state)) {
      const version = await factsOf(row, manifests[row.version - 1] as ModelVersion, asked, ports);
      for (const { name } of version.row.metrics) heard.add(`metrics.${name}`);
      for (const name of Object.keys(version.row.params ?? {})) heard.add(`params.${name}`);
      for (const [name, field] of unheard) if (answer(version, field).length > 0) unheard.delete(name);
      const fits = matches(query, (field) => answer(version, field));
      if (fits === null) unknown.push(`${model} v${row.version}`);
      if (fits === true) found.push(version.row);
    }
  }
  return { found, unknown, unheard: [...unheard.keys()], meant: meantBy([...unheard.keys()], heard) };
}

function meantBy(unheard: readonly string[], heard: ReadonlySet<string>): Map<string, string> {
  return new Map(
    unheard.flatMap((name): [string, string][] => {
      const [kind = "", rest = ""] = [name.slice(0, name.indexOf(".")), name.slice(name.indexOf(".") + 1)];
      const other = `${kind === "metrics" ? "params" : "metrics"}.${rest}`;
      const own = [...heard].filter((one) => one.startsWith(`${kind}.`)).map((one) => one.slice(kind.length + 1));
      const near = nearest(rest, own);
      if (heard.has(other)) return [[name, other]];
      return near === null ? [] : [[name, `${kind}.${near}`]];
    }),
  );
}

interface Facts {
  readonly row: FoundVersion;
  readonly metricsKnown: boolean;
}

/** A manifest too long for its 4 KB leaves params or metrics to its documents: these are read only when they are asked for. */
async function factsOf(
  row: VersionRow,
  manifest: ModelVersion,
  asked: readonly Field[],
  ports: Pick<Backend, "store">,
): Promise<Facts> {
  const needs = (kind: Field["kind"]) => asked.some((field) => field.kind === kind);
  const short = (needs("param") && manifest.params === null) || (needs("metric") && manifest.metrics.length === 0);
  const papers = short ? await readPapers(manifest, ports) : null;
  const judged =
    papers?.report?.metrics.map(({ name, candidate }) => ({ name, estimate: candidate })) ??
    papers?.imported?.metrics.map(({ name, value }) => ({ name, estimate: { value, interval: null } }));
  const metrics = manifest.metrics.length > 0 ? manifest.metrics : (judged ?? []);
  const { verdict, commit, size } = manifest;
  const params = manifest.params ?? papers?.record?.inputs.params ?? papers?.imported?.params ?? null;
  return {
    row: { ...row, verdict, commit, size, metrics, params },
    metricsKnown: manifest.metrics.length > 0 || judged !== undefined,
  };
}

function answer({ row, metricsKnown }: Facts, field: Field): Answer {
  if (field.kind === "metric") {
    const metric = row.metrics.find(({ name }) => name === field.name);
    return metric === undefined ? (metricsKnown ? [] : "unknown") : [metric.estimate.value];
  }
  if (field.kind === "param") {
    if (row.params === null) return "unknown";
    const value = paramAt(row.params, field.name);
    return value === undefined ? [] : [value];
  }
  switch (field.name) {
    case "alias":
      return row.aliases;
    case "registered":
      return [row.registeredAt];
    case "withdrawn":
      return [row.withdrawn !== null];
    case "origin": {
      const { origin } = row;
      if (origin === null) return [];
      return [origin.system, origin.name, origin.version, `${origin.system}:${origin.version}`];
    }
    default: {
      const value = row[field.name];
      return value === null ? [] : [value];
    }
  }
}

/** A parameter by its own name, dots included, or else by the way to it: `optimizer.lr`. */
function paramAt(params: Params, name: string): JsonValue | undefined {
  if (Object.hasOwn(params, name)) return params[name];
  return name.split(".").reduce<JsonValue | undefined>((value, key) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
    return Object.hasOwn(value, key) ? value[key] : undefined;
  }, params);
}

/** True, false, or null where an unknown answer decides (Kleene's three-valued logic). */
export function matches(query: Query, answers: (field: Field) => Answer): boolean | null {
  switch (query.kind) {
    case "compare": {
      const given = answers(query.field);
      if (given === "unknown") return null;
      if (query.operator === "!=") return !given.some((value) => holds(value, { ...query, operator: "=" }));
      return given.some((value) => holds(value, query));
    }
    case "not": {
      const inner = matches(query.of, answers);
      return inner === null ? null : !inner;
    }
    case "all":
    case "any": {
      const deciding = query.kind === "any";
      const parts = query.of.map((part) => matches(part, answers));
      if (parts.includes(deciding)) return deciding;
      return parts.includes(null) ? null : !deciding;
    }
  }
}

function holds(actual: JsonValue, { field, operator, value }: Comparison): boolean {
  if (field.kind === "own" && field.name === "registered") return holdsInstant(String(actual), operator, String(value));
  if (field.kind === "own" && field.name === "run" && operator === "=" && String(value).length >= 4)
    return String(actual).startsWith(String(value));
  if (field.kind === "own" && field.name === "commit") return String(actual).startsWith(String(value));
  if (operator === "=") return actual === value;
  return inOrder(actual, operator, value);
}

function inOrder(actual: JsonValue, operator: Comparison["operator"], value: Value): boolean {
  if (typeof actual !== typeof value || (typeof actual !== "number" && typeof actual !== "string")) return false;
  const [a, b] = [actual, value as typeof actual];
  return operator === "<" ? a < b : operator === "<=" ? a <= b : operator === ">" ? a > b : a >= b;
}

/** A date means its whole day, UTC: `> 2001-05-13` starts on the 14th, `<= 2001-05-13` ends with the 13th. */
function holdsInstant(actual: string, operator: Comparison["operator"], value: string): boolean {
  const at = instant(actual) ?? Number.NaN;
  const start = instant(value) ?? Number.NaN;
  const end = value.includes("T") ? start : start + DAY - 1;
  switch (operator) {
    case "<":
      return at < start;
    case "<=":
      return at <= end;
    case ">":
      return at > end;
    case ">=":
      return at >= start;
    default:
      return at >= start && at <= end;
  }
}
