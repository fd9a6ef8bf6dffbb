import type { Backend } from "../../backend.ts";
import { isRefusal } from "../../errors.ts";
import type { ModelState } from "../../registry/fold/model-state.ts";
import { objectionToMove } from "../../registry/fold/policy-rules.ts";
import { type EventBody, registrationOf } from "../../registry/log/event.ts";
import { MANIFEST_LIMIT } from "../../registry/log/model-version.ts";
import type { Policy } from "../../registry/log/policy.ts";
import { timestamp } from "../../time.ts";
import { aliasDecision } from "../change/alias.ts";
import { DraftState } from "../change/draft-state.ts";
import { withdrawEvents } from "../change/withdraw.ts";
import { importManifest } from "./import-manifest.ts";
import { goneAliases, type Mark, type Marks, markedText, slotOf } from "./import-marks.ts";
import { aliasNameOf } from "./import-names.ts";
import { importedAs } from "./imported-as.ts";
import {
  type CarriedFact,
  type CarrySettings,
  KEY_LIMIT,
  type KeptBytes,
  NOTE_CHARACTERS,
  shortened,
  type UpstreamFact,
} from "./upstream.ts";

type FactOf<K extends UpstreamFact["kind"]> = Extract<UpstreamFact, { kind: K }>;
type Outcome = Pick<CarriedFact, "outcome" | "version" | "why">;

/** The events that bring what is new into a model's history, found one fact after the other. */
export class CarryDraft {
  readonly events: EventBody[] = [];
  readonly facts: CarriedFact[] = [];

  readonly #settings: CarrySettings;
  readonly #ports: Pick<Backend, "store" | "sha256" | "clock" | "actor">;
  readonly #marks: Marks;
  readonly #bytes: KeptBytes;
  readonly #policy: Policy | null;
  readonly #draft: DraftState;
  /** Versions here by their name there. */
  readonly #numbers = new Map<string, number>();
  /** Words for aliases there that have one name here: the first that came keeps it. */
  readonly #words = new Map<string, string>();

  constructor(
    settings: CarrySettings,
    known: { state: ModelState; marks: Marks; policy: Policy | null; bytes: KeptBytes },
    ports: Pick<Backend, "store" | "sha256" | "clock" | "actor">,
  ) {
    this.#settings = settings;
    this.#ports = ports;
    this.#marks = known.marks;
    this.#bytes = known.bytes;
    this.#policy = known.policy;
    this.#draft = new DraftState(known.state);
  }

