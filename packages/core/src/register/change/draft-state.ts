import type { AliasState, ModelState, VersionState } from "../../registry/fold/model-state.ts";
import type { EventBody } from "../../registry/log/event.ts";

/** A model's state as operations of one commit leave it that have no place in the log yet: who holds what, and what was withdrawn. */
export class DraftState {
  readonly #before: ModelState;
  readonly #versions: VersionState[];
  readonly #aliases: Map<string, AliasState>;

  constructor(before: ModelState) {
    this.#before = before;
    this.#versions = before.versions.slice();
    this.#aliases = new Map(before.aliases);
  }

  take(event: EventBody): void {
    if (event.type === "alias.set" || event.type === "alias.removed") {
      const { alias, generation } = event;
      const version = event.type === "alias.set" ? event.to : null;
      this.#aliases.set(alias, { sinceSeq: 0, at: "", ...this.#aliases.get(alias), alias, version, generation });
    }
    const withdrawn = event.type === "version.withdrawn" ? this.#versions[event.version - 1] : undefined;
    if (event.type === "version.withdrawn" && withdrawn !== undefined)
      this.#versions[event.version - 1] = { ...withdrawn, withdrawn: event.reason };
  }

  state(): ModelState {
    return { ...this.#before, versions: this.#versions, aliases: this.#aliases };
  }
}
