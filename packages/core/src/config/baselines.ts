import type { ModelConfig } from "./config.ts";

/** What a model is compared with; the report is about the first. */
export function baselinesOf({ baseline }: Pick<ModelConfig["evaluate"], "baseline">): readonly [string, ...string[]] {
  return typeof baseline === "string" ? [baseline] : (baseline as [string, ...string[]]); // the schema has one at least
}
