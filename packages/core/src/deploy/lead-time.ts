import type { Backend } from "../backend.ts";
import type { RegistryEvent } from "../registry/event.ts";
import type { ModelVersion } from "../registry/model-version.ts";
import { instant, timestamp } from "../time.ts";
import type { Deployment } from "./deployment.ts";

/**
 * Time from what started a version to its going live now: from the newest alarm that asked for a retraining before the version was
 * registered and that no other version has answered by going live here, else from its commit. Null where neither is known or lies ahead.
 *
 * @param events All events of the model, oldest first.
 * @param live Milliseconds since 1970.
 */
export async function leadTime(
  version: ModelVersion,
  environment: string,
  events: readonly RegistryEvent[],
  live: number,
  { source }: Pick<Backend, "source">,
): Promise<Deployment["leadTime"]> {
  const alarm = unansweredAlarm(version.version, environment, events);
  if (alarm !== null) return since("drift", alarm, live);
  const committed = (await source.committedAt(version.commit)) ?? (await source.committedAt(version.headCommit));
  return committed === null ? null : since("commit", committed, live);
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
    const answered = event.type === "deploy.recorded" && event.environment === environment && event.outcome === "live";
    if (answered && answers.has(event.version)) return null;
  }
  return instant((events[alarm] as RegistryEvent).at);
}

function since(from: "drift" | "commit", started: number, live: number): Deployment["leadTime"] {
  const seconds = (live - started) / 1000;
  return seconds < 0 ? null : { from, startedAt: timestamp(started), seconds };
}
