import { type GitTag, gtoHistory, gtoTagName } from "./gto.ts";

/** A version that is in a stage for GTO. */
export interface Held {
  readonly version: string;
  readonly commit: string;
  /** When it was assigned, by the tagger's clock: seconds since 1970. */
  readonly at: number;
  /** By a tag that a person made with GTO, and not by the mirror or an import. */
  readonly foreign: boolean;
}

/** What an artifact's tags say, and new ones add: which names, commits and counters are taken, and who is in which stage. */
export class GtoStanding {
  readonly #artifact: string;
  /** The version GTO finds at a commit. It looks at all that ever were, and two of one commit end every command of it. */
  readonly #byCommit = new Map<string, string>();
  readonly #stages = new Map<string, Held[]>();
  #counter = 0;

  /** @param isOurs Whether a tag stands for an event here. */
  constructor(artifact: string, tags: readonly GitTag[], isOurs: (tag: GitTag) => boolean) {
    this.#artifact = artifact;
    for (const event of gtoHistory(tags).events) {
      if (event.artifact !== artifact) continue;
      const { tag, kind, version, stage } = event;
      this.#counter = Math.max(this.#counter, event.counter ?? 0);
      if (tag.tagger === null || version === null) continue;
      if (kind === "registered" || kind === "deregistered") this.#byCommit.set(tag.commit, version);
      if (kind === "deregistered") this.deregister(version);
      if (kind === "assigned")
        this.assign(stage as string, { version, commit: tag.commit, at: tag.tagger.at, foreign: !isOurs(tag) });
      if (kind === "unassigned") this.leave(stage as string, version);
    }
  }

  versionAt(commit: string): string | null {
    return this.#byCommit.get(commit) ?? null;
  }

  /** Everybody who is in a stage for GTO; it shows the one assigned last. */
  in(stage: string): readonly Held[] {
    return this.#stages.get(stage) ?? [];
  }

  register(version: string, commit: string): void {
    this.#byCommit.set(commit, version);
  }

  deregister(version: string): void {
    for (const stage of this.#stages.keys()) this.leave(stage, version);
  }

  assign(stage: string, held: Held): void {
    this.leave(stage, held.version);
    this.#stages.set(stage, [...this.in(stage), held]);
  }

  leave(stage: string, version: string): void {
    this.#stages.set(
      stage,
      this.in(stage).filter((one) => one.version !== version),
    );
  }

  /** The name of the next tag about a stage: GTO counts through all of an artifact. */
  next(kind: "assigned" | "unassigned", stage: string): string {
    this.#counter += 1;
    return gtoTagName({ artifact: this.#artifact, kind, version: null, stage, counter: this.#counter });
  }
}
