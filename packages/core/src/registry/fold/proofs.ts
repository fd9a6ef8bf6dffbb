import type { Sha256 } from "../../document.ts";
import { LayeredMap } from "./layered-map.ts";
import type { Summary } from "./summary.ts";

export interface AttestationState {
  readonly seq: number;
  readonly at: string;
  readonly predicateType: string;
  /** The statement in the store. */
  readonly digest: Sha256;
}

/** What can be shown of a model's versions: where each was, what it passed, what is attested of it. A policy asks for it. */
export class Proofs {
  /** By `alias@version`: the event that brought the version there first. */
  #held = new LayeredMap<number>();
  /** By root digest: the newest evaluation that passed, in the order of the log. */
  #passed = new LayeredMap<{ readonly seq: number; readonly at: string }>();
  #attestations = new LayeredMap<readonly AttestationState[]>();

  fork(): Proofs {
    const fork = new Proofs();
    fork.#held = this.#held.fork();
    fork.#passed = this.#passed.fork();
    fork.#attestations = this.#attestations.fork();
    return fork;
  }

  take(event: Summary): void {
    const { seq, at } = event;
    if (event.type === "alias.set") {
      const key = `${event.alias}@${event.to}`;
      if (!this.#held.has(key)) this.#held.set(key, seq);
    }
    if (event.type === "evaluation.recorded" && event.verdict === "pass" && event.rootDigest !== null)
      this.#passed.set(event.rootDigest, { seq, at });
    if (event.type === "attestation.attached") {
      const { version, predicateType, digest } = event;
      this.#attestations.set(String(version), [...this.attestations(version), { seq, at, predicateType, digest }]);
    }
  }

  /** True when the version holds the alias or held it before. An environment's alias is what was live there. */
  wasAt(alias: string, version: number): boolean {
    return this.#held.has(`${alias}@${version}`);
  }

  /** The newest evaluation in the log that these bytes passed; null when there is none. */
  passed(rootDigest: Sha256): { readonly seq: number; readonly at: string } | null {
    return this.#passed.get(rootDigest) ?? null;
  }

  /** Attestations of a version, oldest first. */
  attestations(version: number): readonly AttestationState[] {
    return this.#attestations.get(String(version)) ?? [];
  }
}
