import type { Revision } from "../../backend.ts";
import type { ModelState, VersionState } from "../fold/model-state.ts";
import { problemOf } from "../fold/root-digest.ts";
import { damaged } from "../log/damage.ts";
import { registeredVersion } from "../log/event.ts";
import { eventPath } from "../log/layout.ts";
import type { ModelVersion } from "../log/model-version.ts";
import { readEvents } from "./read-log.ts";
import { readModel } from "./read-model.ts";
import { openSnapshot, type ReadPorts } from "./snapshot.ts";

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

/** Manifests of versions, from the events that registered them. @throws REGISTRY_DAMAGED */
export async function readManifests(
  revision: Revision,
  model: string,
  versions: readonly VersionState[],
  ports: ReadPorts,
): Promise<ModelVersion[]> {
  const numbers = versions.map(({ seq }) => seq);
  return (await readEvents(revision, numbers, ports)).map(({ event }, index) => {
    const expected = versions[index] as VersionState;
    if (event.type !== "version.registered" || event.model !== model || event.version !== expected.version)
      throw damaged(eventPath(event.seq), `it does not register ${model} v${expected.version}`);
    const problem = problemOf(event, ports.sha256);
    if (problem !== null || event.rootDigest !== expected.rootDigest)
      throw damaged(eventPath(event.seq), problem ?? "its bytes are others than the model's history says");
    return registeredVersion(event);
  });
}
