import type { VersionState } from "../../registry/fold/model-state.ts";
import type { OriginName } from "../../registry/log/origin.ts";
import type { UpstreamVersion } from "./upstream.ts";

/** The version here that an earlier import made of one elsewhere; null when there is none. */
export function importedAs(
  versions: readonly Pick<VersionState, "version" | "origin">[],
  { origin }: UpstreamVersion,
): number | null {
  const isIt = (one: OriginName | null) =>
    one?.system === origin.system && one.name === origin.name && one.version === origin.version && one.id === origin.id;
  return versions.findLast((version) => isIt(version.origin))?.version ?? null;
}
