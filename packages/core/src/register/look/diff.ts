import type { Backend } from "../../backend.ts";
import type { Estimate } from "../../check/check.ts";
import type { Goal } from "../../config/task.ts";
import { canonicalJson, type FileRef, type Sha256 } from "../../document.ts";
import { changes } from "../../evaluate/differences/changes.ts";
import type { Change } from "../../evaluate/evaluation-report.ts";
import { byCodePoint } from "../../order.ts";
import { type OriginName, originText } from "../../registry/log/origin.ts";
import { type Reference, resolve } from "../../registry/read/reference.ts";
import type { Registry } from "../../registry/read/registry.ts";
import { readPapers, type VersionPapers } from "../version/papers.ts";

/** What is not the same in two versions; every difference is `to` − `from`. */
export interface VersionDiff {
  readonly from: DiffSide;
  readonly to: DiffSide;
  /** The model files are the same bytes. */
  readonly sameBytes: boolean;
  /** Both were judged on the same evaluation rows (null: the store has no report of one of them). */
  readonly sameRows: boolean | null;
  /** Every metric of either side, in the order of `to`. */
  readonly metrics: readonly MetricDiff[];
  /** Parameters, data, code and environment that differ; of `to` what `from` has not, the other way round null. */
  readonly changes: readonly Change[];
  /** `records`: from both runs' records. `manifests`: a record is not in the store here, so code and environment are told by commit alone. */
  readonly basis: "records" | "manifests";
  /** Model files that differ, by path. */
  readonly files: readonly { path: string; from: FileRef | null; to: FileRef | null }[];
  /** Bytes of all model files. */
  readonly size: { readonly from: number; readonly to: number };
  /** Sentences on what could not be compared, and why. */
  readonly notes: readonly string[];
}

export interface DiffSide {
  readonly model: string;
  readonly version: number;
  readonly rootDigest: Sha256;
  /** Null when it was imported. */
  readonly run: string | null;
  readonly origin: OriginName | null;
  readonly commit: string | null;
  readonly registeredAt: string;
}

export interface MetricDiff {
  readonly name: string;
  /** Null when neither side's report is at hand. */
  readonly goal: Goal | null;
  readonly unit: string;
  readonly from: Estimate | null;
  readonly to: Estimate | null;
  /** Its interval is there only where one of the two was judged against the other: two intervals do not make one of their difference. */
  readonly difference: Estimate | null;
}

/** Reads two versions and says what differs. @throws VERSION_UNKNOWN, ALIAS_UNKNOWN, REGISTRY_EMPTY, DIGEST_MISMATCH, DOCUMENT_INVALID */
export async function diff(
  { from, to }: { from: Reference; to: Reference },
  { registry, store }: Pick<Backend, "store"> & { registry: Registry },
): Promise<VersionDiff> {
  const read = async (reference: Reference) => {
    const { version } = await resolve(registry, reference);
    return readPapers(await registry.manifest(reference.model, version), { store });
  };
  return diffVersions(await read(from), await read(to));
}

/** What differs between two versions, from their manifests and, where they are there, their records and reports. */
export function diffVersions(from: VersionPapers, to: VersionPapers): VersionDiff {
  const records = from.record !== null && to.record !== null ? { from: from.record, to: to.record } : null;
  const sameRows = rowsOf(from) === null || rowsOf(to) === null ? null : rowsOf(from) === rowsOf(to);
  const files = fileDiffs(from, to);
  return {
    from: side(from),
    to: side(to),
    sameBytes: from.manifest.rootDigest === to.manifest.rootDigest,
    sameRows,
    metrics: metricDiffs(from, to),
    changes:
      records === null ? manifestChanges(from, to) : [...changes(records.to, records.from), ...hardware(records)],
    basis: records === null ? "manifests" : "records",
    files: files ?? [],
    size: { from: from.manifest.size, to: to.manifest.size },
    notes: notes(from, to, { sameRows, files }),
  };
}

function side({ manifest }: VersionPapers): DiffSide {
  const { model, version, rootDigest, run, origin = null, commit, registeredAt } = manifest;
  return { model, version, rootDigest, run, origin, commit, registeredAt };
}

/** Which rows a version was judged on: the digest of the evaluation data, null when it is not known. */
function rowsOf({ report }: VersionPapers): Sha256 | null {
  return report?.data?.digest ?? null;
}

function metricDiffs(from: VersionPapers, to: VersionPapers): MetricDiff[] {
  const sides = { from: metricsOf(from), to: metricsOf(to) };
  const names = new Set([...sides.to.keys(), ...sides.from.keys()]);
  return [...names].map((name) => {
    const a = sides.from.get(name);
    const b = sides.to.get(name);
    return {
      name,
      goal: b?.goal ?? a?.goal ?? null,
      unit: b?.unit ?? a?.unit ?? "",
      from: a?.estimate ?? null,
      to: b?.estimate ?? null,
      difference: a === undefined || b === undefined ? null : difference(name, a.estimate, b.estimate, { from, to }),
    };
  });
}

interface KnownMetric {
  readonly estimate: Estimate;
  readonly goal: Goal | null;
  readonly unit: string;
}

