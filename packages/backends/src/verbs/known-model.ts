import { chooseModel } from "@trainyard/core";
import type { Project } from "../project.ts";

/**
 * A model of the config, or of the registry alone (imported, or not in this checkout), with the environments that only deploying moves: without a
 * config those it was deployed to. @throws MODEL_UNKNOWN
 */
export async function knownModel(
  { config, registry }: Pick<Project, "config" | "registry">,
  name: string,
): Promise<{ model: string; environments: readonly string[] }> {
  const registered = Object.hasOwn(config.models, name) ? [] : await registry.models();
  if (registered.includes(name)) {
    const { deployments } = await registry.state(name);
    return { model: name, environments: [...new Set(deployments.map(({ environment }) => environment))] };
  }
  const { model, config: own } = chooseModel(config, name, registered);
  return { model, environments: Object.keys(own.deploy) };
}
