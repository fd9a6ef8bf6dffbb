import type { Digester } from "../../backend.ts";
import type { Sha256 } from "../../document.ts";
import type { EventOf, EventPlace, RegistryEvent } from "../log/event.ts";
import { inRanges } from "../log/event-numbers.ts";
import {
  type AliasFile,
  aliasPath,
  BLOCK,
  blockPath,
  eventPath,
  FORMAT,
  fileText,
  type ModelFile,
  modelPath,
  POLICY_FILE,
  type PolicyFile,
  REGISTRY_FILE,
} from "../log/layout.ts";
import type { Policy } from "../log/policy.ts";
import type { AliasState, VersionState } from "./model-state.ts";
import { type Summary, summaryOf } from "./summary.ts";

/** An event as it stands in the log: `text` is its canonical JSON, `digest` that text's. */
export interface LoggedEvent {
  readonly event: RegistryEvent;
  readonly text: string;
  readonly digest: Sha256;
}

/** Files of the branch by path. */
export type Files = Map<string, string>;

/** What a commit changes. */
export type Changes = Map<string, string>;

type Registered = Pick<VersionState, "seq" | "rootDigest">;

/** What there is of a model before more is added. */
export interface ModelBefore {
  readonly file: ModelFile;
  /** The events its file names as recent, in short. */
  readonly recent: readonly Summary[];
  /** A version that was registered before. */
  readonly registered: (version: number) => Registered;
}

/**
 * What events change on the branch: their own files, the policy's, and their models' and aliases'. The same code adds events to the branch and replays the
 * whole log for `verify`: the branch is a function of its log.
 */
export class Projection {
  readonly #sha256: Digester;
  readonly #texts: Changes = new Map();
  readonly #models = new Map<string, ModelProjection>();
  readonly #before: (model: string) => ModelBefore | null;

  /** @param before What stands on the branch of a model; null when there is nothing. */
  constructor(sha256: Digester, before: (model: string) => ModelBefore | null = () => null) {
    this.#sha256 = sha256;
    this.#before = before;
  }

  add({ event, text }: LoggedEvent): void {
    this.#texts.set(eventPath(event.seq), `${text}\n`);
    if (event.type === "registry.created") {
      this.#setPolicy(null, event.seq);
      this.#texts.set(REGISTRY_FILE, fileText({ format: FORMAT, registry: event.registry }));
      return;
    }
    if (event.type === "policy.set") {
      this.#setPolicy(event.policy, event.seq);
      return;
    }
    let model = this.#models.get(event.model);
    if (model === undefined) {
      model = new ModelProjection(event.model, this.#before(event.model));
      this.#models.set(event.model, model);
    }
    model.add(event, this.#texts, this.#sha256);
  }

  #setPolicy(policy: Policy | null, sinceSeq: number): void {
    const file: PolicyFile = { policy, sinceSeq };
    this.#texts.set(POLICY_FILE, fileText(file));
  }

  /** Every file that is another than before. */
  changes(): Changes {
    for (const model of this.#models.values()) model.write(this.#texts);
    return this.#texts;
  }

  /** What stands on the branch of a model after `changes`; null of one without events among these. */
  after(model: string): Pick<ModelBefore, "file" | "recent"> | null {
    return this.#models.get(model)?.after() ?? null;
  }
}

class ModelProjection {
  readonly #file: ModelFile;
  readonly #recent: Summary[];
  readonly #registered: Map<number, Registered> = new Map();
  readonly #before: (version: number) => Registered | null;
  /** Alias files are made once, however often an alias moves. */
  readonly #aliases = new Map<string, AliasFile>();

  constructor(model: string, before: ModelBefore | null) {
    const empty: ModelFile = { model, versions: 0, withdrawn: [], events: 0, chain: "", recent: [] };
    this.#file = { ...(before?.file ?? empty) };
    this.#recent = [...(before?.recent ?? [])];
    this.#before = before?.registered ?? (() => null);
  }

  add(event: ModelEvent, texts: Changes, sha256: Digester): void {
    const file = this.#file;
    file.events++;
    this.#recent.push(summaryOf(event));
    if (event.type === "version.registered") {
      file.versions = event.version;
      this.#registered.set(event.version, { seq: event.seq, rootDigest: event.rootDigest });
    }
    if (event.type === "version.withdrawn") file.withdrawn = [...file.withdrawn, event.version].sort((a, b) => a - b);
    if (event.type === "alias.set" || event.type === "alias.removed") this.#point(event);
    if (this.#recent.length === BLOCK) {
      const text = this.#recent.map(fileText).join("");
      texts.set(blockPath(file.model, file.events / BLOCK - 1), text);
      file.chain = sha256(file.chain + text);
      this.#recent.length = 0;
    }
  }

  write(texts: Changes): void {
    this.#file.recent = inRanges(this.#recent.map(({ seq }) => seq));
    texts.set(modelPath(this.#file.model), fileText(this.#file));
    for (const [alias, file] of this.#aliases) texts.set(aliasPath(this.#file.model, alias), fileText(file));
  }

  after(): Pick<ModelBefore, "file" | "recent"> {
    return { file: this.#file, recent: this.#recent };
  }

  #point(event: EventPlace & (EventOf<"alias.set"> | EventOf<"alias.removed">)): void {
    const version = event.type === "alias.set" ? event.to : null;
    const registered = version === null ? null : (this.#registered.get(version) ?? this.#before(version));
    const { alias, generation, seq: sinceSeq } = event;
    this.#aliases.set(alias, aliasFile({ alias, version, generation, sinceSeq }, registered));
  }
}

/** What stands on the branch of an alias. */
export function aliasFile(
  { alias, version, generation, sinceSeq }: Omit<AliasState, "at">,
  registered: Registered | null,
): AliasFile {
  const { rootDigest = null, seq: registeredSeq = null } = registered ?? {};
  return { alias, version, rootDigest, generation, sinceSeq, registeredSeq };
}

type ModelEvent = Extract<RegistryEvent, { model: string }>;

/** The whole branch as its log says. */
export function replay(events: readonly LoggedEvent[], sha256: Digester): Files {
  const projection = new Projection(sha256);
  for (const logged of events) projection.add(logged);
  return projection.changes();
}
