import type { z } from "zod";
import type { Backend, Revision } from "../../backend.ts";
import { describe, parseCanonical, parseJson, type Sha256 } from "../../document.ts";
import { isRefusal, TrainyardError } from "../../errors.ts";
import type { LoggedEvent } from "../fold/projection.ts";
import { damagedAt } from "../fold/state.ts";
import { goesWithTree, newestEvent } from "../log/commit-message.ts";
import { modelOf, RegistryEvent } from "../log/event.ts";
import { eventPath, FORMAT, REGISTRY_FILE, RegistryFile } from "../log/layout.ts";

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

/** Files read at a time: keeps memory flat however long the log is. */
export const BATCH = 100;

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

/** Events by number, each checked to be canonical, valid and in its place. @throws REGISTRY_DAMAGED */
export async function readEvents(
  revision: Revision,
  numbers: readonly number[],
  { branch, sha256 }: ReadPorts,
): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  const paths = numbers.map(eventPath);
  let index = 0;
  for await (const [, text] of inOrder(branch, revision, paths)) {
    events.push(parseEvent(numbers[index] as number, text, sha256));
    index++;
  }
  return events;
}

/** Files that must be there, one after the other; the next ones are read while the caller works on these. @throws REGISTRY_DAMAGED */
export async function* inOrder(
  branch: Pick<Backend["branch"], "read">,
  revision: Revision,
  paths: readonly string[],
): AsyncGenerator<[path: string, text: string]> {
  const readFrom = (start: number) => {
    const reading = branch.read(revision, paths.slice(start, start + BATCH));
    reading.catch(() => {}); // awaited when it is its turn
    return reading;
  };
  let next = readFrom(0);
  for (let start = 0; start < paths.length; start += BATCH) {
    const texts = await next;
    if (start + BATCH < paths.length) next = readFrom(start + BATCH);
    for (const path of paths.slice(start, start + BATCH)) {
      const text = texts.get(path);
      if (text === undefined) throw damaged(path, "it is missing");
      yield [path, text];
    }
  }
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

/** What a stored file says, and its canonical JSON: its text without the newline at its end. @throws REGISTRY_DAMAGED */
export function canonicalFile(text: string, path: string): { value: unknown; text: string } {
  const canonical = text.endsWith("\n") ? text.slice(0, -1) : text;
  const parsed = parseCanonical(canonical);
  if (parsed !== undefined && canonical !== text) return { value: parsed.value, text: canonical };
  jsonOf(text, path);
  throw damaged(path, "it is not canonical JSON and a newline");
}

export function parseEvent(seq: number, stored: string | undefined, sha256: (text: string) => Sha256): LoggedEvent {
  const path = eventPath(seq);
  if (stored === undefined) throw damagedAt(seq, `${path} is missing`);
  const { value, text } = canonicalFile(stored, path);
  const result = RegistryEvent.safeParse(value);
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
