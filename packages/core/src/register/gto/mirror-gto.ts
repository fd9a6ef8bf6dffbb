import type { EventOf, ModelEvent } from "../../registry/log/event.ts";
import { instant } from "../../time.ts";
import { importedTag } from "../imports/import-marks.ts";
import { NOTE_CHARACTERS, shortened } from "../imports/upstream.ts";
import { type GitTag, gtoTagName, isGtoArtifact, isGtoStage, parseGtoName } from "./gto.ts";
import { GtoStanding } from "./gto-standing.ts";
import { mirroredEvents, mirrorMessage } from "./mirror-message.ts";
import { TagNames } from "./tag-names.ts";

/** A tag to be written, as GTO would. */
export interface MirrorTag {
  readonly name: string;
  readonly commit: string;
  readonly tagger: string;
  /** Seconds since 1970: the event's, later where GTO's order by these would else not be ours. */
  readonly at: number;
  readonly message: string;
  readonly event: number;
}

/** Something GTO does not get to know, and why. */
export interface NotMirrored {
  readonly model: string;
  readonly event: number;
  /** "v3", "production → v3". */
  readonly what: string;
  readonly why: string;
}

export interface GtoMirror {
  /** The model's name in GTO. */
  readonly artifact: string;
  readonly tags: readonly MirrorTag[];
  /** Tags that are there for an event here: written by an earlier mirror. */
  readonly known: readonly string[];
  readonly left: readonly NotMirrored[];
}

type Mirrored = EventOf<"version.registered" | "version.withdrawn" | "alias.set" | "alias.removed">;
interface Placed {
  readonly version: string;
  readonly commit: string;
}

/** Commits that a model's versions were made from: what a mirror needs to know of the repository. */
export function sourceCommits(events: readonly ModelEvent[]): string[] {
  return events.flatMap((event) => (event.type === "version.registered" ? (event.manifest.commit ?? []) : []));
}

/** The name a model has in GTO: the one it was imported from there by, else its own. */
export function gtoArtifactOf(model: string, events: readonly ModelEvent[]): string {
  for (const event of events) {
    const origin = event.type === "version.registered" ? event.manifest.origin : undefined;
    if (origin?.system === "gto") return origin.name;
  }
  return model;
}

/**
 * The tags that make GTO say of a model what its log says. Nothing that exists is changed: what is there already, by an earlier mirror or because
 * it came from GTO, is known by the event its message names and by the tag's id.
 * @param events All of the model, oldest first.
 * @param tags All of the repository.
 * @param hasCommit Whether the repository has a commit.
 */
export function mirrorGto(
  model: string,
  events: readonly ModelEvent[],
  tags: readonly GitTag[],
  hasCommit: (commit: string) => boolean,
): GtoMirror {
  return new Mirroring(model, events, tags, hasCommit).result();
}

class Mirroring {
  readonly #model: string;
  readonly #artifact: string;
  readonly #events: readonly Mirrored[];
  readonly #hasCommit: (commit: string) => boolean;
  readonly #names: TagNames;
  /** Tags of an event, by its number: this mirror's, and the one it was imported from. */
  readonly #there = new Map<number, GitTag[]>();
  readonly #imported = new Set<number>();
  /** The number of the newest event of each alias that has a tag. */
  readonly #newest = new Map<string, number>();
  readonly #standing: GtoStanding;
  readonly #placed = new Map<number, Placed>();
  readonly #roots = new Map<number, string>();
  readonly #tags: MirrorTag[] = [];
  readonly #known: string[] = [];
  readonly #left: NotMirrored[] = [];
  /** Time of the newest tag of an event so far. */
  #clock = Number.NEGATIVE_INFINITY;

