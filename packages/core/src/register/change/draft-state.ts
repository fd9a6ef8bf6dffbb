import type { AliasState, ModelState, VersionState } from "../../registry/fold/model-state.ts";
import type { Proofs } from "../../registry/fold/proofs.ts";
import type { EventBody } from "../../registry/log/event.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import { originName } from "../../registry/log/origin.ts";

/** Of what has no place in the log yet. */
const NO_PLACE = 0;

/** A model's state as operations of one commit leave it that have no place in the log yet: who holds what, what was withdrawn, what came in. */
export class DraftState {
  readonly #before: ModelState;
  readonly #versions: VersionState[];
  readonly #aliases: Map<string, AliasState>;
  readonly #proofs: Proofs;

  constructor(before: ModelState) {
    this.#before = before;
    this.#versions = before.versions.slice();
    this.#aliases = new Map(before.aliases);
    this.#proofs = before.proofs.fork();
  }

  /** An event of any kind but a registration. */
  take(event: EventBody): void {
    if (event.type === "alias.set" || event.type === "alias.removed") {
      const { alias, generation } = event;
      const version = event.type === "alias.set" ? event.to : null;
      const place = { sinceSeq: NO_PLACE, at: "" };
      this.#aliases.set(alias, { ...place, ...this.#aliases.get(alias), alias, version, generation });
    }
    if (event.type === "alias.set") {
      const { type, alias, from, to, generation } = event;
      this.#proofs.take({ type, seq: NO_PLACE, at: "", alias, from, to, generation });
    }
    const withdrawn = event.type === "version.withdrawn" ? this.#versions[event.version - 1] : undefined;
    if (event.type === "version.withdrawn" && withdrawn !== undefined)
      this.#versions[event.version - 1] = { ...withdrawn, withdrawn: event.reason };
  }

  /** A version that gets the next number. */
  register({ version, rootDigest, run, origin, registeredAt, by }: ModelVersion): void {
    const from = origin === undefined ? null : originName(origin);
    this.#versions.push({ seq: NO_PLACE, version, rootDigest, run, origin: from, withdrawn: null, registeredAt, by });
  }

  state(): ModelState {
    return { ...this.#before, versions: this.#versions, aliases: this.#aliases, proofs: this.#proofs };
  }
}
