import { TrainyardError } from "../../errors.ts";
import type { ModelState } from "../../registry/fold/model-state.ts";
import type { EventBody } from "../../registry/log/event.ts";
import type { Registry } from "../../registry/read/registry.ts";

export interface NoteSettings {
  readonly model: string;
  /** Null: about the model. */
  readonly version: number | null;
  readonly text: string;
}

/** Writes a sentence into the history. @throws VERSION_UNKNOWN, TEXT_TOO_LONG, and what the registry throws */
export async function addNote(settings: NoteSettings, { registry }: { registry: Registry }): Promise<{ seq: number }> {
  const { events } = await registry.transact(settings.model, (state) => ({
    events: noteEvents(state, settings),
    result: null,
  }));
  return { seq: events[0]?.seq ?? 0 };
}

/** @throws VERSION_UNKNOWN */
export function noteEvents(state: ModelState, { model, version, text }: NoteSettings): EventBody[] {
  if (version === null) return [{ type: "note", model, text }];
  if (state.versions[version - 1] === undefined)
    throw new TrainyardError("VERSION_UNKNOWN", { model, version: `v${version}` });
  return [{ type: "note", model, version, text }];
}
