import type { Backend, Revision } from "../../backend.ts";
import type { Sha256 } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import { goesWithTree, newestEvent } from "../log/commit-message.ts";
import { damaged } from "../log/damage.ts";
import { modelOf } from "../log/event.ts";
import { eventPath, FORMAT, REGISTRY_FILE, RegistryFile } from "../log/layout.ts";
import { parseEvent, readFile } from "./stored-file.ts";

export type ReadPorts = Pick<Backend, "branch" | "sha256">;

/** The registry at one commit, whose newest event was checked against that commit. */
export interface Snapshot {
  readonly revision: Revision;
  readonly registry: string;
  /** The newest event. */
  readonly head: { readonly seq: number; readonly digest: Sha256; readonly model: string | null };
}

/** Of a commit whose message names another tree than it has. */
export const OTHER_FILES = "its files are not those that Trainyard committed";

/**
 * The newest state of the branch; null when there is none. A commit that Trainyard did not make (an edit by hand, a merge) is found here:
 * it does not say which event is the newest, or not the right one.
 * @throws REGISTRY_DAMAGED, REGISTRY_FUTURE
 */
export async function openSnapshot(ports: ReadPorts): Promise<Snapshot | null> {
  const revision = await ports.branch.head();
  return revision === null ? null : snapshotAt(revision, ports);
}

/** @throws REGISTRY_DAMAGED, REGISTRY_FUTURE */
export async function snapshotAt(revision: Revision, ports: ReadPorts): Promise<Snapshot> {
  const { branch, sha256 } = ports;
  const [commit] = await branch.log(revision, 1);
  if (commit === undefined || commit.parents.length > 1)
    throw damaged(`commit ${revision}`, "it is a merge; the registry's history is linear");
  const newest = newestEvent(commit.message);
  const seq = newest?.seq ?? null;
  const next = eventPath((seq ?? 0) + 1);
  const files = await branch.read(revision, [REGISTRY_FILE, next, ...(seq === null ? [] : [eventPath(seq)])]);
  const { format } = readFile(RegistryFile.pick({ format: true }), files, REGISTRY_FILE);
  if (format > FORMAT) throw new TrainyardError("REGISTRY_FUTURE", { format, known: FORMAT }); // whatever else that format says there
  const { registry } = readFile(RegistryFile, files, REGISTRY_FILE);
  if (seq === null) throw damaged(`commit ${revision}`, "Trainyard did not make this commit");
  if (!goesWithTree(commit)) throw damaged(`commit ${revision}`, OTHER_FILES);
  if (files.has(next)) throw damaged(`commit ${revision}`, `it is the commit of event ${seq}, which is not the newest`);
  const { event, digest } = parseEvent(seq, files.get(eventPath(seq)), sha256);
  if (newest === null || !digest.startsWith(newest.digest))
    throw damaged(eventPath(seq), `its digest is ${digest}, its commit says ${newest?.digest}…`);
  return { revision, registry, head: { seq, digest, model: modelOf(event) } };
}
