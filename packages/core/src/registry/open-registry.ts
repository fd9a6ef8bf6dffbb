import { TrainyardError } from "../errors.ts";
import { openSnapshot, readEvents, readFile, readLog, type Snapshot } from "./branch-files.ts";
import { INDEX_FILE, IndexFile } from "./layout.ts";
import { type KnownModels, readHolder, readManifest, readModel } from "./read-model.ts";
import { readPolicy } from "./read-policy.ts";
import type { Registry } from "./registry.ts";
import { concerns } from "./summary.ts";
import { type RegistryPorts, transact, transactAll } from "./transact.ts";

export type { RegistryPorts };

/**
 * The registry that stands on a branch. Opening reads nothing; a branch that does not exist is an empty registry, created by the first write.
 * Every read checks what it reads, and refuses a branch that somebody edited (REGISTRY_DAMAGED) or that a newer Trainyard wrote (REGISTRY_FUTURE).
 */
export function openRegistry(ports: RegistryPorts): Registry {
  const { branch } = ports;
  const known: KnownModels = new Map();
  const read = async (model: string) => {
    const snapshot = await openSnapshot(ports);
    return { snapshot, ...(await readModel(snapshot, model, ports, known)) };
  };
  const byNumber = async (snapshot: Snapshot, numbers: readonly number[]) =>
    (await readEvents(snapshot.revision, numbers, ports)).map(({ event }) => event);
  const unknown = (model: string, version: number) =>
    new TrainyardError("VERSION_UNKNOWN", { model, version: `v${version}` });
  return {
    async models() {
      const snapshot = await openSnapshot(ports);
      if (snapshot === null) return [];
      return readFile(IndexFile, await branch.read(snapshot.revision, [INDEX_FILE]), INDEX_FILE);
    },
    async state(model) {
      return (await read(model)).state;
    },
    async manifest(model, version) {
      const { snapshot, state } = await read(model);
      const found = state.versions[version - 1];
      if (snapshot === null || found === undefined) throw unknown(model, version);
      return readManifest(snapshot.revision, model, found, ports);
    },
    async events(model, last) {
      if (model !== undefined) {
        const { snapshot, summaries, events } = await read(model);
        const first = last === undefined ? 0 : Math.max(0, events - last);
        const numbers = summaries.slice(first, events).map(({ seq }) => seq);
        return snapshot === null ? [] : byNumber(snapshot, numbers);
      }
      const snapshot = await openSnapshot(ports);
      if (snapshot === null) return [];
      return (await readLog(snapshot, ports, last)).map(({ event }) => event);
    },
    async eventsOf(model, version) {
      const { snapshot, summaries, events, state } = await read(model);
      const found = state.versions[version - 1];
      if (snapshot === null || found === undefined) throw unknown(model, version);
      const own = summaries.slice(0, events).filter((summary) => concerns(summary, found));
      return byNumber(
        snapshot,
        own.map(({ seq }) => seq),
      );
    },
    async holder(model, alias) {
      const snapshot = await openSnapshot(ports);
      return snapshot === null ? null : readHolder(snapshot, model, alias, ports);
    },
    async policy() {
      const snapshot = await openSnapshot(ports);
      return snapshot === null ? null : readPolicy(snapshot.revision, snapshot.head.seq, ports);
    },
    transact: (model, decide) => transact(model, decide, ports, known),
    transactAll: (models, decide) => transactAll(models, decide, ports, known),
  };
}
