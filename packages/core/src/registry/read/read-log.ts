import type { Revision } from "../../backend.ts";
import type { LoggedEvent } from "../fold/projection.ts";
import { damagedAt } from "../log/damage.ts";
import { eventPath } from "../log/layout.ts";
import type { ReadPorts, Snapshot } from "./snapshot.ts";
import { inOrder, parseEvent } from "./stored-file.ts";

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
