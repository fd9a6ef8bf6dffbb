/** Names of tags. Git keeps them as files: of `a` and `a/b` only one can be. */
export class TagNames {
  readonly #names = new Set<string>();
  readonly #folders = new Set<string>();

  constructor(names: readonly string[]) {
    for (const name of names) this.take(name);
  }

  take(name: string): void {
    this.#names.add(name);
    for (const folder of foldersOf(name)) this.#folders.add(folder);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Another tag's name leaves no room for it. */
  isCrowded(name: string): boolean {
    return this.#folders.has(name) || foldersOf(name).some((folder) => this.#names.has(folder));
  }
}

function foldersOf(name: string): string[] {
  const parts = name.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
