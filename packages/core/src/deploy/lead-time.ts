import type { Backend } from "../backend.ts";
import type { RegistryEvent } from "../registry/log/event.ts";
import type { ModelVersion } from "../registry/log/model-version.ts";
import { instant, timestamp } from "../time.ts";
import type { Deployment } from "./deployment.ts";

/**
 * Time from what started a version to its first going live here: from the newest alarm that asked for a retraining before the version was
 * registered and that no other version has answered by going live here, else from its commit. Null where neither is known or lies ahead.
 *
 * @param events All events of the model, oldest first.
 * Putting the same version live again later says nothing about how long it took.
 *
 * @param now Milliseconds since 1970.
 */
export async function leadTime(
  version: ModelVersion,
  environment: string,
  all: readonly RegistryEvent[],
  now: number,
  { source }: Pick<Backend, "source">,
): Promise<Deployment["leadTime"]> {
  const first = all.findIndex((event) => wentLive(event, environment) && event.version === version.version);
  const events = first < 0 ? all : all.slice(0, first);
  const live = first < 0 ? now : (instant((all[first] as RegistryEvent).at) ?? now);
  const alarm = unansweredAlarm(version.version, environment, events);
  if (alarm !== null) return since("drift", alarm, live);
  let committed: number | null = null;
  for (const commit of [version.commit, version.headCommit])
    if (commit !== null) committed ??= await source.committedAt(commit);
  return committed === null ? null : since("commit", committed, live);
}

function wentLive(event: RegistryEvent, environment: string): event is RegistryEvent & { type: "deploy.recorded" } {
  return event.type === "deploy.recorded" && event.environment === environment && event.outcome === "live";
}

/** When the alarm that led to this version was raised, milliseconds since 1970. */
function unansweredAlarm(version: number, environment: string, events: readonly RegistryEvent[]): number | null {
  const registered = events.findIndex((event) => event.type === "version.registered" && event.version === version);
  const alarm = events.findLastIndex(
    (event, index) => index < registered && event.type === "drift.detected" && event.retrain,
  );
  if (alarm < 0) return null;
  const answers = new Set<number>();
  for (const event of events.slice(alarm + 1)) {
    if (event.type === "version.registered" && event.version !== version) answers.add(event.version);
    if (wentLive(event, environment) && answers.has(event.version)) return null;
  }
  return instant((events[alarm] as RegistryEvent).at);
}

function since(from: "drift" | "commit", started: number, live: number): Deployment["leadTime"] {
  const seconds = (live - started) / 1000;
  return seconds < 0 ? null : { from, startedAt: timestamp(started), seconds };
}
