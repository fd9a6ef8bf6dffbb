import type { Part } from "./bundle-ref.ts";

export type Half = "record" | "bytes";

/** A half of a run that a workflow run handed on. */
export interface HandedOn {
  readonly model: string;
  readonly half: Half;
  readonly part: Part;
}

/** How one job's run reaches another: as artifacts, or through a folder that every runner has. */
export interface HandOver {
  /** Refuses a server that cannot hand anything on: before a training, not after its hours. @throws ARTIFACTS_UNAVAILABLE */
  refuseUnavailable(): void;
  /** Hands on files below a folder; `digest` pins a folder's content where nothing else does. */
  send(
    half: Half,
    run: { readonly model: string; readonly id: string; readonly digest: string },
    folder: string,
    files: readonly string[],
  ): Promise<Part>;
  /** Brings a half into a folder that is there, its digest checked first. @throws BUNDLE_GONE, BUNDLE_INVALID, DIGEST_MISMATCH */
  bring(half: Half, part: Part, into: string, mostBytes?: number): Promise<void>;
  /** Refuses a half that another workflow run made, by GitHub's word. @throws BUNDLE_FOREIGN, BUNDLE_GONE */
  refuseOthers(part: Part, runId: number, run: string): Promise<void>;
  /** What a workflow run handed on last, of each model and half. */
  list(runId: number): Promise<HandedOn[]>;
}

/** `model` of `trainyard-record-MODEL`. */
export const artifactName = (half: Half, model: string) => `trainyard-${half}-${model}`;
