import type { Revision } from "../../backend.ts";
import { isRefusal, TrainyardError } from "../../errors.ts";
import type { ModelState } from "../fold/model-state.ts";
import { type LoggedEvent, replay } from "../fold/projection.ts";
import { eventName } from "../log/commit-message.ts";
import { damaged } from "../log/damage.ts";
import { modelOf, type RegistryEvent } from "../log/event.ts";
import { eventPath, MODELS_FOLDER } from "../log/layout.ts";
import type { Memory, ReadModel } from "../read/memory.ts";
import { readModel } from "../read/read-model.ts";
import type { Decision } from "../read/registry.ts";
import { type ReadPorts, type Snapshot, snapshotAt } from "../read/snapshot.ts";
import { canonicalFile } from "../read/stored-file.ts";
import { type Draft, draftCommit, place, type RegistryPorts } from "./draft.ts";
import { refuseTooManyModels } from "./limits.ts";

/**
 * Waits between tries: full jitter over w · 2^k, at most 5 s or 5 w, and ten minutes in all: eight clones that push at once to a slow remote need one
 * of them. w is what the last try took, at least 50 ms: who tries again within a try of the others only overtakes and is overtaken.
 */
const FIRST_WAIT = 50;
const LONGEST_WAIT = 5_000;
const LONGEST_SHARE = 5;
const DEADLINE_SECONDS = 600;

/**
 * Reads, decides and commits until the commit is known to stand. Each try has its own operation id, so that two writers never build the same
 * commit; and after a success or a failure that says nothing, the branch is asked whether the operation arrived before anything else is done:
 * at once, and again before each further try, as a push may arrive long after its answer was given up.
 */
export async function transact<T>(
  model: string,
  decide: (state: ModelState) => Promise<Decision<T>> | Decision<T>,
  ports: RegistryPorts,
  memory: Memory,
): Promise<{ events: RegistryEvent[]; result: T }> {
  return transactAll([model], (states) => decide(states.get(model) as ModelState), ports, memory);
}

