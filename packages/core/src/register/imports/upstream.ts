import type { Params } from "../../data/params.ts";
import type { FileRef, Sha256 } from "../../document.ts";
import type { Origin } from "../../registry/log/origin.ts";

/** A version of another registry, as it tells it. */
export interface UpstreamVersion {
  readonly origin: Omit<Origin, "record">;
  readonly commit: string | null;
  readonly description: string | null;
  readonly params: Params;
  readonly metrics: readonly { readonly name: string; readonly value: number }[];
  readonly facts: Readonly<Record<string, string>>;
  /** What it says and a version cannot keep: "metric loss is NaN". */
  readonly left: readonly string[];
}

interface Said {
  /** Names the fact for good, one line: what was carried over once is known by it. */
  readonly key: string;
  /** As people know it: a tag's name, "version 7". */
  readonly label: string;
  /** What happened, in words, with who and when. */
  readonly words: string;
  /** What is odd about it; null when it is in order. */
  readonly problem: string | null;
  /** It came from here, by a mirror: of a version its number here. */
  readonly here?: number | null;
}

/** What another registry says about one model, in its order. */
export type UpstreamFact =
  | (Said & { readonly kind: "version"; readonly version: UpstreamVersion })
  | (Said & { readonly kind: "withdrawn"; readonly version: string })
  | (Said & {
      readonly kind: "alias";
      /** The alias's or stage's name there. */
      readonly alias: string;
      /** Null: nobody holds it any more. */
      readonly to: string | null;
      /** Who held it, as the last import found it. */
      readonly was?: string;
      /** `now`: the registry keeps no history, so the same word may come again and only the last one counts. */
      readonly tense: "then" | "now";
    })
  | (Said & { readonly kind: "note" });

/** A version's files, kept in the store (of a dry run only read), or why they cannot be had. */
export type UpstreamBytes = { readonly files: readonly FileRef[] } | { readonly missing: string };

/** Texts from elsewhere may be of any length: a note or a reason has room for this many characters of one, a record for this many. */
export const NOTE_CHARACTERS = 500;
export const RECORD_CHARACTERS = 10_000;

export function shortened(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return `${[...text.slice(0, 2 * characters)].slice(0, characters).join("")}…`;
}

/** A part of a key: no spaces, no brackets, no line breaks, whatever the name was. */
export function keyPart(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%(?:40|23|3A|2F|3D|2B)/g, decodeURIComponent); // @ # : / = + are read more easily
}

/** Keys stand in every note and reason, which have a limit of their own; what has a longer one is left. */
export const KEY_LIMIT = 1000;

/** What became of one fact. */
export interface CarriedFact {
  readonly model: string;
  readonly kind: UpstreamFact["kind"];
  readonly label: string;
  /** The version here it became, or is about. */
  readonly version: number | null;
  /**
   * `carried`: now, as what it is; `same`: its bytes were a version already, which now answers for it; `noted`: in the history alone, that is all
   * it ever was; `known`: by an earlier import; `left`: it could not be carried over, the history says so and `why` says what stands in the way.
   */
  readonly outcome: "carried" | "same" | "noted" | "known" | "left";
  readonly why: string | null;
  /** What of it was left behind, although the rest was carried over. */
  readonly without: readonly string[];
}

export interface CarrySettings {
  readonly model: string;
  /** In the other registry's order. */
  readonly facts: readonly UpstreamFact[];
  /** What was read, for the record: no password in it. */
  readonly from: string;
  /** Names under `deploy:`: their aliases are moved by deploying alone. */
  readonly environments: readonly string[];
  readonly dry: boolean;
  /** How keys of what is only told as it is now begin: what an import brought and is not told any more is gone there. */
  readonly slots?: readonly string[];
}

/** Files of versions that are not here yet, by the fact's key. */
export type KeptBytes = ReadonlyMap<string, KeptFiles>;
export type KeptFiles =
  | (Extract<UpstreamBytes, { files: unknown }> & {
      readonly root: Sha256;
      /** Digests of the import's record and of the card. */
      readonly record: Sha256;
      readonly card: Sha256;
    })
  | { readonly missing: string };
