import type { ModelState, VersionState } from "../../registry/fold/model-state.ts";
import type { OriginName } from "../../registry/log/origin.ts";

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

/** Names of the aliases on a version, in their order. */
export function aliasesOf(state: ModelState, version: number): string[] {
  return [...state.aliases.values()]
    .filter((alias) => alias.version === version)
    .map(({ alias }) => alias)
    .sort();
}
