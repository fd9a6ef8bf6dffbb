import type { CommitMessage, Digester, RegistryBranch, Revision } from "../backend.ts";
import { canonicalJson } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import { byCodePoint } from "../order.ts";
import { commitText } from "../registry/log/commit-message.ts";

interface Commit {
  readonly revision: Revision;
  readonly parents: Revision[];
  readonly message: string;
  readonly files: ReadonlyMap<string, string>;
}

/** A registry branch in memory. Equal commits have equal ids, as in git, so the identical-commit trap is there too. */
export class MemoryBranch implements RegistryBranch {
  readonly name = "trainyard/registry";
  readonly #sha256: Digester;
  readonly #commits = new Map<Revision, Commit>();
  #head: Revision | null = null;
  /** The newest head this client saw: what comes later must descend from it. */
  #seen: Revision | null = null;

  constructor(sha256: Digester) {
    this.#sha256 = sha256;
  }

  async head(): Promise<Revision | null> {
    if (this.#seen !== null && (this.#head === null || !this.#descends(this.#head, this.#seen))) {
      throw new TrainyardError("REGISTRY_DAMAGED", {
        where: this.name,
        problem: `it went back behind commit ${this.#seen}, which was seen here`,
      });
    }
    this.#seen = this.#head;
    return this.#head;
  }

  async read(revision: Revision, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { files } = this.#commit(revision);
    return new Map(paths.flatMap((path) => (files.has(path) ? [[path, files.get(path) as string] as const] : [])));
  }

  async list(revision: Revision, folder: string): Promise<string[]> {
    const paths = [...this.#commit(revision).files.keys()];
    return paths.filter((path) => folder === "" || path.startsWith(`${folder}/`)).sort(byCodePoint);
  }

  async commit(
    parent: Revision | null,
    changes: ReadonlyMap<string, string | null>,
    message: CommitMessage,
  ): Promise<Revision> {
    if (parent !== this.#head) throw new TrainyardError("REGISTRY_CONFLICT", { model: this.name });
    return this.#add(parent, changes, commitText(message));
  }

  async log(
    revision: Revision,
    limit: number,
  ): Promise<{ revision: Revision; parents: Revision[]; message: string }[]> {
    const commits: { revision: Revision; parents: Revision[]; message: string }[] = [];
    for (let next: Revision | undefined = revision; next !== undefined && commits.length < limit; ) {
      const { parents, message } = this.#commit(next);
      commits.push({ revision: next, parents, message });
      next = parents[0];
    }
    return commits;
  }

  /** What somebody with git could do by hand: a commit that Trainyard did not make, or `message` to make it look so. */
  edit(changes: ReadonlyMap<string, string | null>, message = "Edit by hand\n"): Revision {
    return this.#add(this.#head, changes, message);
  }

  /** Moves the branch to another commit, or away. */
  rewind(revision: Revision | null): void {
    this.#head = revision;
  }

  #add(parent: Revision | null, changes: ReadonlyMap<string, string | null>, message: string): Revision {
    const files = new Map(parent === null ? [] : this.#commit(parent).files);
    for (const [path, text] of changes) {
      if (text === null) files.delete(path);
      else files.set(path, text);
    }
    const parents = parent === null ? [] : [parent];
    const revision = this.#sha256(canonicalJson({ parents, message, files: [...changes] })).slice("sha256:".length);
    this.#commits.set(revision, { revision, parents, message, files });
    this.#head = revision;
    return revision;
  }

  #descends(revision: Revision, ancestor: Revision): boolean {
    for (let next: Revision | undefined = revision; next !== undefined; next = this.#commit(next).parents[0])
      if (next === ancestor) return true;
    return false;
  }

  #commit(revision: Revision): Commit {
    const commit = this.#commits.get(revision);
    if (commit === undefined)
      throw new TrainyardError("REGISTRY_DAMAGED", { where: `commit ${revision}`, problem: "it is missing" });
    return commit;
  }
}
