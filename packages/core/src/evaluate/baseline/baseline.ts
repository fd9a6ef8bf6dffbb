import type { Backend } from "../../backend.ts";
import { parseDocument } from "../../document.ts";
import { isRefusal, TrainyardError } from "../../errors.ts";
import type { ModelState } from "../../registry/fold/model-state.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import { importRecordOf } from "../../registry/read/import-record.ts";
import { named, parseReference, parseWhich } from "../../registry/read/reference.ts";
import type { Registry } from "../../registry/read/registry.ts";
import { MERGE_BASE, mergeBaseVersion } from "../../train/merge-base.ts";
import { type Metric, RunRecord } from "../../train/run-record.ts";
import type { EvaluationReport } from "../evaluation-report.ts";

/** What a candidate is compared with. */
export interface Baseline {
  /** As the config or the caller called it. */
  readonly asked: string;
  /** "production v1", "v3"; without a version, what was asked for. */
  readonly label: string;
  readonly version: {
    readonly manifest: ModelVersion;
    /** Null of an imported version. */
    readonly record: RunRecord | null;
    /** What its training reported, or what the registry it was imported from says. */
    readonly metrics: readonly Metric[];
  } | null;
  readonly noBaseline: EvaluationReport["noBaseline"];
}

/**
 * Finds the baseline version. An alias that was never held means a first model; one that was held and is gone is refused.
 * @param asked An alias, a version, MODEL@either, `merge-base`, or `none`.
 * @param environments Names of the model's environments: aliases that will be held one day.
 * @param head The commit that is judged, from which the merge base follows.
 * @throws BASELINE_MISSING, BASELINE_UNKNOWN, MERGE_BASE_MISSING, BASE_UNKNOWN, REFERENCE_INVALID
 */
export async function findBaseline(
  model: string,
  asked: string,
  environments: readonly string[],
  head: string,
  ports: Pick<Backend, "store" | "source"> & { readonly registry: Registry },
): Promise<Baseline> {
  if (asked === "none") return { asked, label: "none", version: null, noBaseline: "not-asked" };
  const state = await ports.registry.state(model);
  const number =
    asked === MERGE_BASE ? await mergeBaseVersion(model, head, ports) : versionNumber(state, asked, environments);
  if (number === null) return { asked, label: nameOf(asked), version: null, noBaseline: "never-held" };
  const version = await baselineVersion(model, number, asked, ports);
  const name = nameOf(asked);
  return { asked, label: isVersion(name) ? `v${number}` : `${name} v${number}`, version, noBaseline: null };
}

/** A version that stands, with what its training recorded. @throws BASELINE_UNKNOWN, BASELINE_MISSING when it was withdrawn */
export async function baselineVersion(
  model: string,
  number: number,
  asked: string,
  { registry, store }: Pick<Backend, "store"> & { readonly registry: Registry },
): Promise<NonNullable<Baseline["version"]>> {
  const found = (await registry.state(model)).versions[number - 1];
  if (found === undefined) throw new TrainyardError("BASELINE_UNKNOWN", { model, baseline: asked });
  if (found.withdrawn !== null)
    throw new TrainyardError("BASELINE_MISSING", {
      model,
      baseline: asked,
      reason: `v${number} was withdrawn: ${found.withdrawn}`,
    });
  const manifest = await registry.manifest(model, number);
  const what = `the record of ${model} v${number}`;
  const record =
    manifest.record === null ? null : parseDocument(RunRecord, await store.text(manifest.record, what), what);
  return { manifest, record, metrics: record?.metrics ?? (await importedMetrics(manifest, { store })) };
}

/** Nobody said which way they are better, nor on what they were measured. */
async function importedMetrics(manifest: ModelVersion, ports: Pick<Backend, "store">): Promise<Metric[]> {
  const found = (await importRecordOf(manifest, ports))?.metrics ?? [];
  return found.map(({ name, value }) => ({ name, value, goal: null, split: null, unit: null }));
}

/**
 * The version a configured baseline is at this moment; null where it is none, nobody holds it, or what it names was withdrawn or never was.
 * @param asked As for `findBaseline`.
 */
export function baselineNow(state: ModelState, asked: string): { label: string; version: number } | null {
  if (asked === "none" || asked === MERGE_BASE) return null;
  try {
    const version = versionNumber(state, asked, []);
    const found = version === null ? undefined : state.versions[version - 1];
    if (found === undefined || found.withdrawn !== null) return null;
    return { label: isVersion(nameOf(asked)) ? "evaluate.baseline" : nameOf(asked), version: found.version };
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

const isVersion = (name: string) => /^v?\d+$|:/.test(name);
const nameOf = (asked: string) => asked.slice(asked.indexOf("@") + 1);

/** Null for a first model. */
function versionNumber(state: ModelState, asked: string, environments: readonly string[]): number | null {
  const { model } = state;
  const reference = asked.includes("@") ? parseReference(asked) : { model, which: parseWhich(asked) };
  if (reference.model !== model) throw new TrainyardError("BASELINE_UNKNOWN", { model, baseline: asked });
  const { which } = reference;
  if (which === null || ("alias" in which && which.alias === "latest"))
    return state.versions.findLast((version) => version.withdrawn === null)?.version ?? null;
  if ("version" in which) return which.version;
  if (!("alias" in which)) {
    const found = named(state, which);
    if (found === undefined) throw new TrainyardError("BASELINE_UNKNOWN", { model, baseline: asked });
    return found.version;
  }
  const held = state.aliases.get(which.alias)?.version ?? null;
  if (held !== null) return held;
  if (state.held.has(which.alias))
    throw new TrainyardError("BASELINE_MISSING", { model, baseline: asked, reason: "the alias was removed" });
  const expected = which.alias === "production" || environments.includes(which.alias) || state.versions.length === 0;
  if (!expected) throw new TrainyardError("BASELINE_UNKNOWN", { model, baseline: asked }); // versions exist, and this is nobody's name: misspelt
  return null;
}
