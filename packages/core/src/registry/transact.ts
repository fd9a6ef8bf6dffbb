import type { Backend, Revision } from "../backend.ts";
import { byteLength } from "../byte-length.ts";
import { canonicalJson, type Sha256 } from "../document.ts";
import { isRefusal, TrainyardError } from "../errors.ts";
import { timestamp } from "../time.ts";
import { canonicalText, damaged, openSnapshot, type ReadPorts, type Snapshot, snapshotAt } from "./branch-files.ts";
import { eventName } from "./commit-message.ts";
import { type EventBody, modelOf, RegistryEvent, registeredVersion } from "./event.ts";
import { eventPath } from "./layout.ts";
import { MANIFEST_LIMIT } from "./model-version.ts";
import { objection, refuse } from "./policy-rules.ts";
import { type Changes, type LoggedEvent, Projection, replay } from "./projection.ts";
import { type KnownModels, problemOf, type ReadModel, readModel } from "./read-model.ts";
import { readPolicy } from "./read-policy.ts";
import type { Decision, ModelState } from "./registry.ts";

export type RegistryPorts = Pick<Backend, "branch" | "sha256" | "clock" | "random" | "actor">;

/** Longest event, in bytes of canonical JSON: every reader of the log reads all of them. */
export const EVENT_LIMIT = 8192;

/** Waits between tries: full jitter over 50 ms · 2^k, at most 5 s, and 60 s in all. */
const FIRST_WAIT = 50;
const LONGEST_WAIT = 5_000;
const DEADLINE_SECONDS = 60;

/**
 * Reads, decides and commits until the commit is known to stand. Each try has its own operation id, so that two writers never build the same
 * commit; and after a success or a failure that says nothing, the branch is asked whether the operation arrived before anything else is done.
 */
export async function transact<T>(
  model: string,
  decide: (state: ModelState) => Promise<Decision<T>> | Decision<T>,
  ports: RegistryPorts,
  known: KnownModels = new Map(),
): Promise<{ events: RegistryEvent[]; result: T }> {
  return transactAll([model], (states) => decide(states.get(model) as ModelState), ports, known);
}

/** The same over several models, or none: a policy belongs to no model. */
export async function transactAll<T>(
  models: readonly string[],
  decide: (states: ReadonlyMap<string, ModelState>) => Promise<Decision<T>> | Decision<T>,
  ports: RegistryPorts,
  known: KnownModels = new Map(),
): Promise<{ events: RegistryEvent[]; result: T }> {
  const { branch, clock, random } = ports;
  const began = clock.seconds();
  const attempt = async () => {
    const snapshot = await openSnapshot(ports);
    const reads = new Map<string, ReadModel>();
    for (const model of models) reads.set(model, await readModel(snapshot, model, ports, known));
    const decision = await decide(new Map([...reads].map(([model, { state }]) => [model, state])));
    if (decision.events.length === 0) return { events: [], result: decision.result };
    const base = snapshot ?? (await createRegistry(ports));
    if (base === null) return null;
    const operation = random.uuid();
    const draft = await draftCommit(decision, base, reads, operation, ports);
    const stands = await commit(
      base.revision,
      draft.changes,
      draft.subject,
      { operation, newest: draft.newest },
      ports,
    );
    return stands ? { events: draft.events, result: decision.result } : null;
  };
  for (let tries = 1; ; tries++) {
    const outcome = await (branch.inTurn?.(attempt) ?? attempt());
    if (outcome !== null) return outcome;
    const seconds = clock.seconds() - began;
    if (seconds >= DEADLINE_SECONDS) throw new TrainyardError("REGISTRY_BUSY", { tries, seconds: Math.round(seconds) });
    await clock.sleep(random.fraction() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(tries, 10)));
  }
}

/** The root commit, made once; null when somebody else was first: then theirs is the registry. */
async function createRegistry(ports: RegistryPorts): Promise<Snapshot | null> {
  const { branch, random, sha256 } = ports;
  const operation = random.uuid();
  const born = place(
    [{ type: "registry.created", registry: random.uuid() }],
    { seq: 0, digest: null },
    operation,
    ports,
  );
  const files = replay(born, sha256);
  if (!(await commit(null, files, "Create the registry", { operation, newest: born[0] as LoggedEvent }, ports)))
    return null;
  const revision = await branch.head();
  if (revision === null) throw damaged(branch.name, "it vanished after it was created");
  const snapshot = await snapshotAt(revision, ports);
  return snapshot.head.seq === 1 ? snapshot : null; // others wrote on it already: read what they wrote
}

