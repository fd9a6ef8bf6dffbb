import type { z } from "zod";
import type { Backend, Revision } from "../backend.ts";
import { canonicalJson, describe, parseJson, type Sha256 } from "../document.ts";
import { isRefusal, TrainyardError } from "../errors.ts";
import { RegistryEvent } from "./event.ts";
import { eventPath, FORMAT, HEAD_FILE, REGISTRY_FILE, RegistryFile } from "./layout.ts";
import type { LoggedEvent } from "./projection.ts";
import { damagedAt } from "./state.ts";

export type ReadPorts = Pick<Backend, "branch" | "sha256">;

/** The registry at one commit, whose newest event was checked against that commit. */
export interface Snapshot {
  readonly revision: Revision;
  readonly registry: string;
  /** The newest event. */
  readonly head: { readonly seq: number; readonly digest: Sha256 };
}

/** Files read at a time: keeps memory flat however long the log is. */
const BATCH = 1000;

/**
 * The newest state of the branch; null when there is none. A commit that Trainyard did not make (an edit by hand, a merge) is found here:
 * its operation is not that of the newest event.
 * @throws REGISTRY_DAMAGED, REGISTRY_FUTURE
 */
export async function openSnapshot(ports: ReadPorts): Promise<Snapshot | null> {
  const revision = await ports.branch.head();
  return revision === null ? null : snapshotAt(revision, ports);
}

/** @throws REGISTRY_DAMAGED, REGISTRY_FUTURE */
export async function snapshotAt(revision: Revision, ports: ReadPorts): Promise<Snapshot> {
  const { branch, sha256 } = ports;
  const files = await branch.read(revision, [REGISTRY_FILE, HEAD_FILE]);
  const { format, registry } = readFile(RegistryFile.partial({ registry: true }), files, REGISTRY_FILE);
  if (format > FORMAT) throw new TrainyardError("REGISTRY_FUTURE", { format, known: FORMAT });
  if (registry === undefined) throw damaged(REGISTRY_FILE, "it names no registry");
  const newest = readHead(files, sha256);
  const [commit] = await branch.log(revision, 1);
  if (commit === undefined || commit.parents.length > 1)
    throw damaged(`commit ${revision}`, "it is a merge; the registry's history is linear");
  const operation = operationOf(commit.message);
  if (operation !== newest.event.operation) {
    throw damaged(
      `commit ${revision}`,
      operation === null ? "Trainyard did not make this commit" : "it is not the commit of the newest event",
    );
  }
  const path = eventPath(newest.event.seq);
  if ((await branch.read(revision, [path])).get(path) !== files.get(HEAD_FILE))
    throw damagedAt(newest.event.seq, `it is not the event ${HEAD_FILE} holds`);
  return { revision, registry, head: { seq: newest.event.seq, digest: newest.digest } };
}

/** The newest event, as HEAD.json holds it. @throws REGISTRY_DAMAGED */
function readHead(files: ReadonlyMap<string, string>, sha256: (text: string) => Sha256): LoggedEvent {
  const stored = files.get(HEAD_FILE);
  if (stored === undefined) throw damaged(HEAD_FILE, "it is missing");
  const seq = (jsonOf(stored, HEAD_FILE) as { seq?: unknown } | null)?.seq;
  if (!Number.isSafeInteger(seq) || (seq as number) < 1) throw damaged(HEAD_FILE, "it is not an event");
  return parseEvent(seq as number, stored, sha256);
}

/** The operation a commit's message carries, null when there is none. */
export function operationOf(message: string): string | null {
  return /^Trainyard-Operation: ([0-9a-f-]{36})$/m.exec(message)?.[1] ?? null;
}

/** Events by number, each checked to be canonical, valid and in its place. @throws REGISTRY_DAMAGED */
export async function readEvents(
  revision: Revision,
  numbers: readonly number[],
  { branch, sha256 }: ReadPorts,
): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for (let start = 0; start < numbers.length; start += BATCH) {
    const batch = numbers.slice(start, start + BATCH);
    const texts = await branch.read(revision, batch.map(eventPath));
    for (const seq of batch) events.push(parseEvent(seq, texts.get(eventPath(seq)), sha256));
  }
  return events;
}

/** The whole log, or its newest `last` events, the chain of digests checked. @throws REGISTRY_DAMAGED */
export async function readLog({ revision, head }: Snapshot, ports: ReadPorts, last = head.seq): Promise<LoggedEvent[]> {
  const first = Math.max(1, head.seq - last + 1);
  const numbers = Array.from({ length: head.seq - first + 1 }, (_, index) => first + index);
  const events = await readEvents(revision, numbers, ports);
  checkChain(events, first);
  return events;
}

/** Every event names the digest of the one before it; the first is the registry's birth; operations are not taken up again. @throws REGISTRY_DAMAGED */
export function checkChain(events: readonly LoggedEvent[], first = 1): void {
  const operations = new Set<string>();
  let previous: LoggedEvent | null = null;
  for (const logged of events) {
    const { event } = logged;
    if ((previous !== null || first === 1) && event.prev !== (previous?.digest ?? null))
      throw damagedAt(event.seq, `it follows an event with digest ${event.prev}, not event ${event.seq - 1}`);
    if ((event.type === "registry.created") !== (event.seq === 1))
      throw damagedAt(event.seq, "a registry is created by its first event, once");
    if (event.operation !== previous?.event.operation && operations.has(event.operation)) {
      throw damagedAt(event.seq, "its operation appears in two transactions");
    }
    operations.add(event.operation);
    previous = logged;
  }
}

/** A file of the branch that must be there and valid. @throws REGISTRY_DAMAGED */
export function readFile<S extends z.ZodType>(
  schema: S,
  files: ReadonlyMap<string, string>,
  path: string,
): z.output<S> {
  const text = files.get(path);
  if (text === undefined) throw damaged(path, "it is missing");
  const result = schema.safeParse(jsonOf(text, path));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw damaged(path, `${issue?.path.join(".") || "it"} must be ${issue?.message ?? "valid"}`);
}

export function damaged(where: string, problem: string): TrainyardError<"REGISTRY_DAMAGED"> {
  return new TrainyardError("REGISTRY_DAMAGED", { where, problem });
}

/** The digest of a stored file's canonical JSON: of its text without the newline at its end. @throws REGISTRY_DAMAGED */
export function canonicalText(text: string, path: string): string {
  const value = jsonOf(text, path);
  const canonical = canonicalJson(value);
  if (text !== `${canonical}\n`) throw damaged(path, "it is not canonical JSON and a newline");
  return canonical;
}

export function parseEvent(seq: number, stored: string | undefined, sha256: (text: string) => Sha256): LoggedEvent {
  const path = eventPath(seq);
  if (stored === undefined) throw damagedAt(seq, `${path} is missing`);
  const text = canonicalText(stored, path);
  const result = RegistryEvent.safeParse(JSON.parse(text));
  if (!result.success) {
    const issue = result.error.issues[0];
    throw damagedAt(seq, `${issue?.path.join(".") || "it"} must be ${issue?.message ?? "valid"} (${describe(text)})`);
  }
  if (result.data.seq !== seq) throw damagedAt(seq, `its file holds event ${result.data.seq}`);
  return { event: result.data, text, digest: sha256(text) };
}

export function jsonOf(text: string, path: string): unknown {
  try {
    return parseJson(text, path);
  } catch (error) {
    throw damaged(path, isRefusal(error) ? error.message : String(error));
  }
}
