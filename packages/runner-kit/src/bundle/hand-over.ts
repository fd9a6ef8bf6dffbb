import type { Part } from "./bundle-ref.ts";

export type Half = "record" | "bytes";
/** What jobs hand on: the halves of a run, or scores of current rows. */
export type Piece = Half | "scores";

/** A piece that a workflow run handed on. */
export interface HandedOn {
  readonly model: string;
  readonly half: Piece;
  readonly part: Part;
}

/** How one job's run reaches another: as artifacts, or through a folder that every runner has. */
export interface HandOver {
  /** The jobs that take over have the store of this one: what is kept there needs no other way to them. */
  readonly sharesStore: boolean;
  /** Refuses a server that cannot hand anything on: before a training, not after its hours. @throws ARTIFACTS_UNAVAILABLE */
  refuseUnavailable(): void;
  /**
   * Hands on files below a folder; `digest` pins a folder's content where nothing else does. Of several runs of a model the first has the name that
   * is listed; the others (`nth` from 2) are known by who is told of them alone.
   */
  send(
    half: Piece,
    run: { readonly model: string; readonly id: string; readonly digest: string; readonly nth?: number },
    folder: string,
    files: readonly string[],
  ): Promise<Part>;
  /** Brings a half into a folder that is there, its digest checked first. @throws BUNDLE_GONE, BUNDLE_INVALID, DIGEST_MISMATCH */
  bring(half: Piece, part: Part, into: string, mostBytes?: number): Promise<void>;
  /** Refuses a half that another workflow run made, by GitHub's word. @throws BUNDLE_FOREIGN, BUNDLE_GONE */
  refuseOthers(part: Part, runId: number, run: string): Promise<void>;
  /** What a workflow run handed on last, of each model and kind. */
  list(runId: number): Promise<HandedOn[]>;
}

/** No model is named with `@`. */
export const artifactName = (half: Piece, model: string, nth = 1) =>
  `trainyard-${half}-${model}${nth === 1 ? "" : `@${nth}`}`;
