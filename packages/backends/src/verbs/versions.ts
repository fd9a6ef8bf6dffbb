import {
  type AliasChange,
  type AliasInputs,
  changeAlias,
  parseReference,
  parseWhich,
  resolve,
  TrainyardError,
  withdraw,
} from "@trainyard/core";
import type { Project } from "../project.ts";
import { knownModel } from "./known-model.ts";

/** `alias`: points a name at a version, or takes it away. Environments are moved only by deploying. */
export async function aliasVerb(project: Project, inputs: AliasInputs): Promise<AliasChange & { model: string }> {
  await project.mayWrite();
  const reference = parseReference(inputs.model);
  const { model, environments } = await knownModel(project, reference.model);
  const needsVersion = !inputs.remove || reference.which !== null;
  if (needsVersion && reference.which === null)
    throw new TrainyardError("REFERENCE_INVALID", { reference: inputs.model });
  const named = needsVersion ? (await resolve(project.registry, reference)).version : undefined;
  const change = await changeAlias(
    {
      model,
      alias: inputs.alias,
      version: inputs.remove ? null : (named ?? null),
      expected:
        inputs.expected === undefined && inputs.remove
          ? named // `churn@12 champion --remove` takes it from v12, and from nobody else
          : await expectedVersion(project, model, inputs.expected),
      reason: inputs.reason ?? null,
      environments,
    },
    { registry: project.registry },
  );
  return { model, ...change };
}

async function expectedVersion(
  project: Project,
  model: string,
  text: string | undefined,
): Promise<number | null | undefined> {
  if (text === undefined) return undefined;
  if (text === "none") return null;
  return (await resolve(project.registry, { model, which: parseWhich(text) })).version;
}

/** `withdraw`: says that a version must not be used any more. */
export async function withdrawVerb(
  project: Project,
  inputs: { model: string; reason: string },
): Promise<{ model: string; version: number; aliases: string[] }> {
  await project.mayWrite();
  const reference = parseReference(inputs.model);
  if (reference.which === null) throw new TrainyardError("REFERENCE_INVALID", { reference: inputs.model });
  const { model, environments } = await knownModel(project, reference.model);
  const { version } = await resolve(project.registry, reference);
  const { aliases } = await withdraw(
    { model, version, reason: inputs.reason, environments },
    { registry: project.registry },
  );
  return { model, version, aliases };
}
