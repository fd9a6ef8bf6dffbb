import type { ModelState, VersionState } from "../../registry/fold/model-state.ts";
import type { AttestationState } from "../../registry/fold/proofs.ts";
import { modelOf, type RegistryEvent } from "../../registry/log/event.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import { type OriginName, originText } from "../../registry/log/origin.ts";
import type { Registry } from "../../registry/read/registry.ts";

/** One thing that happened, in words. */
export interface HistoryRow {
  readonly seq: number;
  readonly at: string;
  readonly model: string | null;
  readonly type: RegistryEvent["type"];
  /** "v2 registered", "production: v1 → v2". */
  readonly what: string;
  readonly by: string;
  /** The reason given, or what decided; null when nobody said. */
  readonly why: string | null;
  readonly simulatedClock: boolean;
}

/** What happened to a model (null: to all of them), in the order of the log. */
export function history(events: readonly RegistryEvent[], model: string | null): HistoryRow[] {
  return events
    .filter((event) => model === null || modelOf(event) === model)
    .map((event) => ({
      seq: event.seq,
      at: event.at,
      model: modelOf(event),
      type: event.type,
      what: whatOf(event),
      by: event.by.name,
      why: whyOf(event),
      simulatedClock: event.simulatedClock === true,
    }));
}

function whatOf(event: RegistryEvent): string {
  switch (event.type) {
    case "registry.created":
      return "registry created";
    case "evaluation.recorded":
      return `run ${event.run} judged ${event.verdict}${event.baseline === null ? "" : ` against v${event.baseline}`}, ${event.rows} rows`;
    case "version.registered":
      return event.manifest.origin === undefined
        ? `v${event.version} registered from run ${event.manifest.run}${(event.manifest.override ?? null) === null ? "" : ", against the verdict"}`
        : `v${event.version} imported from ${originText(event.manifest.origin)}`;
    case "version.withdrawn":
      return `v${event.version} withdrawn`;
    case "alias.set":
      return event.from === null ? `${event.alias}: v${event.to}` : `${event.alias}: v${event.from} → v${event.to}`;
    case "alias.removed":
      return `${event.alias}: v${event.from} → nobody`;
    case "deploy.recorded":
      return `v${event.version} in ${event.environment}: ${event.outcome}${event.smoke === "passed" ? "" : ` (smoke test ${event.smoke.replace("-", " ")})`}`;
    case "drift.detected":
      return `${event.verdict === "drift" ? "drift" : "data broken"} on v${event.version}${event.retrain ? ", retraining asked for" : ""}`;
    case "note":
      return event.version === undefined ? "note" : `note on v${event.version}`;
    case "attestation.attached":
      return `v${event.version} attested: ${event.predicateType}`;
    case "policy.set":
      return event.policy === null ? "policy cleared" : "policy set";
  }
}

function whyOf(event: RegistryEvent): string | null {
  switch (event.type) {
    case "evaluation.recorded":
      return event.decidedBy;
    case "version.registered":
      return event.manifest.override?.reason ?? null;
    case "version.withdrawn":
    case "alias.set":
    case "alias.removed":
    case "deploy.recorded":
    case "policy.set":
      return event.reason;
    case "drift.detected":
      return event.summary;
    case "note":
      return event.text;
    case "attestation.attached":
    case "registry.created":
      return null;
  }
}

/** A version as a line of a list. */
export interface VersionRow {
  readonly model: string;
  readonly version: number;
  readonly rootDigest: string;
  /** Null when it was imported: then `origin` says from where. */
  readonly run: string | null;
  readonly origin: OriginName | null;
  readonly aliases: readonly string[];
  readonly withdrawn: string | null;
  readonly registeredAt: string;
  readonly by: string;
}

/** The versions of a model, newest first. */
export function versionRows(state: ModelState): VersionRow[] {
  return [...state.versions].reverse().map((version) => versionRow(state, version));
}

function versionRow(state: ModelState, version: VersionState): VersionRow {
  return {
    model: state.model,
    version: version.version,
    rootDigest: version.rootDigest,
    run: version.run,
    origin: version.origin,
    aliases: aliasesOf(state, version.version),
    withdrawn: version.withdrawn,
    registeredAt: version.registeredAt,
    by: version.by.name,
  };
}

/** Everything known about one version. */
export interface VersionView {
  readonly manifest: ModelVersion;
  readonly aliases: readonly string[];
  readonly withdrawn: string | null;
  /** Its deployments, oldest first. */
  readonly deployments: ModelState["deployments"];
  /** Statements about it that are kept beside it, oldest first. */
  readonly attestations: readonly AttestationState[];
  /** What happened to it, oldest first. */
  readonly history: readonly HistoryRow[];
}

/** Reads one version with its history. @throws VERSION_UNKNOWN, and what the registry throws */
export async function showVersion(
  model: string,
  version: number,
  { registry }: { registry: Registry },
): Promise<VersionView> {
  const manifest = await registry.manifest(model, version);
  const state = await registry.state(model);
  const own = await registry.eventsOf(model, version);
  return {
    manifest,
    aliases: aliasesOf(state, version),
    withdrawn: state.versions[version - 1]?.withdrawn ?? null,
    deployments: state.deployments.filter((deployment) => deployment.version === version),
    attestations: state.proofs.attestations(version),
    history: history(own, model),
  };
}

function aliasesOf(state: ModelState, version: number): string[] {
  return [...state.aliases.values()]
    .filter((alias) => alias.version === version)
    .map(({ alias }) => alias)
    .sort();
}
