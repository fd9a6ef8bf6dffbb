import type { z } from "zod";
import type { Revision } from "../backend.ts";
import { parseDocument, type Sha256 } from "../document.ts";
import { canonicalText, damaged, jsonOf, type ReadPorts, readEvents, readFile, type Snapshot } from "./branch-files.ts";
import type { RegistryEvent } from "./event.ts";
import {
  AliasFile,
  aliasFolder,
  aliasPath,
  CHUNK,
  chunkPath,
  fileText,
  INDEX_FILE,
  IndexFile,
  ModelFile,
  modelPath,
  RECENT,
  recentPath,
  versionPath,
} from "./layout.ts";
import { ModelVersion } from "./model-version.ts";
import type { Files } from "./projection.ts";
import type { AliasState, ModelState, VersionState } from "./registry.ts";
import { Folding } from "./state.ts";
import { Summary } from "./summary.ts";

export interface ReadModel {
  readonly state: ModelState;
  /** Where the state goes on from; to be forked. */
  readonly folding: Folding;
  /** How many events the model has. */
  readonly events: number;
  /** Its events in short: at least `events`, the first of them are the model's. */
  readonly summaries: readonly Summary[];
  /** The model's own file and the index, as they stand on the branch. */
  readonly files: Files;
}

/** What was read of a model before; the log only grows, so that the next read begins there. */
export interface Known {
  readonly events: number;
  readonly chain: Sha256;
  readonly summaries: Summary[];
  readonly folding: Folding;
}
export type KnownModels = Map<string, Known>;

/** Reads a model's events in short and compares what they add up to with the model's other files. @throws REGISTRY_DAMAGED */
export async function readModel(
  snapshot: Snapshot | null,
  model: string,
  ports: ReadPorts,
  known: KnownModels = new Map(),
): Promise<ReadModel> {
  const files: Files = new Map();
  const file = snapshot === null ? null : await readModelFile(snapshot, model, files, ports);
  if (snapshot === null || file === null) {
    const folding = new Folding(model);
    return { state: folding.state(), folding, events: 0, summaries: [], files };
  }
  const before = known.get(model);
  const usable = before !== undefined && before.events <= file.events ? before : null;
  const now =
    (usable === null ? null : await follow(usable, snapshot.revision, file, ports)) ??
    (await follow(null, snapshot.revision, file, ports));
  const path = modelPath(model);
  if (now === null) throw damaged(path, "its events are not those its chain was made of");
  known.set(model, now);
  const { folding, summaries, events } = now;
  const state = folding.state();
  const versions = state.versions.length;
  const { withdrawn } = folding;
  const latest = state.versions.findLast((version) => version.withdrawn === null)?.version ?? null;
  if (files.get(path) !== fileText({ ...file, model, versions, latest, withdrawn }))
    throw damaged(path, "it says other things than the model's events");
  await checkAliases(snapshot.revision, state, ports);
  return { state, folding, events, summaries, files };
}

/** Null when the index does not name the model. @throws REGISTRY_DAMAGED */
export async function readModelFile(
  { revision }: Snapshot,
  model: string,
  files: Files,
  { branch }: ReadPorts,
): Promise<z.output<typeof ModelFile> | null> {
  const path = modelPath(model);
  for (const [name, text] of await branch.read(revision, [path, INDEX_FILE])) files.set(name, text);
  const isKnown = readFile(IndexFile, files, INDEX_FILE).includes(model);
  if (isKnown !== files.has(path)) throw damaged(path, isKnown ? "it is missing" : `${INDEX_FILE} does not name it`);
  return isKnown ? readFile(ModelFile, files, path) : null;
}

/** Goes on from what is known to what the file says; null when that does not follow. */
async function follow(
  before: Known | null,
  revision: Revision,
  file: ModelFile,
  ports: ReadPorts,
): Promise<Known | null> {
  const { sha256 } = ports;
  const { model, events } = file;
  const from = before?.events ?? 0;
  const settled = events - (events % RECENT);
  if (file.recent.length !== events - settled) return null;
  const lines: string[] = [];
  // Whole files are read from the one that holds the first event that is not known.
  let skip = from;
  if (from < settled) {
    const full = events - (events % CHUNK);
    const paths: string[] = [];
    if (from < full) {
      skip = from - (from % CHUNK);
      for (let after = skip; after < full; after += CHUNK) paths.push(chunkPath(model, after / CHUNK));
    } else skip = from - (from % RECENT);
    for (let after = Math.max(full, skip); after < settled; after += RECENT) paths.push(recentPath(model, after));
    const texts = await ports.branch.read(revision, paths);
    for (const path of paths) {
      const text = texts.get(path);
      if (text === undefined) throw damaged(path, "it is missing");
      for (const line of text.split("\n").slice(0, -1)) lines.push(line);
    }
  } else skip = settled;
  for (const summary of file.recent) lines.push(fileText(summary).slice(0, -1));
  if (lines.length !== events - skip) return null;

  let chain = before?.chain ?? "";
  const added: Summary[] = [];
  for (const line of lines.slice(from - skip)) {
    chain = sha256(chain + line);
    added.push(parseSummary(line, model));
  }
  if (chain !== file.chain) return null;
  const folding = before === null ? new Folding(model) : before.folding.fork();
  for (const summary of added) folding.take(summary);
  // Another read may have gone on from the same place meanwhile: then this one has a list of its own.
  const summaries =
    before === null ? [] : before.summaries.length === from ? before.summaries : before.summaries.slice(0, from);
  for (const summary of added) summaries.push(summary);
  return { events, chain, summaries, folding };
}

