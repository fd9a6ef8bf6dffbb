import {
  allModels,
  type Config,
  isRefusal,
  type ModelConfig,
  needsScoring,
  type PlannedModel,
  TrainyardError,
  touchedModels,
} from "@trainyard/core";
import { loadConfig } from "../config/load-config.ts";
import { changedSince } from "../git/changed-since.ts";
import { pathFilter } from "../git/path-filter.ts";

export interface Planned {
  readonly models: readonly PlannedModel[];
  /** Of those that are watched for drift the ones whose current rows must be scored first; none where that was not asked. */
  readonly unscored: readonly PlannedModel[];
  /** The commit it was compared with; null where nothing was, or where the branch is new. */
  readonly since: string | null;
}

/** `plan`: the models there is something to do for. It reads the config and git, never the registry. */
export async function planVerb(
  folder: string,
  inputs: { changed: boolean; base?: string | undefined; head?: string | undefined; drift: boolean },
): Promise<Planned> {
  const { config, root } = await loadConfig(folder);
  for (const input of ["base", "head"] as const) {
    const got = inputs[input];
    if (got !== undefined && !inputs.changed)
      throw new TrainyardError("INPUT_INVALID", { input, expected: "given with changed", got });
  }
  const all = allModels(config, inputs.drift ? "drift" : "all");
  const unscoredOf = (models: readonly PlannedModel[]) =>
    models.filter(({ model }) => inputs.drift && needsScoring(config.models[model] as ModelConfig));
  if (!inputs.changed) return { models: all, unscored: unscoredOf(all), since: null };
  const since = await changedSince(root, inputs.base ?? null, inputs.head ?? null);
  const change =
    since === null ? { paths: [], config: null } : { paths: since.paths, config: await configOf(since.config) };
  const head = since?.headConfig == null ? config : ((await configOf(since.headConfig)) ?? config);
  const touched = touchedModels(head, change, (patterns) => pathFilter(root, patterns));
  const watched = new Set(all.map(({ model }) => model));
  const models = inputs.drift ? touched.filter(({ model }) => watched.has(model)) : touched;
  return { models, unscored: unscoredOf(models), since: since?.commit ?? null };
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
