import type { Verdict } from "../../check/check.ts";
import type { Actor, Sha256 } from "../../document.ts";
import type { OriginName } from "../log/origin.ts";
import type { Proofs } from "./proofs.ts";

/** What a model's events add up to. A pure function of the log: folding.ts makes it. */
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
  /** Digest of the rows it was judged on; null where nobody knows. */
  readonly evaluationSet: Sha256 | null;
  /** Digest of the ids and true values of those rows; null where nobody knows. */
  readonly rowSet: Sha256 | null;
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
