import { z } from "zod";
import { AliasName, canonicalJson, ModelName, Sha256, Timestamp } from "../document.ts";

/**
 * Where everything stands on the registry branch. Every file is canonical JSON and a newline; no directory grows beyond 1,000 entries
 * (log and versions: 100 a directory, below 10,000 directories' worth of top level at ten million).
 *
 * ```
 * trainyard.json                                   format, registry id                            written once
 * HEAD.json                                        the newest event: seq, digest, at              one a commit
 * log/0001/23/e12345.json                          event 12345                                    append-only
 * models/index.json                                names of all models                            on a model's first event
 * models/NAME/model.json                           highest version, withdrawn ones, event chain   mutable
 * models/NAME/log/0000/01.json                     which events are NAME's: 100 numbers a file    append-only
 * models/NAME/versions/0001/23/v12345.json         manifest of version 12345                      write-once
 * models/NAME/by-root/a/b/c/HEX.json               what is known about these bytes                mutable
 * models/NAME/aliases/ALIAS.json                   holder, generation; stays when it is removed   mutable
 * ```
 *
 * So each question reads what it asks for: an alias is one file, a digest is one file, the history of one model is its own events, and none
 * grows with the versions of others. `by-root` is split by single digits because a directory is written anew with every entry: sixteen
 * names cost 0.4 kB a level, 256 would cost 6 kB.
 */
export const FORMAT = 1;

export const REGISTRY_FILE = "trainyard.json";
export const HEAD_FILE = "HEAD.json";
export const INDEX_FILE = "models/index.json";

/** Event numbers in one file of a model's log. */
export const CHUNK = 100;

export const RegistryFile = z.object({ format: z.int().positive(), registry: z.uuid() });
export const HeadFile = z.object({ seq: z.int().positive(), digest: Sha256, at: Timestamp });
export const IndexFile = z.array(ModelName);
export const ModelFile = z.object({
  model: ModelName,
  /** The highest version number; versions are dense from 1. */
  versions: z.int().nonnegative(),
  /** The newest version that was not withdrawn; null when there is none. */
  latest: z.int().positive().nullable(),
  withdrawn: z.array(z.int().positive()),
  /** How many events are this model's, and their chain: chain(n) = sha256(chain(n − 1) + digest of event n), as text, from "". */
  events: z.int().positive(),
  chain: Sha256,
});
export type ModelFile = z.infer<typeof ModelFile>;
export const AliasFile = z.object({
  alias: AliasName,
  /** Null when it was removed: the generation goes on rising. */
  version: z.int().positive().nullable(),
  rootDigest: Sha256.nullable(),
  generation: z.int().positive(),
  sinceSeq: z.int().positive(),
});
export type AliasFile = z.infer<typeof AliasFile>;
/** The versions made of some bytes (several only when earlier ones were withdrawn) and the evaluations of them, with their events' numbers. */
export const RootFile = z.object({
  versions: z.array(z.object({ version: z.int().positive(), seq: z.int().positive() })),
  evaluations: z.array(z.object({ report: Sha256, seq: z.int().positive() })),
});
export type RootFile = z.infer<typeof RootFile>;

export const eventPath = (seq: number): string => `log/${shard(seq)}/e${seq}.json`;
export const modelFolder = (model: string): string => `models/${model}`;
export const modelPath = (model: string): string => `${modelFolder(model)}/model.json`;
/** The file that holds the numbers of a model's events `index` = 0, 1, …; it holds those of the same hundred. */
export function chunkPath(model: string, index: number): string {
  const chunk = Math.floor(index / CHUNK);
  return `${modelFolder(model)}/log/${digits(Math.floor(chunk / 100), 4)}/${digits(chunk % 100, 2)}.json`;
}
export const versionPath = (model: string, version: number): string =>
  `${modelFolder(model)}/versions/${shard(version)}/v${version}.json`;
export function rootPath(model: string, rootDigest: Sha256): string {
  const hex = rootDigest.slice("sha256:".length);
  return `${modelFolder(model)}/by-root/${hex[0]}/${hex[1]}/${hex[2]}/${hex}.json`;
}
export const aliasFolder = (model: string): string => `${modelFolder(model)}/aliases`;
export const aliasPath = (model: string, alias: string): string => `${aliasFolder(model)}/${alias}.json`;

/** 12345 → "0001/23". */
function shard(number: number): string {
  return `${digits(Math.floor(number / 10_000), 4)}/${digits(Math.floor(number / 100) % 100, 2)}`;
}

function digits(number: number, length: number): string {
  return String(number).padStart(length, "0");
}

/** The text of a file of the branch. */
export function fileText(value: unknown): string {
  return `${canonicalJson(value)}\n`;
}
