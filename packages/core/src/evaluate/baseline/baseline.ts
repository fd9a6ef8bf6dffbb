import type { Backend } from "../../backend.ts";
import { parseDocument, type Sha256 } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import { importRecordOf } from "../../registry/read/import-record.ts";
import type { Registry } from "../../registry/read/registry.ts";
import { type AskedFrom, askedVersion, nameOf } from "../../train/asked-version.ts";
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
  /** Of an alias nobody ever held though versions stand: which one, and the newest of them. Null: there is a baseline, or no version yet. */
  readonly unheld: Unheld | null;
}
type Unheld = NonNullable<EvaluationReport["unheld"]>;

/**
 * Finds the baseline version. An alias that was never held means a first model; one that was held and is gone is refused.
 * @param asked An alias, a version, MODEL@either, `merge-base`, or `none`.
 * @param from With the digest of the candidate's files.
 * @throws BASELINE_MISSING, BASELINE_UNKNOWN, MERGE_BASE_MISSING, BASE_UNKNOWN, REFERENCE_INVALID
 */
export async function findBaseline(
  model: string,
  asked: string,
  from: AskedFrom & { readonly rootDigest: Sha256 | null },
  ports: Pick<Backend, "store" | "source"> & { readonly registry: Registry },
): Promise<Baseline> {
  if (asked === "none") return { asked, label: "none", version: null, noBaseline: "not-asked", unheld: null };
  const found = await askedVersion(model, asked, from, ports);
  if (found === null) {
    // A candidate that was registered in the meantime is no other version: judged again it gets the same report.
    const newest = (await ports.registry.state(model)).versions.findLast(
      ({ withdrawn, rootDigest }) => withdrawn === null && rootDigest !== from.rootDigest,
    )?.version;
    const unheld = newest === undefined ? null : { alias: nameOf(asked), newest };
    return { asked, label: nameOf(asked), version: null, noBaseline: "never-held", unheld };
  }
  const version = await baselineVersion(model, found.version, asked, ports);
  return { asked, label: found.label, version, noBaseline: null, unheld: null };
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

/** What leads to a comparison where versions stand and nobody deployed one. */
export function unheldNotes(model: string, { unheld }: Baseline): string[] {
  if (unheld === null) return [];
  const { alias, newest } = unheld;
  return [
    `v${newest} is registered, but nothing was compared with it: ${alias} was never held. Deploy it (\`trainyard deploy ${model}@${newest} --environment ${alias}\`), or compare with the newest version until then (\`evaluate.baseline: latest\`).`,
  ];
}
