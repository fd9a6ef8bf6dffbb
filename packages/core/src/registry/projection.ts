import type { Digester } from "../backend.ts";
import { canonicalJson, type Sha256 } from "../document.ts";
import { byCodePoint } from "../order.ts";
import type { EventBody, EventOf, EventPlace, RegistryEvent } from "./event.ts";
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
  POLICY_FILE,
  type PolicyFile,
  RECENT,
  REGISTRY_FILE,
  recentPath,
} from "./layout.ts";
import type { VersionState } from "./registry.ts";
import { summaryOf } from "./summary.ts";

/** An event as it stands in the log: `text` is its canonical JSON, `digest` that text's. */
export interface LoggedEvent {
  readonly event: RegistryEvent;
  readonly text: string;
  readonly digest: Sha256;
}

/** Files of the branch by path. */
export type Files = Map<string, string>;

/** What a commit changes: null deletes. */
export type Changes = Map<string, string | null>;

/**
 * What events change on the branch: their own files, HEAD, and their models' files. The same code adds events to the branch and replays the
 * whole log for `verify`, so the branch is a function of its log. Manifests alone stand beside it: their digest is in the event.
 */
export class Projection {
  readonly #sha256: Digester;
  readonly #before: ReadonlyMap<string, string>;
  /** Texts, or values whose text is made once in the end. */
  readonly #files = new Map<string, string | object | null>();
  readonly #registered: (model: string, version: number) => Pick<VersionState, "seq" | "rootDigest">;
  readonly #added = new Map<string, Pick<VersionState, "seq" | "rootDigest">>();

  /**
   * @param before What is there now; at least the files that `touched` names.
   * @param registered A version that was registered before.
   */
  constructor(
    sha256: Digester,
    before: ReadonlyMap<string, string> = new Map(),
    registered: (model: string, version: number) => Pick<VersionState, "seq" | "rootDigest"> = unknown,
  ) {
    this.#sha256 = sha256;
    this.#before = before;
    this.#registered = registered;
  }

  add({ event, text }: LoggedEvent): void {
    this.#files.set(eventPath(event.seq), `${text}\n`);
    this.#files.set(HEAD_FILE, `${text}\n`);
    if (event.type === "registry.created") {
      this.#files.set(REGISTRY_FILE, { format: FORMAT, registry: event.registry });
      this.#files.set(INDEX_FILE, []);
      return;
    }
    if (event.type === "policy.set") {
      const file: PolicyFile = { policy: event.policy, sinceSeq: event.seq };
      this.#files.set(POLICY_FILE, file);
      return;
    }
    const { model } = event;
    const known = this.#read<ModelFile>(modelPath(model));
    if (known === null) {
      const names = this.#read<string[]>(INDEX_FILE) ?? [];
      this.#files.set(INDEX_FILE, [...names, model].sort(byCodePoint));
    }
    const before = known ?? { model, versions: 0, latest: null, withdrawn: [], events: 0, chain: "", recent: [] };
    const summary = summaryOf(event);
    const after = {
      ...before,
      events: before.events + 1,
      chain: this.#sha256(before.chain + canonicalJson(summary)),
      recent: [...before.recent, summary],
    };
    if (event.type === "version.registered") {
      after.versions = event.version;
      after.latest = event.version;
      this.#added.set(`${model}@${event.version}`, { seq: event.seq, rootDigest: event.rootDigest });
    }
    if (event.type === "version.withdrawn") {
      after.withdrawn = [...before.withdrawn, event.version].sort((a, b) => a - b);
      after.latest = newest(after);
    }
    if (after.recent.length === RECENT) this.#settle(model, after);
    this.#files.set(modelPath(model), after);
    if (event.type === "alias.set" || event.type === "alias.removed") this.#point(model, event);
  }

  /** The files that are not as they were. */
  changes(): Changes {
    const changes: Changes = new Map();
    for (const [path, value] of this.#files) {
      const text = value === null || typeof value === "string" ? value : fileText(value);
      if (text !== (this.#before.get(path) ?? null)) changes.set(path, text);
    }
    return changes;
  }

  /** Eight events move to a file of their own, a hundred and twenty-eight to one that stays. */
  #settle(model: string, file: ModelFile): void {
    const lines = file.recent.map(fileText).join("");
    file.recent = [];
    if (file.events % CHUNK !== 0) {
      this.#files.set(recentPath(model, file.events - RECENT), lines);
      return;
    }
    const parts: string[] = [];
    for (let after = file.events - CHUNK; after < file.events - RECENT; after += RECENT) {
      const path = recentPath(model, after);
      parts.push(this.#text(path) ?? "");
      this.#files.set(path, null);
    }
    this.#files.set(chunkPath(model, file.events / CHUNK - 1), parts.join("") + lines);
  }

  #point(model: string, event: EventPlace & (EventOf<"alias.set"> | EventOf<"alias.removed">)): void {
    const version = event.type === "alias.set" ? event.to : null;
    const registered =
      version === null ? null : (this.#added.get(`${model}@${version}`) ?? this.#registered(model, version));
    const alias: AliasFile = {
      alias: event.alias,
      version,
      rootDigest: registered?.rootDigest ?? null,
      generation: event.generation,
      sinceSeq: event.seq,
      registeredSeq: registered?.seq ?? null,
    };
    this.#files.set(aliasPath(model, event.alias), alias);
  }

  #text(path: string): string | null {
    const value = this.#files.get(path);
    if (value === undefined) return this.#before.get(path) ?? null;
    return value === null || typeof value === "string" ? value : fileText(value);
  }

  /** Files were checked when they were read from the branch, or were made here. */
  #read<T>(path: string): T | null {
    const value = this.#files.get(path);
    if (value === undefined) {
      const text = this.#before.get(path);
      return text === undefined ? null : (JSON.parse(text) as T);
    }
    return value as T | null;
  }
}

/**
 * The files that are read when `count` more events of a model are added, where it has `events`, but for its model file: the alias they name,
 * and the files that become one when a hundred and twenty-eight are full.
 */
export function touched(model: string, bodies: readonly EventBody[], events: number): string[] {
  const paths = bodies.flatMap((body) => ("alias" in body ? [aliasPath(model, body.alias)] : []));
  const full = Math.floor((events + bodies.length) / CHUNK) > Math.floor(events / CHUNK);
  if (full) {
    const first = events - (events % CHUNK);
    for (let after = first; after + RECENT <= events; after += RECENT) paths.push(recentPath(model, after));
  }
  return [...new Set(paths)];
}

/** The whole branch as its log says, manifests left out. */
export function replay(events: readonly LoggedEvent[], sha256: Digester): Files {
  const projection = new Projection(sha256);
  for (const logged of events) projection.add(logged);
  return new Map([...projection.changes()].filter((entry): entry is [string, string] => entry[1] !== null));
}

function newest(file: Pick<ModelFile, "versions" | "withdrawn">): number | null {
  const gone = new Set(file.withdrawn);
  for (let version = file.versions; version > 0; version--) if (!gone.has(version)) return version;
  return null;
}

function unknown(): { seq: number; rootDigest: Sha256 } {
  return { seq: 0, rootDigest: "" };
}
