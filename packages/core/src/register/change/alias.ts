import { AliasName } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import type { ModelState, VersionState } from "../../registry/fold/model-state.ts";
import type { Decision, Registry } from "../../registry/read/registry.ts";

export interface AliasSettings {
  readonly model: string;
  readonly alias: string;
  /** Where to; null takes the alias away. */
  readonly version: number | null;
  /** Only if the alias is there now; null: only if nobody holds it; undefined: wherever it is. */
  readonly expected?: number | null | undefined;
  readonly reason: string | null;
  /** Names under `deploy:`: their aliases are moved by deploying alone. */
  readonly environments: readonly string[];
}

export interface AliasChange {
  readonly alias: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly generation: number;
  /** False when it was there already: nothing was written. */
  readonly changed: boolean;
}

/**
 * Points an alias at a version, or takes it away. `expected` is compared in the same commit that moves it.
 * @throws NAME_INVALID, ALIAS_IS_ENVIRONMENT, POLICY_FORBIDS, ALIAS_MOVED, ALIAS_UNKNOWN, VERSION_UNKNOWN, VERSION_WITHDRAWN, TEXT_TOO_LONG, and what the registry throws
 */
export async function changeAlias(settings: AliasSettings, { registry }: { registry: Registry }): Promise<AliasChange> {
  const name = AliasName.safeParse(settings.alias);
  if (!name.success)
    throw new TrainyardError("NAME_INVALID", {
      what: "an alias",
      name: settings.alias,
      rule: name.error.issues[0]?.message ?? "",
    });
  const { result } = await registry.transact(settings.model, (state) => aliasDecision(state, settings));
  return result;
}

/** @throws ALIAS_IS_ENVIRONMENT, ALIAS_MOVED, ALIAS_UNKNOWN, VERSION_UNKNOWN, VERSION_WITHDRAWN */
export function aliasDecision(state: ModelState, settings: AliasSettings): Decision<AliasChange> {
  const { model, alias, version: to, expected, reason, environments } = settings;
  // Once deployed to, an alias says what is live there, whatever the config calls its environments now. Taking it away is the end of an environment.
  const deployed = to !== null && state.deployments.some(({ environment }) => environment === alias);
  if (deployed || environments.includes(alias))
    throw new TrainyardError("ALIAS_IS_ENVIRONMENT", { alias, remove: to === null });
  const held = state.aliases.get(alias);
  const from = held?.version ?? null;
  if (to === null && held === undefined)
    throw new TrainyardError("ALIAS_UNKNOWN", { model, alias, known: liveAliases(state) });
  if (expected !== undefined && expected !== from)
    throw new TrainyardError("ALIAS_MOVED", { model, alias, expected: said(expected), got: said(from) });
  if (to !== null) usable(state, to);
  if (to === null && from === null)
    throw new TrainyardError("ALIAS_UNKNOWN", { model, alias, known: liveAliases(state) });
  if (to === from)
    return { events: [], result: { alias, from, to, generation: held?.generation ?? 0, changed: false } };
  const generation = (held?.generation ?? 0) + 1;
  const place = { model, alias, generation, reason };
  const event =
    to === null
      ? ({ type: "alias.removed", ...place, from: from as number } as const)
      : ({ type: "alias.set", ...place, from, to } as const);
  return { events: [event], result: { alias, from, to, generation, changed: true } };
}

/** A version that exists and was not withdrawn. @throws VERSION_UNKNOWN, VERSION_WITHDRAWN */
export function usable(state: ModelState, version: number): VersionState {
  const found = state.versions[version - 1];
  if (found === undefined) throw new TrainyardError("VERSION_UNKNOWN", { model: state.model, version: `v${version}` });
  if (found.withdrawn !== null)
    throw new TrainyardError("VERSION_WITHDRAWN", { model: state.model, version, reason: found.withdrawn });
  return found;
}

/** Aliases that somebody holds, by name. */
function liveAliases(state: ModelState): string[] {
  return [...state.aliases.values()]
    .filter(({ version }) => version !== null)
    .map(({ alias }) => alias)
    .sort();
}

function said(version: number | null): string {
  return version === null ? "nobody" : `v${version}`;
}
