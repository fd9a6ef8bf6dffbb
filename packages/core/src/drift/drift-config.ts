import type { ModelConfig } from "../config/config.ts";
import { DriftSection } from "../config/drift-section.ts";
import { TrainyardError } from "../errors.ts";

export type DriftConfig = DriftSection;

/** The drift section; a model without one can still be looked at with files that are named. @throws SETTING_MISSING */
export function driftConfig(model: string, config: ModelConfig, current: readonly string[]): DriftConfig {
  if (config.drift !== undefined)
    return current.length === 0 ? config.drift : { ...config.drift, current: [...current] };
  if (current.length === 0)
    throw new TrainyardError("SETTING_MISSING", { model, setting: "drift", needed: "drift-check without --current" });
  return DriftSection.parse({ current: [...current] });
}