/** A version's metrics by name: those of its manifest, or of its report where the manifest was too long to keep them. */
function metricsOf({ manifest, report, imported }: VersionPapers): Map<string, KnownMetric> {
  const judged = report?.metrics ?? [];
  if (manifest.metrics.length === 0 && imported !== null)
    return new Map(
      imported.metrics.map(({ name, value }) => [name, { estimate: { value, interval: null }, goal: null, unit: "" }]),
    );
  if (manifest.metrics.length === 0)
    return new Map(judged.map(({ name, candidate, goal, unit }) => [name, { estimate: candidate, goal, unit }]));
  return new Map(
    manifest.metrics.map(({ name, estimate }) => {
      const known = judged.find((metric) => metric.name === name);
      return [name, { estimate, goal: known?.goal ?? null, unit: known?.unit ?? "" }];
    }),
  );
}

/** `to` − `from` as it was judged, when one's baseline was the other; else of the two points alone. */
function difference(
  name: string,
  a: Estimate,
  b: Estimate,
  { from, to }: { from: VersionPapers; to: VersionPapers },
): Estimate {
  const forward = judgedAgainst(to, from, name);
  if (forward !== null) return forward;
  const backward = judgedAgainst(from, to, name);
  if (backward !== null)
    return {
      value: 0 - backward.value,
      interval: backward.interval === null ? null : [0 - backward.interval[1], 0 - backward.interval[0]],
    };
  return { value: b.value - a.value, interval: null };
}

/** The difference a report states, when it judged this version against that one's bytes. */
function judgedAgainst(candidate: VersionPapers, baseline: VersionPapers, name: string): Estimate | null {
  const { report } = candidate;
  if (report === null || report.unchanged || report.model !== baseline.manifest.model) return null;
  if (report.baseline?.rootDigest !== baseline.manifest.rootDigest) return null;
  return report.metrics.find((metric) => metric.name === name)?.difference ?? null;
}

/** What the manifests alone tell. */
function manifestChanges(a: VersionPapers, b: VersionPapers): Change[] {
  const { from, to } = { from: a.manifest, to: b.manifest };
  const params = { from: from.params ?? a.imported?.params ?? null, to: to.params ?? b.imported?.params ?? null };
  const sameInputs = from.inputsDigest !== null && from.inputsDigest === to.inputsDigest;
  const data = (list: readonly { path: string; digest: string | null }[]) =>
    Object.fromEntries(list.map(({ path, digest }) => [path, digest ?? "claimed, not hashed"]));
  return [
    ...(params.from === null || params.to === null ? [] : differing("param", params.from, params.to)),
    ...(from.data.length === 0 || to.data.length === 0 ? [] : differing("data", data(from.data), data(to.data))),
    ...(sameInputs ? [] : differing("code", { commit: from.commit ?? undefined }, { commit: to.commit ?? undefined })),
  ];
}

/** The machines, beyond what `changes` compares. */
function hardware({
  from,
  to,
}: {
  from: NonNullable<VersionPapers["record"]>;
  to: NonNullable<VersionPapers["record"]>;
}) {
  const machine = ({ environment, hardware: { cpu, cores, gpus } }: typeof from) => ({
    arch: environment.arch,
    cpu,
    cores,
    gpus: gpus.map(({ name }) => name).join(", "),
  });
  return differing("environment", machine(from), machine(to));
}

function differing(
  what: Change["what"],
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
): Change[] {
  const say = (value: unknown) =>
    value === undefined ? null : typeof value === "string" ? value : canonicalJson(value);
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .sort(byCodePoint)
    .map((name) => ({ what, name, from: say(from[name]), to: say(to[name]) }))
    .filter((change) => change.from !== change.to);
}

/** Model files that are not the same; null when a side's list stands in a record that is not here. */
function fileDiffs(from: VersionPapers, to: VersionPapers): VersionDiff["files"] | null {
  const list = ({ manifest, record, imported }: VersionPapers) =>
    manifest.files.length > 0 ? manifest.files : (record?.modelFiles ?? imported?.files ?? null);
  const a = list(from);
  const b = list(to);
  if (a === null || b === null) return null;
  const before = new Map(a.map((file) => [file.path, file]));
  const after = new Map(b.map((file) => [file.path, file]));
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort(byCodePoint)
    .map((path) => ({ path, from: before.get(path) ?? null, to: after.get(path) ?? null }))
    .filter((file) => file.from?.digest !== file.to?.digest);
}

function notes(
  from: VersionPapers,
  to: VersionPapers,
  { sameRows, files }: { sameRows: boolean | null; files: VersionDiff["files"] | null },
): string[] {
  const said = ({ manifest }: VersionPapers) => `${manifest.model} v${manifest.version}`;
  const both = [from, to];
  const found = both
    .filter(({ record }) => record === null)
    .map((one) => {
      const { origin } = one.manifest;
      return origin === undefined
        ? `The record of ${said(one)} is not in the store here: code is compared by commit, the environment not at all.`
        : `${said(one)} was imported (${originText(origin)}): it has no record of a run and no verdict; code is compared by commit, the environment not at all.`;
    });
  for (const one of both)
    if (one.record === null && one.imported === null && one.manifest.params === null)
      found.push(`The parameters of ${said(one)} stand in its record alone: they are not compared.`);
  if (files === null)
    found.push("A list of files stands in a record that is not in the store here: files are not compared.");
  if (sameRows === false) found.push("The two were judged on different rows: their metrics are not of one kind.");
  const judged = [...metricDiffs(from, to)].some((metric) => metric.difference !== null);
  const against = metricDiffs(from, to).some((metric) => metric.difference?.interval != null);
  if (judged && !against)
    found.push("Neither was judged against the other: the differences are of the points alone and claim nothing.");
  return found;
}
