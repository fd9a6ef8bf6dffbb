import { type Batch, batch, chooseModel } from "@trainyard/core";
import { givenText } from "../local/given-text.ts";
import type { Project } from "../project.ts";

/** A thousand operations with long reasons. */
const LIMIT = 8 * 1024 * 1024;

/** `transact`: several changes in one commit, or none of them. */
export async function transactVerb(project: Project, folder: string, file: string): Promise<Batch> {
  await project.mayWrite();
  const { config, registry } = project;
  const text = await givenText(folder, file, LIMIT);
  const inRegistry = await registry.models();
  const environmentsOf = (model: string) =>
    !Object.hasOwn(config.models, model) && inRegistry.includes(model)
      ? []
      : Object.keys(chooseModel(config, model).config.deploy);
  return batch({ text, environmentsOf }, { registry });
}
