import { TrainyardError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { Config, ModelConfig } from "./config.ts";

/**
 * The model that was named, or the only one there is.
 * @param registered Models the registry has: meant, perhaps, but not chosen from.
 * @throws MODEL_UNKNOWN with the nearest name, MODEL_AMBIGUOUS
 */
export function chooseModel(
  config: Config,
  name: string | null,
  registered: readonly string[] = [],
): { model: string; config: ModelConfig } {
  const known = Object.keys(config.models);
  if (name === null) {
    const [only, another] = known;
    if (only === undefined || another !== undefined) throw new TrainyardError("MODEL_AMBIGUOUS", { known });
    return { model: only, config: config.models[only] as ModelConfig };
  }
  const found = Object.hasOwn(config.models, name) ? config.models[name] : undefined;
  if (found === undefined)
    throw new TrainyardError("MODEL_UNKNOWN", {
      model: name,
      nearest: nearest(name, [...known, ...registered]),
      known,
    });
  return { model: name, config: found };
}
