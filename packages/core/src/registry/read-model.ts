import type { Revision } from "../backend.ts";
import { parseDocument } from "../document.ts";
import { canonicalText, damaged, type ReadPorts, readEvents, readFile, type Snapshot } from "./branch-files.ts";
import { aliasFolder, CHUNK, chunkPath, INDEX_FILE, IndexFile, ModelFile, modelPath, versionPath } from "./layout.ts";
import { ModelVersion } from "./model-version.ts";
import { chainOf, type Files, type LoggedEvent, replay } from "./projection.ts";
import type { ModelState, VersionState } from "./registry.ts";
import { fold } from "./state.ts";

export interface ReadModel {
  readonly state: ModelState;
  readonly events: readonly LoggedEvent[];
  /** The model's own files as they stand on the branch. */
  readonly files: Files;
}

/** Reads a model's own events and compares what they add up to with the model's files. @throws REGISTRY_DAMAGED */
export async function readModel(snapshot: Snapshot | null, model: string, ports: ReadPorts): Promise<ReadModel> {
  const empty = { state: fold(model, []), events: [], files: new Map() };
  if (snapshot === null) return empty;
  const { revision } = snapshot;
  const { branch, sha256 } = ports;
  const path = modelPath(model);
  const files: Files = new Map(await branch.read(revision, [path, INDEX_FILE]));
  const isKnown = readFile(IndexFile, files, INDEX_FILE).includes(model);
  if (isKnown !== files.has(path)) throw damaged(path, isKnown ? "it is missing" : `${INDEX_FILE} does not name it`);
  if (!isKnown) return empty;

  const { events: count, chain } = readFile(ModelFile, files, path);
  const chunks = Array.from({ length: Math.ceil(count / CHUNK) }, (_, index) => chunkPath(model, index * CHUNK));
  const own = [...chunks, ...(await branch.list(revision, aliasFolder(model)))];
  for (const [name, text] of await branch.read(revision, own)) files.set(name, text);
  const numbers = chunks.flatMap((chunk) => eventNumbers(files.get(chunk), chunk));
  const events = await readEvents(revision, numbers, ports);
  if (numbers.length !== count || chainOf(events, sha256) !== chain)
    throw damaged(path, "its events are not those its chain was made of");

  const state = fold(
    model,
    events.map(({ event }) => event),
  );
  const expected = replay(events, sha256);
  for (const name of [path, ...own]) {
    if (files.get(name) !== expected.get(name)) throw damaged(name, "it says other things than the model's events");
  }
  for (const alias of state.aliases.keys()) {
    const name = `${aliasFolder(model)}/${alias}.json`;
    if (!files.has(name)) throw damaged(name, "it is missing");
  }
  return { state, events, files };
}

function eventNumbers(text: string | undefined, path: string): number[] {
  const numbers: unknown = text === undefined ? null : JSON.parse(canonicalText(text, path));
  if (!Array.isArray(numbers) || !numbers.every((number) => Number.isSafeInteger(number) && number > 0))
    throw damaged(path, "it is not a list of event numbers");
  return numbers as number[];
}

/** @throws REGISTRY_DAMAGED */
export async function readManifest(
  revision: Revision,
  model: string,
  version: VersionState,
  { branch, sha256 }: ReadPorts,
): Promise<ModelVersion> {
  const path = versionPath(model, version.version);
  const text = (await branch.read(revision, [path])).get(path);
  if (text === undefined) throw damaged(path, "it is missing");
  const got = sha256(canonicalText(text, path));
  if (got !== version.manifest) throw damaged(path, `its digest is ${got}, recorded is ${version.manifest}`);
  return parseDocument(ModelVersion, text, path);
}
