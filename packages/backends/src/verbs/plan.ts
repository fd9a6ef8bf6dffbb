import { allModels, type Config, isRefusal, type PlannedModel, TrainyardError, touchedModels } from "@trainyard/core";
import { loadConfig } from "../config/load-config.ts";
import { changedSince } from "../git/changed-since.ts";
import { pathFilter } from "../git/path-filter.ts";

export interface Planned {
  readonly models: readonly PlannedModel[];
  /** The commit it was compared with; null where nothing was, or where the branch is new. */
  readonly since: string | null;
}

/** `plan`: the models there is something to do for. It reads the config and git, never the registry. */
export async function planVerb(
  folder: string,
  inputs: { changed: boolean; base?: string | undefined; drift: boolean },
): Promise<Planned> {
  const { config, root } = await loadConfig(folder);
  if (inputs.base !== undefined && !inputs.changed)
    throw new TrainyardError("INPUT_INVALID", { input: "base", expected: "given with changed", got: inputs.base });
  const all = allModels(config, inputs.drift ? "drift" : "all");
  if (!inputs.changed) return { models: all, since: null };
  const since = await changedSince(root, inputs.base ?? null);
  const change =
    since === null ? { paths: [], config: null } : { paths: since.paths, config: await configOf(since.config) };
  const touched = touchedModels(config, change, (patterns) => pathFilter(root, patterns));
  const asked = new Set(all.map(({ model }) => model));
  return { models: touched.filter(({ model }) => asked.has(model)), since: since?.commit ?? null };
}

/** A base whose config cannot be read says nothing about its models: they are new to it. */
async function configOf(text: string | null): Promise<Config | null> {
  if (text === null) return null;
  const { parseConfig } = await import("../config/parse-config.ts");
  try {
    return parseConfig(text, "the base's trainyard.yaml");
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}