function parseSummary(line: string, model: string): Summary {
  const where = `${modelPath(model)} and its log`;
  const result = Summary.safeParse(jsonOf(line, where));
  if (result.success) return result.data;
  throw damaged(where, `an event in short is not one: ${result.error.issues[0]?.message ?? ""}`);
}

async function checkAliases(revision: Revision, state: ModelState, { branch }: ReadPorts): Promise<void> {
  const paths = await branch.list(revision, aliasFolder(state.model));
  const texts = await branch.read(revision, paths);
  const expected = new Map([...state.aliases.values()].map((alias) => [aliasPath(state.model, alias.alias), alias]));
  for (const path of paths) {
    const alias = expected.get(path);
    if (alias === undefined || texts.get(path) !== fileText(aliasFile(alias, state)))
      throw damaged(path, "it says other things than the model's events");
  }
  for (const path of expected.keys()) if (!texts.has(path)) throw damaged(path, "it is missing");
}

function aliasFile({ alias, version, generation, sinceSeq }: AliasState, state: ModelState): AliasFile {
  const held = version === null ? undefined : state.versions[version - 1];
  const { rootDigest = null, seq: registeredSeq = null } = held ?? {};
  return { alias, version, rootDigest, generation, sinceSeq, registeredSeq };
}

/** Who holds an alias, by its own file and the two events it names; null when nobody does. @throws REGISTRY_DAMAGED */
export async function readHolder(
  snapshot: Snapshot,
  model: string,
  alias: string,
  ports: ReadPorts,
): Promise<VersionState | null> {
  const files: Files = new Map();
  const path = aliasPath(model, alias);
  if ((await readModelFile(snapshot, model, files, ports)) === null) return null;
  const texts = await ports.branch.read(snapshot.revision, [path]);
  if (!texts.has(path)) return null;
  const held = readFile(AliasFile, texts, path);
  const numbers = [held.sinceSeq, ...(held.registeredSeq === null ? [] : [held.registeredSeq])];
  if (numbers.some((seq) => seq > snapshot.head.seq)) throw damaged(path, "it names an event that is not there");
  const [moved, made] = (await readEvents(snapshot.revision, numbers, ports)).map(({ event }) => event);
  const to = moved?.type === "alias.set" ? moved.to : null;
  const moves = moved?.type === "alias.set" || moved?.type === "alias.removed";
  if (
    !moves ||
    moved.model !== model ||
    moved.alias !== alias ||
    held.alias !== alias ||
    to !== held.version ||
    moved.generation !== held.generation
  )
    throw damaged(path, `it says other things than event ${held.sinceSeq}`);
  if (held.version === null) return null;
  if (
    made?.type !== "version.registered" ||
    made.model !== model ||
    made.version !== held.version ||
    made.rootDigest !== held.rootDigest
  )
    throw damaged(path, "it says other things than its version's event");
  return versionOf(made);
}

function versionOf(event: RegistryEvent & { type: "version.registered" }): VersionState {
  const { seq, version, rootDigest, manifest, run, origin = null, at, by } = event;
  return {
    seq,
    version,
    rootDigest,
    manifest,
    run,
    origin,
    withdrawn: null,
    registeredAt: at,
    by: { name: by.name, kind: by.kind },
  };
}

/** @throws REGISTRY_DAMAGED */
export async function readManifest(
  revision: Revision,
  model: string,
  version: Pick<VersionState, "version" | "manifest">,
  { branch, sha256 }: ReadPorts,
): Promise<ModelVersion> {
  const path = versionPath(model, version.version);
  const text = (await branch.read(revision, [path])).get(path);
  if (text === undefined) throw damaged(path, "it is missing");
  const got = sha256(canonicalText(text, path));
  if (got !== version.manifest) throw damaged(path, `its digest is ${got}, recorded is ${version.manifest}`);
  return parseDocument(ModelVersion, text, path);
}
