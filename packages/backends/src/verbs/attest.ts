import { ATTESTATION_LIMIT, type Attested, attest, parseReference, resolve, TrainyardError } from "@trainyard/core";
import { givenText } from "../local/given-text.ts";
import type { Project } from "../project.ts";
import { knownModel } from "./known-model.ts";
import { portsOf } from "./ports-of.ts";

/** `attest`: keeps a signed statement about a version beside it. */
export async function attestVerb(
  project: Project,
  folder: string,
  inputs: { model: string; file: string },
): Promise<Attested & { model: string; version: number }> {
  await project.mayWrite();
  const reference = parseReference(inputs.model);
  if (reference.which === null) throw new TrainyardError("REFERENCE_INVALID", { reference: inputs.model });
  const { model } = await knownModel(project, reference.model);
  const { version } = await resolve(project.registry, reference);
  const text = await givenText(folder, inputs.file, ATTESTATION_LIMIT);
  const source = inputs.file === "-" ? "Standard input" : inputs.file;
  return { model, version, ...(await attest({ model, version, text, source }, portsOf(project))) };
}
