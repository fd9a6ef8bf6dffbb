import type { ModelState } from "../../registry/fold/model-state.ts";
import type { AttestationState } from "../../registry/fold/proofs.ts";
import type { EventOf } from "../../registry/log/event.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import type { Registry } from "../../registry/read/registry.ts";
import { type HistoryRow, history } from "./history.ts";
import { aliasesOf } from "./version-rows.ts";

/** Everything known about one version. */
export interface VersionView {
  readonly manifest: ModelVersion;
  readonly aliases: readonly string[];
  readonly withdrawn: string | null;
  /** Its deployments, oldest first. */
  readonly deployments: ModelState["deployments"];
  /** The deployment that made it live where it still is; null where it is live nowhere. */
  readonly live: EventOf<"deploy.recorded"> | null;
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
  const aliases = aliasesOf(state, version);
  const isLive = ({ environment, outcome }: EventOf<"deploy.recorded">) =>
    outcome === "live" && aliases.includes(environment);
  return {
    manifest,
    aliases,
    withdrawn: state.versions[version - 1]?.withdrawn ?? null,
    deployments: state.deployments.filter((deployment) => deployment.version === version),
    live: own.filter((event) => event.type === "deploy.recorded").findLast(isLive) ?? null,
    attestations: state.proofs.attestations(version),
    history: history(own, model),
  };
}
