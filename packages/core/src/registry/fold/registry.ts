import type { Verdict } from "../../check/check.ts";
import type { Actor, Sha256 } from "../../document.ts";
import type { EventBody, EventOf, RegistryEvent } from "../log/event.ts";
import type { ModelVersion } from "../log/model-version.ts";
import type { OriginName } from "../log/origin.ts";
import type { Proofs } from "./proofs.ts";

/** What a model's events add up to. A pure function of the log: state.ts folds it. */
export interface ModelState {
  readonly model: string;
  /** Version n is at index n − 1: dense from 1. */
  readonly versions: readonly VersionState[];
  readonly aliases: ReadonlyMap<string, AliasState>;
  /** Aliases that were ever held, gone ones included: "never held" means a first model. */
  readonly held: ReadonlySet<string>;
  /** Evaluations by the digest of their report. */
  readonly evaluations: {
    get(report: Sha256): EvaluationState | undefined;
    has(report: Sha256): boolean;
    values(): Iterable<EvaluationState>;
  };
  /** Deployments in the order they happened. */
  readonly deployments: readonly {
    seq: number;
    at: string;
    environment: string;
    version: number;
    from: number | null;
    outcome: "live" | "rolled-back" | "failed";
    /** It went back to a version that was live before. */
    rollback: boolean;
  }[];
  /** Drift events in the order they happened. */
  readonly drifts: readonly {
    seq: number;
    at: string;
    version: number;
    verdict: "drift" | "data-broken";
    retrain: boolean;
    summary: string;
  }[];
  /** What a policy asks for. */
  readonly proofs: Proofs;
}
export interface EvaluationState {
  readonly seq: number;
  readonly at: string;
  readonly run: string;
  readonly rootDigest: Sha256 | null;
  readonly verdict: Verdict;
}
export interface VersionState {
  /** The event that registered it. */
  readonly seq: number;
  readonly version: number;
  readonly rootDigest: Sha256;
  /** Null when it was imported: then `origin` says from where. */
  readonly run: string | null;
  readonly origin: OriginName | null;
  readonly withdrawn: string | null;
  readonly registeredAt: string;
  /** Without the address of the run: that stands in the event. */
  readonly by: Actor;
}
export interface AliasState {
  readonly alias: string;
  /** Null when it was removed. */
  readonly version: number | null;
  readonly generation: number;
  readonly sinceSeq: number;
  readonly at: string;
}

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
