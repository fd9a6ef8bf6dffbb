import type { Revision } from "../../backend.ts";
import { Folding } from "../fold/folding.ts";
import type { ModelState, VersionState } from "../fold/model-state.ts";
import { aliasFile } from "../fold/projection.ts";
import { checkSummary, type Summary, summaryOf } from "../fold/summary.ts";
import { damaged } from "../log/damage.ts";
import { inRanges, outOfRanges } from "../log/event-numbers.ts";
import { aliasFolder, aliasPath, BLOCK, blockPath, fileText, ModelFile, modelPath } from "../log/layout.ts";
import { Memory, type ReadModel } from "./memory.ts";
import { readEvents } from "./read-log.ts";
import type { ReadPorts, Snapshot } from "./snapshot.ts";
import { inOrder, jsonOf, readFile } from "./stored-file.ts";

/** Reads a model's events in short and compares what they add up to with the model's other files. @throws REGISTRY_DAMAGED */
export async function readModel(
  snapshot: Snapshot | null,
  model: string,
  ports: ReadPorts,
  memory: Memory = new Memory(),
): Promise<ReadModel> {
  const known = memory.models.get(model);
  if (known !== undefined && known.revision === snapshot?.revision) return known.read;
  const file = snapshot === null ? null : await readModelFile(snapshot, model, ports);
  if (snapshot === null || file === null) {
    const folding = new Folding(model);
    return { state: folding.state(), folding, events: 0, summaries: [], before: null };
  }
  const path = modelPath(model);
  const numbers = recentOf(file, path);
  const now =
    (known === undefined ? null : await follow(known.read, snapshot.revision, file, numbers, ports)) ??
    (await follow(null, snapshot.revision, file, numbers, ports));
  if (now === null) throw damaged(path, "its events are not those its history has");
  const { folding, summaries } = now;
  const { events } = file;
  const state = folding.state();
  const versions = state.versions.length;
  const { withdrawn } = folding;
  if (fileText(file) !== fileText({ ...file, model, versions, withdrawn, recent: inRanges(numbers) }))
    throw damaged(path, "it says other things than the model's events");
  await checkAliases(snapshot.revision, state, ports);
  const recent = summaries.slice(events - numbers.length, events);
  const registered = (version: number) => state.versions[version - 1] as VersionState;
  const read = { state, folding, events, summaries, before: { file, recent, registered } };
  memory.models.set(model, { revision: snapshot.revision, read });
  return read;
}

/** Another may have gone on from the same place meanwhile: then this one gets a list of its own. */
export function appended({ summaries, events }: ReadModel, added: readonly Summary[]): Summary[] {
  const all = summaries.length === events ? summaries : summaries.slice(0, events);
  for (const summary of added) all.push(summary);
  return all;
}

/** Null when the registry has no such model. @throws REGISTRY_DAMAGED */
export async function readModelFile(
  { revision, head }: Snapshot,
  model: string,
  { branch }: ReadPorts,
): Promise<ModelFile | null> {
  const path = modelPath(model);
  const files = await branch.read(revision, [path]);
  // The newest event cannot be a model's that is not there, nor one that its file does not know.
  if (!files.has(path) && head.model !== model) return null;
  const file = readFile(ModelFile, files, path);
  if (file.events > head.seq) throw damaged(path, `it has ${file.events} events, the registry ${head.seq}`);
  const last = recentOf(file, path).at(-1) ?? head.seq;
  if (last > head.seq || (head.model === model && last !== head.seq))
    throw damaged(path, `it does not go with event ${head.seq}, the newest`);
  return file;
}

/** Numbers of the events that are not in the history yet. @throws REGISTRY_DAMAGED */
function recentOf({ events, recent }: ModelFile, path: string): number[] {
  const numbers = outOfRanges(recent, BLOCK);
  if (numbers?.length !== events % BLOCK) throw damaged(path, "its events do not add up");
  return numbers;
}

/** Goes on from what is known to what the file says; null when that does not follow. */
async function follow(
  known: ReadModel | null,
  revision: Revision,
  file: ModelFile,
  recent: readonly number[],
  ports: ReadPorts,
): Promise<Pick<ReadModel, "folding" | "summaries"> | null> {
  const { model, events } = file;
  const from = known?.events ?? 0;
  if (from > events) return null;
  const settled = events - recent.length;
  // Whole files are read from the one that holds the first event that is not known.
  const first = Math.floor(from / BLOCK);
  const paths = Array.from({ length: settled / BLOCK - first }, (_, index) => blockPath(model, first + index));
  const added: Summary[] = [];
  let chain = known?.before?.file.chain ?? "";
  for await (const [path, text] of inOrder(ports.branch, revision, paths)) {
    chain = ports.sha256(chain + text);
    const block = parseBlock(text, path);
    for (const summary of path === paths[0] ? block.slice(from % BLOCK) : block) added.push(summary);
  }
  if (chain !== file.chain) return null;
  const numbers = recent.slice(Math.max(0, from - settled));
  for (const { event } of await readEvents(revision, numbers, ports)) {
    if (!("model" in event) || event.model !== model)
      throw damaged(modelPath(model), `event ${event.seq} is not this model's`);
    added.push(summaryOf(event));
  }
  const folding = known === null ? new Folding(model) : known.folding.fork();
  for (const summary of added) folding.take(summary);
  return { folding, summaries: known === null ? added : appended(known, added) };
}

function parseBlock(text: string, path: string): Summary[] {
  // One array is parsed in half the time of its lines.
  const values = jsonOf(`[${text.trimEnd().replaceAll("\n", ",")}]`, path) as unknown[];
  if (values.length !== BLOCK) throw damaged(path, `it has ${values.length} events in short, not ${BLOCK}`);
  return values.map((value) => {
    const summary = checkSummary(value);
    if (summary === null) throw damaged(path, "an event in short is not one");
    return summary;
  });
}

async function checkAliases(revision: Revision, state: ModelState, { branch }: ReadPorts): Promise<void> {
  const paths = await branch.list(revision, aliasFolder(state.model));
  const texts = await branch.read(revision, paths);
  const expected = new Map<string, string>();
  for (const alias of state.aliases.values()) {
    const holder = alias.version === null ? null : (state.versions[alias.version - 1] as VersionState);
    expected.set(aliasPath(state.model, alias.alias), fileText(aliasFile(alias, holder)));
  }
  for (const path of paths)
    if (texts.get(path) !== expected.get(path)) throw damaged(path, "it says other things than the model's events");
  for (const path of expected.keys()) if (!texts.has(path)) throw damaged(path, "it is missing");
}
