import { damagedAt } from "../log/damage.ts";
import type { RegistryEvent } from "../log/event.ts";
import { LayeredMap } from "./layered-map.ts";
import type { AliasState, EvaluationState, ModelState, VersionState } from "./model-state.ts";
import { Proofs } from "./proofs.ts";
import { type Summary, type SummaryOf, summaryOf } from "./summary.ts";

/**
 * What a model's events add up to. Strict: a sequence that no Trainyard can have written is refused with the first event that is impossible.
 *
 * @param events All events of the model and no others, oldest first.
 * @throws REGISTRY_DAMAGED
 */
export function fold(model: string, events: readonly RegistryEvent[]): ModelState {
  const folding = new Folding(model);
  for (const event of events) folding.takeEvent(event);
  return folding.state();
}

/** A model's state as its events make it, one after the other. A state given out never changes: what goes on is a fork. */
export class Folding {
  readonly #model: string;
  #versions: VersionState[] = [];
  #aliases = new Map<string, AliasState>();
  #evaluations = new LayeredMap<EvaluationState>();
  #deployments: ModelState["deployments"][number][] = [];
  #drifts: ModelState["drifts"][number][] = [];
  /** The version that stands with these bytes; 0 when it was withdrawn. */
  #live = new LayeredMap<number>();
  #withdrawn: number[] = [];
  #proofs = new Proofs();
  #last = 0;

  constructor(model: string) {
    this.#model = model;
  }

  /** Versions that were withdrawn, by number. */
  get withdrawn(): readonly number[] {
    return this.#withdrawn;
  }

  fork(): Folding {
    const fork = new Folding(this.#model);
    fork.#versions = this.#versions.slice();
    fork.#aliases = new Map(this.#aliases);
    fork.#evaluations = this.#evaluations.fork();
    fork.#deployments = this.#deployments.slice();
    fork.#drifts = this.#drifts.slice();
    fork.#live = this.#live.fork();
    fork.#withdrawn = this.#withdrawn.slice();
    fork.#proofs = this.#proofs.fork();
    fork.#last = this.#last;
    return fork;
  }

  takeEvent(event: RegistryEvent): void {
    if (!("model" in event) || event.model !== this.#model)
      throw damagedAt(event.seq, `it is not an event of ${this.#model}`);
    this.take(summaryOf(event));
  }

  /** @throws REGISTRY_DAMAGED */
  take(event: Summary): void {
    const refuse = (problem: string) => damagedAt(event.seq, problem);
    if (event.seq <= this.#last) throw refuse(`it stands after event ${this.#last}`);
    this.#last = event.seq;

    switch (event.type) {
      case "evaluation.recorded":
        if (this.#evaluations.has(event.report)) throw refuse(`evaluation ${event.report} was recorded before`);
        this.#evaluations.set(event.report, {
          seq: event.seq,
          at: event.at,
          run: event.run,
          rootDigest: event.rootDigest,
          verdict: event.verdict,
          evaluationSet: event.evaluationSet ?? null,
          rowSet: event.rowSet ?? null,
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
        this.#live.set(version.rootDigest, 0);
        this.#withdrawn = [...this.#withdrawn, event.version].sort((a, b) => a - b);
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
        const rollback = event.rollback === true;
        this.#deployments.push({ seq, at, environment, version: event.version, from, outcome, rollback });
        break;
      }
      case "drift.detected": {
        this.#known(event.version, refuse);
        const { seq, at, version, verdict, retrain, summary } = event;
        this.#drifts.push({ seq, at, version, verdict, retrain, summary });
        break;
      }
      case "note":
        if (event.version !== undefined) this.#known(event.version, refuse);
        break;
      case "attestation.attached": {
        const version = this.#known(event.version, refuse);
        if (version.rootDigest !== event.subject)
          throw refuse(`v${event.version} has other bytes (${version.rootDigest}) than those attested`);
        if (this.#proofs.attestations(event.version).some(({ digest }) => digest === event.digest))
          throw refuse(`attestation ${event.digest} was attached to v${event.version} before`);
        break;
      }
      default:
        event satisfies never;
    }
    this.#proofs.take(event);
  }

  #register(event: SummaryOf<"version.registered">, refuse: (problem: string) => Error): void {
    const next = this.#versions.length + 1;
    if (event.version !== next) throw refuse(`v${event.version} is registered where v${next} comes next`);
    const same = this.#live.get(event.rootDigest) ?? 0;
    if (same !== 0) throw refuse(`v${event.version} has the bytes of v${same}, which was not withdrawn`);
    this.#live.set(event.rootDigest, event.version);
    this.#versions.push(registeredState(event));
  }

  #move(
    event: SummaryOf<"alias.set"> | SummaryOf<"alias.removed">,
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

  state(): ModelState {
    return {
      model: this.#model,
      versions: this.#versions,
      aliases: this.#aliases,
      held: new Set(this.#aliases.keys()),
      evaluations: this.#evaluations,
      deployments: this.#deployments,
      drifts: this.#drifts,
      proofs: this.#proofs,
    };
  }
}

/** A version as its registration leaves it. */
export function registeredState(event: SummaryOf<"version.registered">): VersionState {
  const { seq, version, rootDigest, run, origin = null, at: registeredAt, by } = event;
  return { seq, version, rootDigest, run, origin, withdrawn: null, registeredAt, by };
}

function said(version: number | null): string {
  return version === null ? "nobody" : `v${version}`;
}
