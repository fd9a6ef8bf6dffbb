import { type Batch, batch } from "@trainyard/core";
import { givenText } from "../local/given-text.ts";
import type { Project } from "../project.ts";
import { knownModel } from "./known-model.ts";

/** A thousand operations with long reasons. */
const LIMIT = 8 * 1024 * 1024;

/** `transact`: several changes in one commit, or none of them. */
export async function transactVerb(project: Project, folder: string, file: string): Promise<Batch> {
  await project.mayWrite();
  const text = await givenText(folder, file, LIMIT);
  const environmentsOf = async (model: string) => (await knownModel(project, model)).environments;
  return batch({ text, environmentsOf }, project);
}
