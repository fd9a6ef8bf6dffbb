import { TrainyardError } from "../../errors.ts";
import type { ModelState } from "../fold/model-state.ts";
import type { RegistryEvent } from "../log/event.ts";

/** Aliases of a model held at the same time, and models of a registry: with each change git writes the list of all of them anew. */
const ALIAS_LIMIT = 1000;
const MODEL_LIMIT = 3000;

/** @param index Which event of its transaction. @param state What it leaves. @throws ALIASES_TOO_MANY */
export function refuseTooManyAliases(event: RegistryEvent, index: number, { model, aliases }: ModelState): void {
  if (event.type !== "alias.set" || event.from !== null || aliases.size <= ALIAS_LIMIT) return;
  let held = 0;
  for (const { version } of aliases.values()) if (version !== null) held++;
  if (held > ALIAS_LIMIT) throw new TrainyardError("ALIASES_TOO_MANY", { model, limit: ALIAS_LIMIT, index });
}

/** @throws MODELS_TOO_MANY */
export function refuseTooManyModels(there: number, more: number): void {
  if (there + more > MODEL_LIMIT) throw new TrainyardError("MODELS_TOO_MANY", { models: there, limit: MODEL_LIMIT });
}
