import { addNote, parseReference, resolve } from "@trainyard/core";
import type { Project } from "../project.ts";
import { knownModel } from "./known-model.ts";

/** `note`: a sentence about a model, or about one version of it. */
export async function noteVerb(
  project: Project,
  inputs: { model: string; text: string },
): Promise<{ model: string; version: number | null; seq: number }> {
  await project.mayWrite();
  const reference = parseReference(inputs.model);
  const { model } = await knownModel(project, reference.model);
  const version = reference.which === null ? null : (await resolve(project.registry, reference)).version;
  const { seq } = await addNote({ model, version, text: inputs.text.trim() }, project);
  return { model, version, seq };
}
