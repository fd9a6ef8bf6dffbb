import type { ModelConfig } from "../config/config.ts";
import { DriftSection } from "../config/drift-section.ts";
import { TrainyardError } from "../errors.ts";

export type DriftConfig = DriftSection;

/** The drift section; a model without one can still be looked at with files that are named. @throws NO_CURRENT_DATA */
export function driftConfig(config: ModelConfig, current: readonly string[]): DriftConfig {
  if (config.drift !== undefined)
    return current.length === 0 ? config.drift : { ...config.drift, current: [...current] };
  if (current.length === 0)
    throw new TrainyardError("NO_CURRENT_DATA", { pattern: "drift.current", from: null, to: null });
  return DriftSection.parse({ current: [...current] });
}
