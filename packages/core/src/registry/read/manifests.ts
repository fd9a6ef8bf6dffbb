import type { ModelState } from "../fold/registry.ts";
import type { ModelVersion } from "../log/model-version.ts";
import { openSnapshot, type ReadPorts } from "./branch-files.ts";
import { readManifests, readModel } from "./read-model.ts";

export interface Manifests {
  readonly state: ModelState;
  /** Version n's manifest is at index n − 1. */
  readonly manifests: readonly ModelVersion[];
}

/**
 * A model's state and all its manifests, at one commit: for questions about every version, where asking `Registry.manifest` for each
 * would read the model's history once a version.
 * @throws REGISTRY_DAMAGED, REGISTRY_FUTURE
 */
export async function allManifests(model: string, ports: ReadPorts): Promise<Manifests> {
  const snapshot = await openSnapshot(ports);
  const { state } = await readModel(snapshot, model, ports);
  if (snapshot === null) return { state, manifests: [] };
  return { state, manifests: await readManifests(snapshot.revision, model, state.versions, ports) };
}
