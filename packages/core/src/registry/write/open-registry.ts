import { TrainyardError } from "../../errors.ts";
import type { VersionState } from "../fold/model-state.ts";
import { concerns } from "../fold/summary.ts";
import { damaged } from "../log/damage.ts";
import { MODELS_FOLDER, modelOfPath } from "../log/layout.ts";
import type { ModelVersion } from "../log/model-version.ts";
import { readManifests } from "../read/all-manifests.ts";
import { Memory } from "../read/memory.ts";
import { readHolder } from "../read/read-holder.ts";
import { readEvents, readLog } from "../read/read-log.ts";
import { readModel } from "../read/read-model.ts";
import type { Registry } from "../read/registry.ts";
import type { Snapshot } from "../read/snapshot.ts";
import type { RegistryPorts } from "./draft.ts";
import { transact, transactAll } from "./transact.ts";

export { countVersions } from "../read/count-versions.ts";
export type { RegistryPorts };

/**
 * The registry that stands on a branch. Opening reads nothing; a branch that does not exist is an empty registry, created by the first write.
 * Every read checks what it reads, and refuses a branch that somebody edited (REGISTRY_DAMAGED) or that a newer Trainyard wrote (REGISTRY_FUTURE).
 */
export function openRegistry(ports: RegistryPorts): Registry {
  const { branch } = ports;
  const memory = new Memory();
  const read = async (model: string) => {
    const snapshot = await memory.open(ports);
    return { snapshot, ...(await readModel(snapshot, model, ports, memory)) };
  };
  const byNumber = async (snapshot: Snapshot, numbers: readonly number[]) =>
    (await readEvents(snapshot.revision, numbers, ports)).map(({ event }) => event);
  const unknown = (model: string, version: number) =>
    new TrainyardError("VERSION_UNKNOWN", { model, version: `v${version}` });
  const byVersion = async (model: string, version: number) => {
    const { snapshot, state } = await read(model);
    const found = state.versions[version - 1];
    if (snapshot === null || found === undefined) throw unknown(model, version);
    return { revision: snapshot.revision, found };
  };
  const bySeq = async (found: VersionState) => {
    const snapshot = await memory.open(ports);
    if (snapshot === null || found.seq > snapshot.head.seq) throw damaged(branch.name, `event ${found.seq} is gone`);
    return { revision: snapshot.revision, found };
  };
  return {
    async models() {
      const snapshot = await memory.open(ports);
      if (snapshot === null) return [];
      return (await branch.list(snapshot.revision, MODELS_FOLDER)).map(modelOfPath);
    },
    async state(model) {
      return (await read(model)).state;
    },
    async manifest(model, version) {
      const { revision, found } = await (typeof version === "number" ? byVersion(model, version) : bySeq(version));
      const [manifest] = await readManifests(revision, model, [found], ports);
      return manifest as ModelVersion;
    },
    async events(model, last) {
      if (model !== undefined) {
        const { snapshot, summaries, events } = await read(model);
        const first = last === undefined ? 0 : Math.max(0, events - last);
        const numbers = summaries.slice(first, events).map(({ seq }) => seq);
        return snapshot === null ? [] : byNumber(snapshot, numbers);
      }
      const snapshot = await memory.open(ports);
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
      const snapshot = await memory.open(ports);
      return snapshot === null ? null : readHolder(snapshot, model, alias, ports);
    },
    async policy() {
      const snapshot = await memory.open(ports);
      return snapshot === null ? null : memory.policyAt(snapshot, ports);
    },
    transact: (model, decide) => transact(model, decide, ports, memory),
    transactAll: (models, decide) => transactAll(models, decide, ports, memory),
  };
}
