import type { ModelState, VersionState } from "../fold/model-state.ts";
import type { EventBody, EventOf, RegistryEvent } from "../log/event.ts";
import type { ModelVersion } from "../log/model-version.ts";

/** The registry over a branch: reads are cheap whatever the number of versions; a write is one commit with all its events, or nothing. */
export interface Registry {
  models(): Promise<string[]>;
  state(model: string): Promise<ModelState>;
  /** A version that was read is found by its event; a number by the model's history. @throws VERSION_UNKNOWN */
  manifest(model: string, version: number | VersionState): Promise<ModelVersion>;
  /** Oldest first; of one model, or of all; with `last`, only the newest so many. */
  events(model?: string, last?: number): Promise<RegistryEvent[]>;
  /** What happened to one version, oldest first: how its bytes were judged, its registration, aliases, deployments, drift, withdrawal. @throws VERSION_UNKNOWN */
  eventsOf(model: string, version: number): Promise<RegistryEvent[]>;
  /** Who holds an alias, from its own file and the events it names; null when nobody does. Reads no more however many versions there are. */
  holder(model: string, alias: string): Promise<VersionState | null>;
  /** The event that set what is allowed now, perhaps to nothing (null); null when none was ever set. */
  policy(): Promise<EventOf<"policy.set"> | null>;
  /** Reads, decides, commits; when another writer was first, reads and decides again. `decide` may be called several times. No events: nothing is written. */
  transact<T>(
    model: string,
    decide: (state: ModelState) => Promise<Decision<T>> | Decision<T>,
  ): Promise<{ events: RegistryEvent[]; result: T }>;
  /** The same over several models: all their events in one commit, or none. With no model at all: events of the whole registry. */
  transactAll<T>(
    models: readonly string[],
    decide: (states: ReadonlyMap<string, ModelState>) => Promise<Decision<T>> | Decision<T>,
  ): Promise<{ events: RegistryEvent[]; result: T }>;
}
export interface Decision<T> {
  readonly events: readonly EventBody[];
  readonly result: T;
}
