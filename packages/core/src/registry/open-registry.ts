import { TrainyardError } from "../errors.ts";
import { openSnapshot, readFile, readLog } from "./branch-files.ts";
import { INDEX_FILE, IndexFile } from "./layout.ts";
import { readManifest, readModel } from "./read-model.ts";
import type { Registry } from "./registry.ts";
import { type RegistryPorts, transact } from "./transact.ts";

export type { RegistryPorts };

/**
 * The registry that stands on a branch. Opening reads nothing; a branch that does not exist is an empty registry, created by the first write.
 * Every read checks what it reads, and refuses a branch that somebody edited (REGISTRY_DAMAGED) or that a newer Trainyard wrote (REGISTRY_FUTURE).
 */
export function openRegistry(ports: RegistryPorts): Registry {
  return {
    async models() {
      const snapshot = await openSnapshot(ports);
      if (snapshot === null) return [];
      return readFile(IndexFile, await ports.branch.read(snapshot.revision, [INDEX_FILE]), INDEX_FILE);
    },
    async state(model) {
      return (await readModel(await openSnapshot(ports), model, ports)).state;
    },
    async manifest(model, version) {
      const snapshot = await openSnapshot(ports);
      const { state } = await readModel(snapshot, model, ports);
      const known = state.versions[version - 1];
      if (snapshot === null || known === undefined)
        throw new TrainyardError("VERSION_UNKNOWN", { model, version: `v${version}` });
      return readManifest(snapshot.revision, model, known, ports);
    },
    async events(model) {
      const snapshot = await openSnapshot(ports);
      if (snapshot === null) return [];
      const logged =
        model === undefined ? await readLog(snapshot, ports) : (await readModel(snapshot, model, ports)).events;
      return logged.map(({ event }) => event);
    },
    transact: (model, decide) => transact(model, decide, ports),
  };
}
