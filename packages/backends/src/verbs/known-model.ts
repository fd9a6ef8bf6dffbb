import { chooseModel } from "@trainyard/core";
import type { Project } from "../project.ts";

type Known = Pick<Project, "config" | "registry">;

/** A model of the config, or of the registry alone (imported, or not in this checkout), with its environments. @throws MODEL_UNKNOWN */
export async function knownModel(
  project: Known,
  name: string,
): Promise<{ model: string; environments: readonly string[] }> {
  const { config, registry } = project;
  const registered = Object.hasOwn(config.models, name) ? [] : await registry.models();
  const model = registered.includes(name) ? name : chooseModel(config, name, registered).model;
  return { model, environments: await environmentsOf(project, model) };
}

/** The aliases that only deploying moves: a model's environments in the config; without it there, those it was ever deployed to. */
export async function environmentsOf({ config, registry }: Known, model: string): Promise<readonly string[]> {
  if (Object.hasOwn(config.models, model)) return Object.keys(config.models[model]?.deploy ?? {});
  const { deployments } = await registry.state(model);
  return [...new Set(deployments.map(({ environment }) => environment))];
}
