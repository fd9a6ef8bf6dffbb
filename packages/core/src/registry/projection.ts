import type { Digester } from "../backend.ts";
import type { Sha256 } from "../document.ts";
import { byCodePoint } from "../order.ts";
import type { RegistryEvent } from "./event.ts";
import {
  type AliasFile,
  aliasPath,
  CHUNK,
  chunkPath,
  eventPath,
  FORMAT,
  fileText,
  HEAD_FILE,
  INDEX_FILE,
  type ModelFile,
  modelPath,
  REGISTRY_FILE,
  type RootFile,
  rootPath,
} from "./layout.ts";

/** An event as it stands in the log: `text` is its canonical JSON, `digest` that text's. */
export interface LoggedEvent {
  readonly event: RegistryEvent;
  readonly text: string;
  readonly digest: Sha256;
}

/** Files of the branch by path. */
export type Files = Map<string, string>;

interface Projection {
  readonly sha256: Digester;
  readonly rootOf: (model: string, version: number) => Sha256;
}

/**
 * Writes what an event changes into `files`: its own file, HEAD, and the model's files. The same code adds an event to the branch and replays the
 * whole log for `verify`, so the branch is a function of its log. Manifests alone stand beside it: their digest is in the event.
 *
 * @param files What is there now; at least those files that `touched` names.
 * @param rootOf Root digest of a version registered before.
 */
export function project(files: Files, { event, text, digest }: LoggedEvent, { sha256, rootOf }: Projection): void {
  files.set(eventPath(event.seq), `${text}\n`);
  files.set(HEAD_FILE, fileText({ seq: event.seq, digest, at: event.at }));
  if (event.type === "registry.created") {
    files.set(REGISTRY_FILE, fileText({ format: FORMAT, registry: event.registry }));
    files.set(INDEX_FILE, fileText([]));
    return;
  }
  const { model } = event;
  const known = read<ModelFile>(files, modelPath(model));
  if (known === null) {
    const names = read<string[]>(files, INDEX_FILE) ?? [];
    files.set(INDEX_FILE, fileText([...names, model].sort(byCodePoint)));
  }
  const before = known ?? { model, versions: 0, latest: null, withdrawn: [], events: 0, chain: "" };
  const chunk = chunkPath(model, before.events);
  const numbers = before.events % CHUNK === 0 ? [] : (read<number[]>(files, chunk) ?? []);
  files.set(chunk, fileText([...numbers, event.seq]));

  const after = { ...before, events: before.events + 1, chain: sha256(before.chain + digest) };
  if (event.type === "version.registered") after.versions = event.version;
  if (event.type === "version.withdrawn") after.withdrawn = [...before.withdrawn, event.version].sort((a, b) => a - b);
  after.latest = newest(after);
  files.set(modelPath(model), fileText(after));

  if (event.type === "version.registered") {
    const root = readRoot(files, model, event.rootDigest);
    writeRoot(files, model, event.rootDigest, {
      ...root,
      versions: [...root.versions, { version: event.version, seq: event.seq }],
    });
  }
  if (event.type === "evaluation.recorded" && event.rootDigest !== null) {
    const root = readRoot(files, model, event.rootDigest);
    writeRoot(files, model, event.rootDigest, {
      ...root,
      evaluations: [...root.evaluations, { report: event.report, seq: event.seq }],
    });
  }
  if (event.type === "alias.set" || event.type === "alias.removed") {
    const version = event.type === "alias.set" ? event.to : null;
    const rootDigest = event.type === "alias.set" ? rootOf(model, event.to) : null;
    const alias: AliasFile = {
      alias: event.alias,
      version,
      rootDigest,
      generation: event.generation,
      sinceSeq: event.seq,
    };
    files.set(aliasPath(model, event.alias), fileText(alias));
  }
}

/** The files an event reads when it is projected, but for the model's log: that one's place is in the model file. */
export function touched(
  event: { readonly type: RegistryEvent["type"] } & Partial<Record<"alias" | "rootDigest", string | null>>,
  model: string,
): string[] {
  const paths = [HEAD_FILE, INDEX_FILE, modelPath(model)];
  if (event.alias) paths.push(aliasPath(model, event.alias));
  if (event.rootDigest && (event.type === "version.registered" || event.type === "evaluation.recorded"))
    paths.push(rootPath(model, event.rootDigest));
  return paths;
}

/** The whole branch as its log says, manifests left out. */
export function replay(events: readonly LoggedEvent[], sha256: Digester): Files {
  const files: Files = new Map();
  const roots = new Map<string, Sha256>();
  const rootOf = (model: string, version: number) => roots.get(`${model}@${version}`) ?? "";
  for (const logged of events) {
    const { event } = logged;
    if (event.type === "version.registered") roots.set(`${event.model}@${event.version}`, event.rootDigest);
    project(files, logged, { sha256, rootOf });
  }
  return files;
}

/** The digest chain over a model's own events, as its model file keeps it. */
export function chainOf(events: readonly LoggedEvent[], sha256: Digester): Sha256 {
  return events.reduce((chain, { digest }) => sha256(chain + digest), "");
}

function newest(file: Pick<ModelFile, "versions" | "withdrawn">): number | null {
  const gone = new Set(file.withdrawn);
  for (let version = file.versions; version > 0; version--) if (!gone.has(version)) return version;
  return null;
}

function readRoot(files: Files, model: string, rootDigest: Sha256): RootFile {
  return read<RootFile>(files, rootPath(model, rootDigest)) ?? { versions: [], evaluations: [] };
}

function writeRoot(files: Files, model: string, rootDigest: Sha256, root: RootFile): void {
  files.set(rootPath(model, rootDigest), fileText(root));
}

/** Files were checked when they were read from the branch, or were written here. */
function read<T>(files: Files, path: string): T | null {
  const text = files.get(path);
  return text === undefined ? null : (JSON.parse(text) as T);
}
