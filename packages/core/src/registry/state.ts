import type { Sha256 } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import type { EventOf, RegistryEvent } from "./event.ts";
import type { AliasState, ModelState, VersionState } from "./registry.ts";

/**
 * What a model's events add up to. Strict: a sequence that no Trainyard can have written is refused with the first event that is impossible.
 *
 * @param events All events of the model and no others, oldest first.
 * @throws REGISTRY_DAMAGED
 */
export function fold(model: string, events: readonly RegistryEvent[]): ModelState {
  const state = new Folding(model);
  for (const event of events) state.take(event);
  return state.result();
}

/** A sequence of events that contradicts itself at event `seq`. */
export function damagedAt(seq: number, problem: string): TrainyardError<"REGISTRY_DAMAGED"> {
  return new TrainyardError("REGISTRY_DAMAGED", { where: `event ${seq}`, problem });
}

class Folding {
  readonly #model: string;
  readonly #versions: VersionState[] = [];
  readonly #aliases = new Map<string, AliasState>();
  readonly #evaluations = new Map<Sha256, ModelState["evaluations"] extends ReadonlyMap<string, infer E> ? E : never>();
  readonly #deployments: ModelState["deployments"][number][] = [];
  readonly #drifts: ModelState["drifts"][number][] = [];
  readonly #live = new Map<Sha256, number>();
  readonly #operations = new Set<string>();
  #last: { seq: number; operation: string } = { seq: 0, operation: "" };

  constructor(model: string) {
    this.#model = model;
  }

  take(event: RegistryEvent): void {
    const refuse = (problem: string) => damagedAt(event.seq, problem);
    if (event.type === "registry.created" || event.model !== this.#model)
      throw refuse(`it is not an event of ${this.#model}`);
    if (event.seq <= this.#last.seq) throw refuse(`it stands after event ${this.#last.seq}`);
    if (event.operation === this.#last.operation) {
      if (event.seq !== this.#last.seq + 1) throw refuse("its operation appears in two transactions");
    } else if (this.#operations.has(event.operation)) throw refuse("its operation appears in two transactions");
    this.#operations.add(event.operation);
    this.#last = { seq: event.seq, operation: event.operation };

    switch (event.type) {
      case "evaluation.recorded":
        if (this.#evaluations.has(event.report)) throw refuse(`evaluation ${event.report} was recorded before`);
        this.#evaluations.set(event.report, {
          seq: event.seq,
          at: event.at,
          run: event.run,
          rootDigest: event.rootDigest,
          verdict: event.verdict,
        });
        break;
      case "version.registered":
        this.#register(event, refuse);
        break;
      case "version.withdrawn": {
        const version = this.#usable(event.version, refuse);
        const holder = [...this.#aliases.values()].find((alias) => alias.version === event.version);
        if (holder !== undefined) throw refuse(`v${event.version} is withdrawn while ${holder.alias} points at it`);
        this.#versions[event.version - 1] = { ...version, withdrawn: event.reason };
        this.#live.delete(version.rootDigest);
        break;
      }
      case "alias.set":
        this.#usable(event.to, refuse);
        this.#move(event, event.to, refuse);
        break;
      case "alias.removed":
        this.#move(event, null, refuse);
        break;
      case "deploy.recorded": {
        const version = this.#known(event.version, refuse);
        if (version.rootDigest !== event.rootDigest)
          throw refuse(`v${event.version} has other bytes (${version.rootDigest}) than those deployed`);
        const { seq, at, environment, from, outcome } = event;
        this.#deployments.push({ seq, at, environment, version: event.version, from, outcome });
        break;
      }
      case "drift.detected": {
        this.#known(event.version, refuse);
        const { seq, at, version, verdict, retrain, summary } = event;
        this.#drifts.push({ seq, at, version, verdict, retrain, summary });
        break;
      }
      case "note":
        break;
      default:
        event satisfies never;
    }
  }

  #register(event: EventOf<"version.registered">, refuse: (problem: string) => Error): void {
    const next = this.#versions.length + 1;
    if (event.version !== next) throw refuse(`v${event.version} is registered where v${next} comes next`);
    const same = this.#live.get(event.rootDigest);
    if (same !== undefined) throw refuse(`v${event.version} has the bytes of v${same}, which was not withdrawn`);
    this.#live.set(event.rootDigest, event.version);
    this.#versions.push({
      version: event.version,
      rootDigest: event.rootDigest,
      manifest: event.manifest,
      run: event.run,
      withdrawn: null,
      registeredAt: event.at,
      by: event.by,
    });
  }

  #move(
    event: EventOf<"alias.set"> | EventOf<"alias.removed">,
    version: number | null,
    refuse: (problem: string) => Error,
  ): void {
    const before = this.#aliases.get(event.alias);
    const holder = before?.version ?? null;
    const generation = (before?.generation ?? 0) + 1;
    if (event.from !== holder)
      throw refuse(`${event.alias} is moved from ${said(event.from)}, but was at ${said(holder)}`);
    if (event.generation !== generation)
      throw refuse(`${event.alias} gets generation ${event.generation} where ${generation} comes next`);
    this.#aliases.set(event.alias, { alias: event.alias, version, generation, sinceSeq: event.seq, at: event.at });
  }

  #known(version: number, refuse: (problem: string) => Error): VersionState {
    const found = this.#versions[version - 1];
    if (found === undefined) throw refuse(`there is no v${version}`);
    return found;
  }

  #usable(version: number, refuse: (problem: string) => Error): VersionState {
    const found = this.#known(version, refuse);
    if (found.withdrawn !== null) throw refuse(`v${version} was withdrawn`);
    return found;
  }

  result(): ModelState {
    return {
      model: this.#model,
      versions: this.#versions,
      aliases: this.#aliases,
      held: new Set(this.#aliases.keys()),
      evaluations: this.#evaluations,
      deployments: this.#deployments,
      drifts: this.#drifts,
    };
  }
}

function said(version: number | null): string {
  return version === null ? "nobody" : `v${version}`;
}
