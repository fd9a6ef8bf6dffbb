import { TrainyardError } from "../../errors.ts";
import type { ModelState } from "../../registry/fold/model-state.ts";
import type { EventBody } from "../../registry/log/event.ts";
import type { Registry } from "../../registry/read/registry.ts";
import { usable } from "./alias.ts";

export interface WithdrawSettings {
  readonly model: string;
  readonly version: number;
  readonly reason: string;
  /** Names under `deploy:`: a version that is live in one is not withdrawn. */
  readonly environments: readonly string[];
}

/**
 * Takes a version out of use for good; its number, manifest and bytes stay. Aliases that point at it go in the same commit; an environment's
 * alias does not: something serves it.
 * @returns The aliases that were taken away.
 * @throws VERSION_UNKNOWN, VERSION_WITHDRAWN, VERSION_IN_USE, TEXT_TOO_LONG, and what the registry throws
 */
export async function withdraw(
  settings: WithdrawSettings,
  { registry }: { registry: Registry },
): Promise<{ aliases: string[] }> {
  const { result } = await registry.transact(settings.model, (state) => {
    const events = withdrawEvents(state, settings);
    return { events, result: { aliases: events.flatMap((event) => ("alias" in event ? [event.alias] : [])) } };
  });
  return result;
}

/** @throws VERSION_UNKNOWN, VERSION_WITHDRAWN, VERSION_IN_USE */
export function withdrawEvents(
  state: ModelState,
  { model, version, reason, environments }: WithdrawSettings,
): EventBody[] {
  usable(state, version);
  const held = [...state.aliases.values()].filter((alias) => alias.version === version);
  const live = held.filter(({ alias }) => environments.includes(alias)).map(({ alias }) => alias);
  if (live.length > 0) throw new TrainyardError("VERSION_IN_USE", { model, version, environments: live });
  const removed = held.map(
    ({ alias, generation }): EventBody => ({
      type: "alias.removed",
      model,
      alias,
      from: version,
      generation: generation + 1,
      reason,
    }),
  );
  return [...removed, { type: "version.withdrawn", model, version, reason }];
}
