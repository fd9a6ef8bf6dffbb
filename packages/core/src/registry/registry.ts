import type { Verdict } from "../check/check.ts";
import type { Actor, Sha256 } from "../document.ts";
import type { EventBody, RegistryEvent } from "./event.ts";
import type { ModelVersion } from "./model-version.ts";

/** What a model's events add up to. A pure function of the log: state.ts folds it. */
export interface ModelState {
  readonly model: string;
  /** Version n is at index n − 1: dense from 1. */
  readonly versions: readonly VersionState[];
  readonly aliases: ReadonlyMap<string, AliasState>;
  /** Aliases that were ever held, gone ones included: "never held" means a first model. */
  readonly held: ReadonlySet<string>;
  /** Evaluations by the digest of their report. */
  readonly evaluations: ReadonlyMap<
    Sha256,
    { seq: number; at: string; run: string; rootDigest: Sha256 | null; verdict: Verdict }
  >;
  /** Deployments in the order they happened. */
  readonly deployments: readonly {
    seq: number;
    at: string;
    environment: string;
    version: number;
    from: number | null;
    outcome: "live" | "rolled-back" | "failed";
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
}
export interface VersionState {
  readonly version: number;
  readonly rootDigest: Sha256;
  /** Digest of its manifest's canonical JSON. */
  readonly manifest: Sha256;
  readonly run: string;
  readonly withdrawn: string | null;
  readonly registeredAt: string;
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
  /** @throws VERSION_UNKNOWN */
  manifest(model: string, version: number): Promise<ModelVersion>;
  /** Oldest first; of one model, or of all. */
  events(model?: string): Promise<RegistryEvent[]>;
  /** Reads, decides, commits; when another writer was first, reads and decides again. `decide` may be called several times. No events: nothing is written. */
  transact<T>(
    model: string,
    decide: (state: ModelState) => Promise<Decision<T>> | Decision<T>,
  ): Promise<{ events: RegistryEvent[]; result: T }>;
}
export interface Decision<T> {
  readonly events: readonly EventBody[];
  /** Manifests of the versions these events register. */
  readonly manifests?: readonly ModelVersion[];
  readonly result: T;
}
