import type { ModelConfig } from "../config/config.ts";
import { TrainyardError } from "../errors.ts";
import { nearest } from "../nearest.ts";

export type Environments = ModelConfig["deploy"];
export type Environment = Environments[string];

/** The environment named, or the only one there is. @throws ENVIRONMENT_UNKNOWN, INPUT_MISSING */
export function chooseEnvironment(
  model: string,
  environments: Environments,
  name: string | null,
): { name: string; environment: Environment } {
  const known = Object.keys(environments);
  if (name === null && known.length > 1) {
    throw new TrainyardError("INPUT_MISSING", { input: "environment", needed: `one of ${known.join(", ")}` });
  }
  const chosen = name ?? known[0] ?? "production";
  const environment = Object.hasOwn(environments, chosen) ? environments[chosen] : undefined;
  if (environment === undefined) {
    throw new TrainyardError("ENVIRONMENT_UNKNOWN", {
      model,
      environment: chosen,
      nearest: nearest(chosen, known),
      known,
    });
  }
  return { name: chosen, environment };
}
