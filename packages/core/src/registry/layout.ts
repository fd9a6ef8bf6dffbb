import { z } from "zod";
import { AliasName, canonicalJson, ModelName, Sha256 } from "../document.ts";
import { Policy } from "./policy.ts";
import { Summary } from "./summary.ts";

/**
 * Where everything stands on the registry branch. Every file is canonical JSON and a newline, `.jsonl` one such line an event.
 *
 * ```
 * trainyard.json                                   format, registry id                            written once
 * HEAD.json                                        the newest event, as in the log                one a commit
 * policy.json                                      what is allowed now                            with each change of it
 * log/0012/3/4/e12345.json                         event 12345                                    append-only
 * models/index.json                                names of all models                            on a model's first event
 * models/NAME/model.json                           counts, chain, newest events in short          mutable
 * models/NAME/log/recent/5.jsonl                   eight events in short, until there are 128     append-only
 * models/NAME/log/0000/01.jsonl                    128 events in short                            append-only
 * models/NAME/versions/0012/3/4/v12345.json        manifest of version 12345                      write-once
 * models/NAME/aliases/ALIAS.json                   holder, generation; stays when it is removed   mutable
 * ```
 *
 * So each question reads what it asks for: an alias is one file, a model's versions are a few, and none grows with those of other models.
 * Folders hold ten events or versions, because a folder is written anew with every entry: ten names cost 0.2 kB, a hundred 2 kB. The top
 * one holds a thousand at a million.
 */
export const FORMAT = 1;

export const REGISTRY_FILE = "trainyard.json";
export const HEAD_FILE = "HEAD.json";
export const INDEX_FILE = "models/index.json";
/** Not there while no policy was ever set. */
export const POLICY_FILE = "policy.json";

/** Events in short in the model's own file before they move to one of their own. */
export const RECENT = 8;
/** Events in short in a file that stays. */
export const CHUNK = 128;

export const RegistryFile = z.object({ format: z.int().positive(), registry: z.uuid() });
/** `sinceSeq`: the event that set it. */
export const PolicyFile = z.object({ policy: Policy.nullable(), sinceSeq: z.int().positive() });
export type PolicyFile = z.infer<typeof PolicyFile>;
export const IndexFile = z.array(ModelName);
export const ModelFile = z.object({
  model: ModelName,
  /** The highest version number; versions are dense from 1. */
  versions: z.int().nonnegative(),
  /** The newest version that was not withdrawn; null when there is none. */
  latest: z.int().positive().nullable(),
  withdrawn: z.array(z.int().positive()),
  /** How many events are this model's, and their chain: chain(n) = sha256(chain(n − 1) + event n in short, as its line), as text, from "". */
  events: z.int().positive(),
  chain: Sha256,
  /** The newest events in short: those after the last multiple of eight. */
  recent: z.array(Summary),
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

export const eventPath = (seq: number): string => `log/${shard(seq)}/e${seq}.json`;
export const modelFolder = (model: string): string => `models/${model}`;
export const modelPath = (model: string): string => `${modelFolder(model)}/model.json`;
/** The file of the model's events number 128 · chunk + 1 to 128 · chunk + 128, in short. */
export function chunkPath(model: string, chunk: number): string {
  return `${modelFolder(model)}/log/${digits(Math.floor(chunk / 100), 4)}/${digits(chunk % 100, 2)}.jsonl`;
}
/** The file of the model's eight events after number `after`, in short, while their chunk is not full. */
export const recentPath = (model: string, after: number): string =>
  `${modelFolder(model)}/log/recent/${Math.floor((after % CHUNK) / RECENT)}.jsonl`;
export const versionPath = (model: string, version: number): string =>
  `${modelFolder(model)}/versions/${shard(version)}/v${version}.json`;
export const aliasFolder = (model: string): string => `${modelFolder(model)}/aliases`;
export const aliasPath = (model: string, alias: string): string => `${aliasFolder(model)}/${alias}.json`;

/** 12345 → "0012/3/4". */
function shard(number: number): string {
  return `${digits(Math.floor(number / 1000), 4)}/${Math.floor(number / 100) % 10}/${Math.floor(number / 10) % 10}`;
}

function digits(number: number, length: number): string {
  return String(number).padStart(length, "0");
}

/** The text of a file of the branch. */
export function fileText(value: unknown): string {
  return `${canonicalJson(value)}\n`;
}
