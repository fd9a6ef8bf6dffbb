import { z } from "zod";
import { AliasName, canonicalJson, ModelName, Sha256 } from "../../document.ts";
import { Policy } from "./policy.ts";

/**
 * Where everything stands on the registry branch. Every file is canonical JSON and a newline, `.jsonl` one such line an event.
 *
 * ```
 * trainyard.json                       format, registry id                                       written once
 * policy.json                          what is allowed now                                       with each change of it
 * events/1/g/3/12345.json              event 12345; of a registration with the manifest          append-only
 * models/NAME.json                     counts, and the numbers of the newest events              mutable
 * history/NAME/0/7/123.jsonl           32 events of NAME in short                                append-only
 * aliases/NAME/ALIAS.json              holder, generation; stays when it is removed              mutable
 * ```
 *
 * So each question reads what it asks for: an alias is one file, a model's versions are a few, and none grows with those of other models.
 * Folders hold sixteen files or thirty-two folders, because a folder is written anew with every entry: sixteen cost 0.4 kB, a hundred 2 kB.
 * That `history` stands between `events` and `models` lets git keep a changed root as a difference: of neighbours that both change it cannot.
 */
export const FORMAT = 1;

export const REGISTRY_FILE = "trainyard.json";
export const POLICY_FILE = "policy.json";

/** Events of a model in a file of its history; the newer ones are read from the log. */
export const BLOCK = 32;

export const RegistryFile = z.object({ format: z.int().positive(), registry: z.uuid() });
/** `sinceSeq`: the event that set it; while there is none, the one that created the registry. */
export const PolicyFile = z.object({ policy: Policy.nullable(), sinceSeq: z.int().positive() });
export type PolicyFile = z.infer<typeof PolicyFile>;
export const ModelFile = z.object({
  model: ModelName,
  /** The highest version number; versions are dense from 1. */
  versions: z.int().nonnegative(),
  withdrawn: z.array(z.int().positive()),
  /** How many events are this model's. */
  events: z.int().positive(),
  /** Of its history's files: chain(n) = sha256(chain(n − 1) + file n), as text, from "". */
  chain: z.union([Sha256, z.literal("")]),
  /** Numbers of the events after the last of the history; of those in a row the first and the last. */
  recent: z.array(z.union([z.int().positive(), z.tuple([z.int().positive(), z.int().positive()])])).max(BLOCK - 1),
});
export type ModelFile = z.infer<typeof ModelFile>;
export const AliasFile = z.object({
  alias: AliasName,
  /** Null when it was removed: the generation goes on rising. */
  version: z.int().positive().nullable(),
  rootDigest: Sha256.nullable(),
  generation: z.int().positive(),
  sinceSeq: z.int().positive(),
  /** The event that registered the version. */
  registeredSeq: z.int().positive().nullable(),
});
export type AliasFile = z.infer<typeof AliasFile>;

export const EVENTS_FOLDER = "events";
export const MODELS_FOLDER = "models";
export const eventPath = (seq: number): string => `${EVENTS_FOLDER}/${folders(seq)}${seq}.json`;
export const modelPath = (model: string): string => `${MODELS_FOLDER}/${model}.json`;
/** The model a path of `models/` belongs to. */
export const modelOfPath = (path: string): string => path.slice(MODELS_FOLDER.length + 1, -".json".length);
/** The file of the model's events number 32 · block + 1 to 32 · block + 32, in short. */
export const blockPath = (model: string, block: number): string =>
  `history/${model}/${digit(block / 256)}/${digit((block / 16) % 16)}/${block}.jsonl`;
export const aliasFolder = (model: string): string => `aliases/${model}`;
export const aliasPath = (model: string, alias: string): string => `${aliasFolder(model)}/${alias}.json`;

/** Sixteen to a folder, sixteen of these to a folder, 32 of these to a folder, in base 32: 12345 = ((1 · 32 + 16) · 16 + 3) · 16 + 9 → "1/g/3/". */
function folders(number: number): string {
  return `${digit(number / 8192)}/${digit((number / 256) % 32)}/${digit((number / 16) % 16)}/`;
}

function digit(number: number): string {
  return Math.floor(number).toString(32);
}

/** The text of a file of the branch. */
export function fileText(value: unknown): string {
  return `${canonicalJson(value)}\n`;
}