  async take(told: readonly UpstreamFact[]): Promise<void> {
    const facts = [...told, ...goneAliases(told, this.#settings.slots ?? [], this.#marks)];
    const newest = this.#newestKnown(facts);
    for (const [index, fact] of facts.entries()) {
      const { kind, label, here } = fact;
      if (here !== undefined) {
        if (fact.kind === "version" && here !== null) this.#numbers.set(fact.version.origin.version, here);
        this.facts.push({
          model: this.#settings.model,
          kind,
          label,
          version: here,
          outcome: "known",
          why: null,
          without: [],
        });
        continue;
      }
      const without = fact.kind === "version" ? fact.version.left : [];
      const tooLong = fact.key.length > KEY_LIMIT ? left("its name is too long") : null;
      const done = tooLong ?? (await this.#one(fact, fact.kind === "alias" && index < (newest.get(fact.alias) ?? -1)));
      const why = done.why ?? fact.problem;
      this.facts.push({ model: this.#settings.model, kind, label, ...done, why, without });
    }
  }

  /** Where in the list the last move of each alias stands that was carried over before: what comes earlier would move it back. */
  #newestKnown(facts: readonly UpstreamFact[]): Map<string, number> {
    const found = new Map<string, number>();
    for (const [index, fact] of facts.entries())
      if (fact.kind === "alias" && (fact.here !== undefined || this.#marks.facts.get(fact.key)?.what === "done"))
        found.set(fact.alias, index);
    return found;
  }

  async #one(fact: UpstreamFact, passed: boolean): Promise<Outcome> {
    switch (fact.kind) {
      case "version":
        return this.#version(fact);
      case "withdrawn":
        return this.#withdrawn(fact);
      case "alias":
        return this.#alias(fact, passed);
      case "note":
        return this.#once(fact, "done", "noted", null, null);
    }
  }

  async #version(fact: FactOf<"version">): Promise<Outcome> {
    const { origin } = fact.version;
    const { versions } = this.#draft.state();
    const before = importedAs(versions, fact.version);
    if (before !== null) {
      this.#numbers.set(origin.version, before);
      return { outcome: "known", version: before, why: null };
    }
    const mark = this.#marks.facts.get(fact.key);
    const kept = this.#bytes.get(fact.key);
    if (mark?.what === "same" && mark.version !== null) {
      this.#numbers.set(origin.version, mark.version);
      return { outcome: "known", version: mark.version, why: `its bytes are those of v${mark.version}` };
    }
    if (kept === undefined || "missing" in kept)
      return this.#once(fact, "left", "left", null, kept?.missing ?? "its bytes were not read");
    const twin = versions.find(({ rootDigest, withdrawn }) => rootDigest === kept.root && withdrawn === null);
    if (twin !== undefined) {
      this.#numbers.set(origin.version, twin.version);
      this.#note(fact, { what: "same", version: twin.version }, `has the bytes of v${twin.version}`);
      return { outcome: "same", version: twin.version, why: `its bytes are those of v${twin.version}` };
    }
    const version = versions.length + 1;
    const made = importManifest({ said: fact.version, version, ...kept }, this.#settings.model, this.#ports);
    if (made === null)
      return this.#once(
        fact,
        "left",
        "left",
        null,
        `what names it has no room in the ${MANIFEST_LIMIT} bytes of a manifest`,
      );
    this.events.push(registrationOf(made));
    this.#draft.register(made);
    this.#numbers.set(origin.version, version);
    return { outcome: "carried", version, why: null };
  }

  #withdrawn(fact: FactOf<"withdrawn">): Outcome {
    const number = this.#numbers.get(fact.version);
    if (this.#marks.facts.get(fact.key)?.what === "done")
      return { outcome: "known", version: number ?? null, why: null };
    if (number === undefined) return this.#once(fact, "left", "left", null, `version ${fact.version} is not here`);
    const others = [...this.#numbers].filter(([name, one]) => one === number && name !== fact.version);
    if (others.length > 0)
      return this.#once(fact, "left", "left", number, `v${number} is also ${others.map(([name]) => name).join(", ")}`);
    const state = this.#draft.state();
    if (state.versions[number - 1]?.withdrawn !== null)
      return this.#once(fact, "done", "noted", number, `v${number} was withdrawn here before`);
    const reason = this.#text(fact, { what: "done", version: null }, fact.words);
    const { model, environments } = this.#settings;
    const events = decided(() => withdrawEvents(state, { model, version: number, reason, environments }));
    if (typeof events === "string") return this.#once(fact, "left", "left", number, events);
    const because = shortened(`v${number} is withdrawn: ${fact.words}`, NOTE_CHARACTERS); // the mark is the withdrawal's
    for (const event of events) this.#add(event.type === "alias.removed" ? { ...event, reason: because } : event);
    this.#numbers.delete(fact.version);
    return { outcome: "carried", version: number, why: null };
  }

  #alias(fact: FactOf<"alias">, passed: boolean): Outcome {
    const { model, environments } = this.#settings;
    const number = fact.to === null ? null : (this.#numbers.get(fact.to) ?? undefined);
    const known =
      fact.tense === "now"
        ? this.#marks.last.get(slotOf(fact.key)) === fact.key
        : this.#marks.facts.get(fact.key)?.what === "done";
    const refuse = (why: string) => this.#once(fact, "left", "left", number ?? null, why);
    const alias = aliasNameOf(fact.alias);
    if (alias === null) return refuse(`"${shortened(fact.alias, 80)}" cannot be an alias here`);
    const other = this.#words.get(alias);
    if (other !== undefined && other !== fact.alias)
      return refuse(`it would be ${alias} here, as "${other}" is already`);
    this.#words.set(alias, fact.alias);
    if (known) return { outcome: "known", version: number ?? null, why: null };
    if (number === undefined) return refuse(`version ${fact.to} is not here`);
    const state = this.#draft.state();
    const reason = this.#text(fact, { what: "done", version: null }, fact.words);
    const events = decided(() => aliasDecision(state, { model, alias, version: number, reason, environments }).events);
    if (typeof events === "string") return refuse(events);
    if (passed) return refuse("the alias went on from there, and that was carried over before");
    const held = state.aliases.get(alias)?.version ?? null;
    const { was } = fact;
    if (number === null && was !== undefined && this.#numbers.get(was) !== held && held !== null)
      return refuse(`nobody holds it there any more; here it was moved to v${held} since`);
    if (events.length === 0) return this.#once(fact, "done", "noted", number, null);
    const at = timestamp(this.#ports.clock.now());
    const objection = number === null ? null : objectionToMove(this.#policy, { model, alias, to: number, at }, state);
    if (objection !== null) return refuse(`the policy forbids it: ${objection.rule}, and ${objection.got}`);
    for (const event of events) this.#add(event);
    return { outcome: "carried", version: number, why: null };
  }

  /** A note on the fact, unless an earlier import left the same. */
  #once(
    fact: UpstreamFact,
    mark: "done" | "left",
    outcome: "noted" | "left",
    version: number | null,
    why: string | null,
  ): Outcome {
    const before =
      fact.kind === "alias" && fact.tense === "now" && mark === "done"
        ? this.#marks.last.get(slotOf(fact.key)) === fact.key
        : this.#marks.facts.get(fact.key)?.what === mark;
    if (!before) this.#note(fact, { what: mark, version: null }, why === null ? fact.words : `${fact.words} (${why})`);
    return { outcome: before && outcome === "noted" ? "known" : outcome, version, why };
  }

  #note(fact: UpstreamFact, mark: Mark, words: string): void {
    this.#add({ type: "note", model: this.#settings.model, text: this.#text(fact, mark, `${fact.label}: ${words}`) });
  }

  #text({ key }: UpstreamFact, mark: Mark, words: string): string {
    return markedText(key, mark, shortened(words, NOTE_CHARACTERS));
  }

  #add(event: EventBody): void {
    this.events.push(event);
    this.#draft.take(event);
  }
}

/** What the same change made by hand would write, or why it is refused. An alias that nobody holds is gone already. */
function decided(decide: () => readonly EventBody[]): readonly EventBody[] | string {
  try {
    return decide();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (error.code === "ALIAS_UNKNOWN") return [];
    return shortened(error.message.replace(/ Nothing was written\.$/, "").replace(/\.$/, ""), 200);
  }
}

function left(why: string): Outcome {
  return { outcome: "left", version: null, why };
}
