import type { ModelEvent, RegistryEvent } from "../../registry/log/event.ts";
import type { GitTag } from "./gto.ts";

/** A mirror's tag names the event it stands for in this line of its message, so that an import knows it again. A commit's `Trainyard-Event:` says another thing: the event's digest. */
export const MIRROR_TRAILER = "Trainyard-Mirrors";

/** Number and operation: the operation's UUID tells this registry's event from another's of that number. */
function mirroredName({ seq, operation }: Pick<RegistryEvent, "seq" | "operation">): string {
  return `${seq} ${operation}`;
}

/** The message of a tag that stands for an event: GTO and git show its first line. */
export function mirrorMessage(
  event: ModelEvent,
  { subject, version, rootDigest }: { subject: string; version: number; rootDigest: string },
): string {
  const trailers = [
    `Trainyard-Version: ${event.model}@${version}`,
    `Trainyard-Root-Digest: ${rootDigest}`,
    `${MIRROR_TRAILER}: ${mirroredName(event)}`,
  ];
  return `${subject}\n\n${trailers.join("\n")}\n`;
}

/** The events of this registry that tags stand for, by the tag's id; a tag of another registry's mirror is anybody's tag. */
export function mirroredEvents(
  tags: readonly GitTag[],
  events: readonly RegistryEvent[],
): ReadonlyMap<string, ModelEvent> {
  const names = new Map(events.map((event) => [mirroredName(event), event]));
  return new Map(
    tags.flatMap(({ id, event: name }) => {
      const event = name === undefined ? undefined : names.get(name);
      return event === undefined || !("model" in event) ? [] : [[id, event] as const];
    }),
  );
}
