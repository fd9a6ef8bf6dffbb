import { isRefusal } from "../../errors.ts";
import { Folding } from "../fold/folding.ts";
import { objection } from "../fold/policy-rules.ts";
import type { LoggedEvent } from "../fold/projection.ts";
import type { Policy } from "../log/policy.ts";

/** Events that the policy of their time forbids, in the order of the log. What came before a policy is not judged by it. */
export function forbiddenEvents(events: readonly LoggedEvent[]): { seq: number; problem: string }[] {
  if (!events.some(({ event }) => event.type === "policy.set")) return [];
  const found: { seq: number; problem: string }[] = [];
  const models = new Map<string, Folding | null>();
  let policy: Policy | null = null;
  for (const { event } of events) {
    if (event.type === "policy.set") policy = event.policy;
    if (!("model" in event)) continue;
    const folding = models.has(event.model) ? models.get(event.model) : new Folding(event.model);
    if (!folding) continue;
    models.set(event.model, folding);
    const against = objection(policy, event, () => folding.state());
    if (against !== null)
      found.push({ seq: event.seq, problem: `the policy forbade ${against.what}: ${against.rule}; ${against.got}` });
    try {
      folding.takeEvent(event);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      models.set(event.model, null); // what is impossible is found by folding; what follows it proves nothing
    }
  }
  return found;
}
