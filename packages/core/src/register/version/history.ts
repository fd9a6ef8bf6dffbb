import { modelOf, type RegistryEvent } from "../../registry/log/event.ts";
import { originText } from "../../registry/log/origin.ts";

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
