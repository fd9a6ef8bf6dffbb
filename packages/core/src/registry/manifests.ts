import { parseDocument } from "../document.ts";
import { canonicalText, damaged, openSnapshot, type ReadPorts } from "./branch-files.ts";
import { versionPath } from "./layout.ts";
import { ModelVersion } from "./model-version.ts";
import { readModel } from "./read-model.ts";
import type { ModelState } from "./registry.ts";

/** Manifests read at a time: 4 MB of text at most. */
const BATCH = 1000;

export interface Manifests {
  readonly state: ModelState;
  /** Version n's manifest is at index n − 1. */
  readonly manifests: readonly ModelVersion[];
}

/**
 * A model's state and all its manifests, at one commit: for questions about every version, where asking `Registry.manifest` for each
 * would read the model's log once a version.
 * @throws REGISTRY_DAMAGED, REGISTRY_FUTURE
 */
export async function readManifests(model: string, ports: ReadPorts): Promise<Manifests> {
  const snapshot = await openSnapshot(ports);
  const { state } = await readModel(snapshot, model, ports);
  const manifests: ModelVersion[] = [];
  if (snapshot === null) return { state, manifests };
  for (let start = 0; start < state.versions.length; start += BATCH) {
    const batch = state.versions.slice(start, start + BATCH);
    const paths = batch.map(({ version }) => versionPath(model, version));
    const texts = await ports.branch.read(snapshot.revision, paths);
    for (const [index, version] of batch.entries()) {
      const path = paths[index] as string;
      const text = texts.get(path);
      if (text === undefined) throw damaged(path, "it is missing");
      const got = ports.sha256(canonicalText(text, path));
      if (got !== version.manifest) throw damaged(path, `its digest is ${got}, recorded is ${version.manifest}`);
      manifests.push(parseDocument(ModelVersion, text, path));
    }
  }
  return { state, manifests };
}
