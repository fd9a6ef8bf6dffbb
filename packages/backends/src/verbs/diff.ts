import { diff, parseReference, parseWhich, type Reference, TrainyardError, type VersionDiff } from "@trainyard/core";
import type { Project } from "../project.ts";

/** `diff`: what differs between two versions, each named in full (`churn@12`) or by its number or alias alone where the model is clear. */
export async function diffVerb(
  { registry, config, backend }: Project,
  inputs: { from: string; to: string },
): Promise<VersionDiff> {
  const models = new Set([...Object.keys(config.models), ...(await registry.models())]);
  const named = [inputs.from, inputs.to].flatMap((text) => modelIn(text, models) ?? []);
  const usual = named[0] ?? (models.size === 1 ? ([...models][0] as string) : null);
  const read = (text: string): Reference => {
    if (modelIn(text, models) !== null) return parseReference(text);
    if (usual === null) throw new TrainyardError("REFERENCE_INVALID", { reference: text });
    return { model: usual, which: parseWhich(text) };
  };
  return diff({ from: read(inputs.from), to: read(inputs.to) }, { registry, store: backend.store });
}

/** The model a text names: before `@`, or alone where there is a model of this name. */
function modelIn(text: string, models: ReadonlySet<string>): string | null {
  if (text.includes("@")) return parseReference(text).model;
  return models.has(text) ? text : null;
}