  constructor(
    model: string,
    events: readonly ModelEvent[],
    tags: readonly GitTag[],
    hasCommit: (commit: string) => boolean,
  ) {
    this.#model = model;
    this.#artifact = gtoArtifactOf(model, events);
    this.#hasCommit = hasCommit;
    this.#events = events.filter(isMirrored);
    this.#names = new TagNames(tags.map(({ name }) => name));
    const byId = new Map(tags.map((tag) => [tag.id, tag]));
    const mirrored = mirroredEvents(tags, this.#events);
    for (const [id, { seq }] of mirrored)
      this.#there.set(seq, [...(this.#there.get(seq) ?? []), byId.get(id) as GitTag]);
    this.#known.push(...[...mirrored.keys()].map((id) => (byId.get(id) as GitTag).name));
    for (const event of this.#events) {
      const imported = byId.get(importedTag(event) ?? "");
      if (imported !== undefined) {
        this.#imported.add(event.seq);
        this.#there.set(event.seq, [...(this.#there.get(event.seq) ?? []), imported]);
      }
      if ("alias" in event && this.#there.has(event.seq)) this.#newest.set(event.alias, event.seq);
    }
    const ours = new Set([...this.#there.values()].flat().map(({ id }) => id));
    this.#standing = new GtoStanding(this.#artifact, tags, ({ id }) => ours.has(id));
  }

  result(): GtoMirror {
    if (isGtoArtifact(this.#artifact)) for (const event of this.#events) this.#take(event);
    else {
      const why = `GTO has no artifact of such a name: letters, digits, "-", "_" and "/", a letter or digit first and last`;
      const [first] = this.#events;
      if (first !== undefined) this.#left.push({ model: this.#model, event: first.seq, what: "all of it", why });
    }
    return { artifact: this.#artifact, tags: this.#tags, known: this.#known, left: this.#left };
  }

  #take(event: Mirrored): void {
    const there = this.#there.get(event.seq) ?? [];
    for (const { tagger } of there) this.#clock = Math.max(this.#clock, tagger?.at ?? this.#clock);
    const [what, why] =
      event.type === "version.registered"
        ? [`v${event.version}`, this.#registered(event, there[0])]
        : event.type === "version.withdrawn"
          ? [`v${event.version} withdrawn`, there.length > 0 ? null : this.#withdrawn(event)]
          : [
              `${event.alias} → ${event.type === "alias.set" ? `v${event.to}` : "nobody"}`,
              this.#imported.has(event.seq) ? null : this.#alias(event, there),
            ];
    if (why !== null) this.#left.push({ model: this.#model, event: event.seq, what, why });
  }

  /** @returns Why GTO does not get to know it; null when it does. */
  #registered(event: EventOf<"version.registered">, there: GitTag | undefined): string | null {
    const { version: number, manifest, rootDigest } = event;
    const { origin, commit = null } = manifest;
    this.#roots.set(number, rootDigest);
    const version = there === undefined ? null : (parseGtoName(there.name)?.version ?? null);
    if (there !== undefined && version !== null) {
      this.#placed.set(number, { version, commit: there.commit });
      return null;
    }
    if (commit === null) return "it names no commit of a source";
    if (!this.#hasCommit(commit)) return `its commit ${commit.slice(0, 12)} is not in this repository`;
    const wanted = origin?.system === "gto" ? origin.version : `v${number}.0.0`;
    const holder = this.#standing.versionAt(commit);
    if (holder === wanted)
      this.#placed.set(number, { version: wanted, commit }); // somebody else's tag that says the same
    else if (holder !== null) return `GTO holds one version of a commit, and ${commit.slice(0, 12)} is its ${holder}`;
    const artifact = this.#artifact;
    const name = gtoTagName({ artifact, kind: "registered", version: wanted, stage: null, counter: null });
    const from = origin === undefined ? "" : `, imported from ${origin.system}`;
    const subject = `${this.#model} v${number} registered${from}`;
    const why = this.#write(event, { name, commit, subject, version: number });
    if (why !== null) return why;
    this.#standing.register(wanted, commit);
    this.#placed.set(number, { version: wanted, commit });
    return null;
  }

  #withdrawn(event: EventOf<"version.withdrawn">): string | null {
    const placed = this.#placed.get(event.version);
    if (placed === undefined) return `GTO does not have v${event.version}`;
    const { version, commit } = placed;
    const artifact = this.#artifact;
    const name = gtoTagName({ artifact, kind: "deregistered", version, stage: null, counter: null });
    const subject = `${this.#model} v${event.version} withdrawn: ${event.reason}`;
    const why = this.#write(event, { name, commit, subject, version: event.version });
    if (why === null) this.#standing.deregister(version);
    return why;
  }

  #alias(event: EventOf<"alias.set" | "alias.removed">, there: readonly GitTag[]): string | null {
    const { alias } = event;
    const to = event.type === "alias.set" ? event.to : null;
    if (there.some(({ name }) => parseGtoName(name)?.kind === (to === null ? "unassigned" : "assigned"))) return null;
    const isPast = event.seq < (this.#newest.get(alias) ?? 0);
    const placed = to === null ? undefined : this.#placed.get(to);
    const reason = event.reason === null ? "" : `: ${event.reason}`;
    const subject = `${this.#model}@${alias} ${to === null ? "removed" : `is v${to}`}${reason}`;
    if (to !== null && !isGtoStage(alias)) return "GTO has no stage of such a name";
    if (to === null || placed === undefined) {
      const why = isPast || there.length > 0 ? null : this.#empty(event, subject, to ?? event.from ?? 0);
      return to === null ? why : `GTO does not have v${to}; there nobody is in ${alias}`;
    }
    if (isPast) return "the alias went on from there, and GTO knows that already";
    const name = this.#standing.next("assigned", alias);
    const why = this.#write(event, { name, commit: placed.commit, subject, version: to });
    if (why === null) this.#standing.assign(alias, { ...placed, at: this.#clock, foreign: false });
    return why;
  }

  /** Takes everybody out of a stage: GTO would else show the one before. What a person assigned later with GTO stays. */
  #empty(event: EventOf<"alias.set" | "alias.removed">, subject: string, version: number): string | null {
    const { alias } = event;
    let left: string | null = null;
    for (const held of [...this.#standing.in(alias)].reverse()) {
      if (held.foreign && held.at > secondsOf(event)) continue;
      const name = this.#standing.next("unassigned", alias);
      const why = this.#write(event, { name, commit: held.commit, subject, version });
      if (why === null) this.#standing.leave(alias, held.version);
      left ??= why;
    }
    return left;
  }

  /** @returns Why it cannot be written. */
  #write(
    event: Mirrored,
    { name, commit, subject, version }: { name: string; commit: string; subject: string; version: number },
  ): string | null {
    if (this.#names.has(name)) return `there is a tag ${name} that this mirror did not write`;
    if (this.#names.isCrowded(name)) return `another tag's name leaves no room for ${name}`;
    this.#clock = Math.max(secondsOf(event), this.#clock + 1);
    this.#names.take(name);
    const about = { subject: oneLine(subject), version, rootDigest: this.#roots.get(version) ?? "" };
    const message = mirrorMessage(event, about);
    this.#tags.push({ name, commit, tagger: event.by.name, at: this.#clock, message, event: event.seq });
    return null;
  }
}

function isMirrored(event: ModelEvent): event is Mirrored {
  return ["version.registered", "version.withdrawn", "alias.set", "alias.removed"].includes(event.type);
}

function secondsOf({ at }: Mirrored): number {
  return Math.floor((instant(at) ?? 0) / 1000);
}

function oneLine(text: string): string {
  return shortened(text.replace(/\s+/g, " ").trim(), NOTE_CHARACTERS);
}
