import type { LoggedEvent } from "../fold/projection.ts";

/** Moves, by something else than a deployment, of aliases that deployments moved or tried before. */
export function movedWithoutDeploying(events: readonly LoggedEvent[]): { seq: number; problem: string }[] {
  const found: { seq: number; problem: string }[] = [];
  /** The operation that deployed there last, by model and environment. */
  const deployed = new Map<string, string>();
  for (const { event } of events) {
    if (event.type === "deploy.recorded" && event.outcome !== "failed")
      deployed.set(`${event.model}@${event.environment}`, event.operation);
    if (event.type !== "alias.set") continue;
    const name = `${event.model}@${event.alias}`;
    if ((deployed.get(name) ?? event.operation) === event.operation) continue;
    found.push({ seq: event.seq, problem: `${name} was moved to v${event.to} without deploying it there` });
  }
  return found;
}