/** The same over several models, or none: a policy belongs to no model. */
export async function transactAll<T>(
  models: readonly string[],
  decide: (states: ReadonlyMap<string, ModelState>) => Promise<Decision<T>> | Decision<T>,
  ports: RegistryPorts,
  memory: Memory,
): Promise<{ events: RegistryEvent[]; result: T }> {
  const { branch, clock, random } = ports;
  const began = clock.seconds();
  const unanswered: Unanswered<T>[] = [];
  let tried = 0;
  const attempt = async () => {
    const started = clock.seconds();
    try {
      return await once();
    } finally {
      tried = 1000 * (clock.seconds() - started);
    }
  };
  const once = async () => {
    const snapshot = await memory.open(ports);
    const late = await arrivedLate(unanswered, snapshot, ports);
    if (late !== null) return { events: late.draft.events, result: late.result };
    const reads = new Map<string, ReadModel>();
    for (const model of models) reads.set(model, await readModel(snapshot, model, ports, memory));
    const decision = await decide(new Map([...reads].map(([model, { state }]) => [model, state])));
    if (decision.events.length === 0) return { events: [], result: decision.result };
    const base = snapshot ?? (await createRegistry(ports));
    if (base === null) return null;
    const fresh = [...reads].filter(
      ([model, read]) => read.events === 0 && decision.events.some((event) => modelOf(event) === model),
    );
    if (fresh.length > 0) refuseTooManyModels((await branch.list(base.revision, MODELS_FOLDER)).length, fresh.length);
    const policy = (await memory.policyAt(base, ports))?.policy ?? null;
    const operation = random.uuid();
    const draft = draftCommit(decision.events, base, { reads, policy }, operation, ports);
    const { changes, subject, newest } = draft;
    const stands = await commit(base.revision, changes, subject, { operation, newest }, ports);
    if (stands === "unanswered") unanswered.push({ operation, draft, result: decision.result });
    if (stands === null || stands === "unanswered") return null;
    if (stands !== "somewhere") remember(memory, { ...base, revision: stands, head: headOf(newest) }, draft);
    return { events: draft.events, result: decision.result };
  };
  const outcomeUnknown = (problem: string, cause?: unknown) =>
    new TrainyardError("OUTCOME_UNKNOWN", { problem }, { cause });
  for (let tries = 1; ; tries++) {
    const outcome = await (branch.inTurn?.(attempt) ?? attempt()).catch((error: unknown) => {
      const open = unanswered.length > 0 && isRefusal(error) && error.code === "SERVICE_UNREACHABLE";
      throw open ? outcomeUnknown(error.message, error) : error;
    });
    if (outcome !== null) return outcome;
    const seconds = Math.round(clock.seconds() - began);
    if (seconds >= DEADLINE_SECONDS && unanswered.length > 0)
      throw outcomeUnknown(`It gave no answer in ${seconds} s.`);
    if (seconds >= DEADLINE_SECONDS) throw new TrainyardError("REGISTRY_BUSY", { tries, seconds });
    const wait = Math.max(FIRST_WAIT, tried);
    const longest = Math.max(LONGEST_WAIT, LONGEST_SHARE * wait);
    await clock.sleep(random.fraction() * Math.min(longest, wait * 2 ** Math.min(tries, 10)));
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
  const newest = born[0] as LoggedEvent;
  const stands = await commit(null, files, "Create the registry", { operation, newest }, ports);
  if (stands === null || stands === "unanswered") return null;
  const revision = await branch.head();
  if (revision === null) throw damaged(branch.name, "it vanished after it was created");
  const snapshot = await snapshotAt(revision, ports);
  return snapshot.head.seq === 1 ? snapshot : null; // others wrote on it already: read what they wrote
}

/**
 * The operation's commit, or "somewhere" on the branch where its answer was lost; "unanswered" when it is not there and may still arrive; null
 * when another writer was first: then it never will.
 */
async function commit(
  parent: Revision | null,
  changes: ReadonlyMap<string, string | null>,
  subject: string,
  { operation, newest }: { operation: string; newest: LoggedEvent },
  ports: ReadPorts,
): Promise<Revision | "somewhere" | "unanswered" | null> {
  const { seq } = newest.event;
  let made: Revision | null = null;
  let failure: unknown = null;
  try {
    made = await ports.branch.commit(parent, changes, { subject, event: eventName(seq, newest.digest) });
  } catch (error) {
    failure = error;
  }
  if (made !== null && ports.branch.confirmed?.(made)) return made;
  if (isRefusal(failure) && failure.code !== "SERVICE_UNREACHABLE") {
    if (failure.code === "REGISTRY_CONFLICT") return null;
    throw failure;
  }
  const head = await ports.branch.head().catch((error: unknown) => {
    if (failure === null || !isRefusal(error) || error.code !== "SERVICE_UNREACHABLE") throw error;
    throw new TrainyardError("OUTCOME_UNKNOWN", { problem: error.message }, { cause: failure });
  });
  if (head !== null && head === made) return made; // nobody else can have made this commit: it holds the operation
  if (head !== null && (await arrived(head, seq, operation, ports))) return "somewhere";
  if (failure === null || isRefusal(failure)) return "unanswered";
  throw failure;
}

/** A try of this transaction that got no answer. */
interface Unanswered<T> {
  readonly operation: string;
  readonly draft: Draft;
  readonly result: T;
}

/** The try that arrived after all, if one did. Each can stand at one place only, as its commit has one parent: who finds another event there forgets it. */
async function arrivedLate<T>(
  unanswered: Unanswered<T>[],
  snapshot: Snapshot | null,
  ports: ReadPorts,
): Promise<Unanswered<T> | null> {
  for (const one of [...unanswered]) {
    const { seq } = one.draft.newest.event;
    if (snapshot === null || snapshot.head.seq < seq) continue;
    if (await arrived(snapshot.revision, seq, one.operation, ports)) return one;
    unanswered.splice(unanswered.indexOf(one), 1);
  }
  return null;
}

/** True when event `seq` on the branch is of this operation. */
async function arrived(revision: Revision, seq: number, operation: string, ports: ReadPorts): Promise<boolean> {
  const path = eventPath(seq);
  const text = (await ports.branch.read(revision, [path])).get(path);
  return (
    text !== undefined && (canonicalFile(text, path).value as { operation?: unknown } | null)?.operation === operation
  );
}

/** What stands at the commit that was just made, without reading it. */
function remember(memory: Memory, snapshot: Snapshot, { events, after }: Draft): void {
  const { revision } = snapshot;
  memory.snapshot = snapshot;
  for (const [model, read] of after()) if (read.events > 0) memory.models.set(model, { revision, read });
  const same = memory.policy !== null && !events.some(({ type }) => type === "policy.set");
  memory.policy = same ? { revision, set: memory.policy?.set ?? null } : null;
}

function headOf({ event, digest }: LoggedEvent): Snapshot["head"] {
  return { seq: event.seq, digest, model: modelOf(event) };
}
