import type { Revision } from "../../backend.ts";
import { canonicalJson } from "../../document.ts";
import { damaged } from "../log/damage.ts";
import type { EventOf } from "../log/event.ts";
import { POLICY_FILE, PolicyFile } from "../log/layout.ts";
import { readEvents } from "./read-log.ts";
import type { ReadPorts } from "./snapshot.ts";
import { readFile } from "./stored-file.ts";

/** The event that set what is allowed now, checked against the policy's own file; null when none was ever set. @throws REGISTRY_DAMAGED */
export async function readPolicy(
  revision: Revision,
  seq: number,
  ports: ReadPorts,
): Promise<EventOf<"policy.set"> | null> {
  const texts = await ports.branch.read(revision, [POLICY_FILE]);
  const { policy, sinceSeq } = readFile(PolicyFile, texts, POLICY_FILE);
  if (sinceSeq > seq) throw damaged(POLICY_FILE, "it names an event that is not there");
  const [event] = (await readEvents(revision, [sinceSeq], ports)).map((logged) => logged.event);
  if (event?.type === "registry.created" && policy === null) return null;
  if (event?.type !== "policy.set" || canonicalJson(event.policy) !== canonicalJson(policy))
    throw damaged(POLICY_FILE, `it says other things than event ${sinceSeq}`);
  return event;
}
