import type { Revision } from "../../backend.ts";
import type { Folding } from "../fold/folding.ts";
import type { ModelState } from "../fold/model-state.ts";
import type { ModelBefore } from "../fold/projection.ts";
import type { Summary } from "../fold/summary.ts";
import { readPolicy } from "./read-policy.ts";
import { type ReadPorts, type Snapshot, snapshotAt } from "./snapshot.ts";

type PolicySet = Exclude<Awaited<ReturnType<typeof readPolicy>>, null>;

/** A model as it was read. */
export interface ReadModel {
  readonly state: ModelState;
  /** Where the state goes on from; to be forked. */
  readonly folding: Folding;
  /** How many events the model has. */
  readonly events: number;
  /** Its events in short: at least `events`, the first of them are the model's. */
  readonly summaries: Summary[];
  /** What more events are added to; null for a model without any. */
  readonly before: ModelBefore | null;
}

/** What a client read or wrote before: the log only grows, so the next read goes on from there. */
export class Memory {
  readonly models = new Map<string, { revision: Revision; read: ReadModel }>();
  snapshot: Snapshot | null = null;
  policy: { revision: Revision; set: PolicySet | null } | null = null;

  /** The newest state of the branch; null when there is none. @throws REGISTRY_DAMAGED, REGISTRY_FUTURE */
  async open(ports: ReadPorts): Promise<Snapshot | null> {
    const revision = await ports.branch.head();
    if (revision === null) return null;
    if (this.snapshot?.revision !== revision) this.snapshot = await snapshotAt(revision, ports);
    return this.snapshot;
  }

  /** What is allowed, and who said so; null while nobody did. @throws REGISTRY_DAMAGED */
  async policyAt({ revision, head }: Snapshot, ports: ReadPorts): Promise<PolicySet | null> {
    if (this.policy?.revision !== revision)
      this.policy = { revision, set: await readPolicy(revision, head.seq, ports) };
    return this.policy.set;
  }
}