/** True when the operation, whose last event is `newest`, stands on the branch; false when another writer was first. */
async function commit(
  parent: Revision | null,
  changes: ReadonlyMap<string, string | null>,
  subject: string,
  { operation, newest }: { operation: string; newest: LoggedEvent },
  ports: ReadPorts,
): Promise<boolean> {
  const { seq } = newest.event;
  let failure: unknown = null;
  try {
    await ports.branch.commit(parent, changes, { subject, event: eventName(seq, newest.digest) });
  } catch (error) {
    failure = error;
  }
  if (isRefusal(failure) && failure.code !== "SERVICE_UNREACHABLE") {
    if (failure.code === "REGISTRY_CONFLICT") return false;
    throw failure;
  }
  if (await arrived(seq, operation, ports)) return true;
  if (failure === null || isRefusal(failure)) return false;
  throw failure;
}

/** True when event `seq` on the branch is of this operation. */
async function arrived(seq: number, operation: string, ports: ReadPorts): Promise<boolean> {
  const revision = await ports.branch.head();
  if (revision === null) return false;
  const path = eventPath(seq);
  const text = (await ports.branch.read(revision, [path])).get(path);
  return (
    text !== undefined && (JSON.parse(canonicalText(text, path)) as { operation?: unknown }).operation === operation
  );
}

/** @throws POLICY_FORBIDS, TEXT_TOO_LONG */
async function draftCommit<T>(
  { events: bodies }: Decision<T>,
  base: Snapshot,
  reads: ReadonlyMap<string, ReadModel>,
  operation: string,
  ports: RegistryPorts,
): Promise<{ events: RegistryEvent[]; newest: LoggedEvent; changes: Changes; subject: string }> {
  const { sha256 } = ports;
  const placed = place(bodies, { seq: base.head.seq, digest: base.head.digest }, operation, ports);
  const events = placed.map(({ event }) => event);
  // What the registry would refuse to read it does not write: an impossible decision is a bug, found before it is kept.
  const foldings = new Map([...reads].map(([model, read]) => [model, read.folding.fork()]));
  let policy = (await readPolicy(base.revision, base.head.seq, ports))?.policy ?? null;
  for (const [index, event] of events.entries()) {
    if (event.type === "policy.set") policy = event.policy;
    if (event.type === "version.registered") checkRegistration(event, sha256);
    if (!("model" in event)) continue;
    const folding = foldings.get(event.model);
    if (folding === undefined) throw new Error(`a transaction holds an event of ${event.model}, which it did not read`);
    refuse(
      objection(policy, event, () => folding.state()),
      index,
    );
    folding.takeEvent(event);
  }
  const projection = new Projection(sha256, (model) => reads.get(model)?.before ?? null);
  for (const event of placed) projection.add(event);
  const newest = placed.at(-1) as LoggedEvent;
  return { events, newest, changes: projection.changes(), subject: subjectOf(events) };
}

function checkRegistration(event: RegistryEvent & { type: "version.registered" }, sha256: RegistryPorts["sha256"]) {
  const what = `the manifest of ${event.model} v${event.version}`;
  const problem = problemOf(event, sha256);
  if (problem !== null) throw new Error(`${what}: ${problem}`);
  const bytes = byteLength(canonicalJson(registeredVersion(event)));
  if (bytes > MANIFEST_LIMIT) throw new Error(`${what} has ${bytes} bytes, more than ${MANIFEST_LIMIT}`);
}

/** Gives events their place after `last`. @throws TEXT_TOO_LONG */
function place(
  bodies: readonly EventBody[],
  last: { seq: number; digest: Sha256 | null },
  operation: string,
  ports: RegistryPorts,
): LoggedEvent[] {
  const { clock, actor, sha256 } = ports;
  const at = timestamp(clock.now());
  let { seq, digest: prev } = last;
  return bodies.map((body, index) => {
    const event = RegistryEvent.parse({
      ...body,
      seq: ++seq,
      prev,
      operation,
      by: actor,
      at,
      ...(clock.simulated ? { simulatedClock: true } : {}),
    });
    const text = canonicalJson(event);
    const bytes = byteLength(text);
    if (bytes > EVENT_LIMIT)
      throw new TrainyardError("TEXT_TOO_LONG", {
        what: `The registry's entry (${body.type})`,
        bytes,
        limit: EVENT_LIMIT,
        index,
      });
    const digest = sha256(text);
    prev = digest;
    return { event, text, digest };
  });
}

/** What `git log` shows of a commit: "version.registered flight-delays v12, alias.set". */
function subjectOf(events: readonly RegistryEvent[]): string {
  return events
    .map((event) => {
      if (event.type === "version.registered" || event.type === "version.withdrawn")
        return `${event.type} ${event.model} v${event.version}`;
      if (event.type === "alias.set") return `${event.type} ${event.model}@${event.alias} v${event.to}`;
      return `${event.type} ${modelOf(event) ?? ""}`.trim();
    })
    .slice(0, 3)
    .join(", ")
    .concat(events.length > 3 ? ` and ${events.length - 3} more` : "");
}
