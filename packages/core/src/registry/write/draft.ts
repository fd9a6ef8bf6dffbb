import type { Backend } from "../../backend.ts";
import { byteLength } from "../../byte-length.ts";
import { canonicalJson, type Sha256 } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import { timestamp } from "../../time.ts";
import type { Folding } from "../fold/folding.ts";
import type { VersionState } from "../fold/model-state.ts";
import { objection, refuse } from "../fold/policy-rules.ts";
import { type Changes, type LoggedEvent, type ModelBefore, Projection } from "../fold/projection.ts";
import { problemOf } from "../fold/root-digest.ts";
import { summaryOf } from "../fold/summary.ts";
import { type EventBody, modelOf, RegistryEvent, registeredVersion } from "../log/event.ts";
import { MANIFEST_LIMIT } from "../log/model-version.ts";
import type { Policy } from "../log/policy.ts";
import type { ReadModel } from "../read/memory.ts";
import { appended } from "../read/read-model.ts";
import type { Snapshot } from "../read/snapshot.ts";
import { refuseTooManyAliases } from "./limits.ts";

export type RegistryPorts = Pick<Backend, "branch" | "sha256" | "clock" | "random" | "actor">;

/** Longest event, in bytes of canonical JSON: every reader of the log reads all of them. */
const EVENT_LIMIT = 8192;

/** A commit before it is made. */
export interface Draft {
  readonly events: RegistryEvent[];
  readonly newest: LoggedEvent;
  readonly changes: Changes;
  readonly subject: string;
  /** What reading the models would give once it is made. */
  after(): [string, ReadModel][];
}

/** Gives events their place after `base`, checks them against the policy and what came before, and says which files change. @throws POLICY_FORBIDS, ALIASES_TOO_MANY, TEXT_TOO_LONG */
export function draftCommit(
  bodies: readonly EventBody[],
  base: Snapshot,
  { reads, policy: allowed }: { reads: ReadonlyMap<string, ReadModel>; policy: Policy | null },
  operation: string,
  ports: RegistryPorts,
): Draft {
  const { sha256 } = ports;
  const placed = place(bodies, { seq: base.head.seq, digest: base.head.digest }, operation, ports);
  const events = placed.map(({ event }) => event);
  // What the registry would refuse to read it does not write: an impossible decision is a bug, found before it is kept.
  const foldings = new Map([...reads].map(([model, read]) => [model, read.folding.fork()]));
  let policy = allowed;
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
    refuseTooManyAliases(event, index, folding.state());
  }
  const projection = new Projection(sha256, (model) => reads.get(model)?.before ?? null);
  for (const event of placed) projection.add(event);
  const newest = placed.at(-1) as LoggedEvent;
  const changes = projection.changes();
  const after = () =>
    [...reads].map(([model, read]): [string, ReadModel] => [
      model,
      readAfter(read, foldings.get(model) as Folding, projection.after(model), events),
    ]);
  return { events, newest, changes, subject: subjectOf(events), after };
}

function readAfter(
  read: ReadModel,
  folding: Folding,
  after: Pick<ModelBefore, "file" | "recent"> | null,
  events: readonly RegistryEvent[],
): ReadModel {
  if (after === null) return read;
  const { model } = after.file;
  const own = events.flatMap((event) => ("model" in event && event.model === model ? [summaryOf(event)] : []));
  const state = folding.state();
  const registered = (version: number) => state.versions[version - 1] as VersionState;
  const summaries = appended(read, own);
  return { state, folding, events: after.file.events, summaries, before: { ...after, registered } };
}

function checkRegistration(event: RegistryEvent & { type: "version.registered" }, sha256: RegistryPorts["sha256"]) {
  const what = `the manifest of ${event.model} v${event.version}`;
  const problem = problemOf(event, sha256);
  if (problem !== null) throw new Error(`${what}: ${problem}`);
  const bytes = byteLength(canonicalJson(registeredVersion(event)));
  if (bytes > MANIFEST_LIMIT) throw new Error(`${what} has ${bytes} bytes, more than ${MANIFEST_LIMIT}`);
}

/** @throws TEXT_TOO_LONG */
export function place(
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
