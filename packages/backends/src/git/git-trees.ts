import { byCodePoint, isRefusal, TrainyardError } from "@trainyard/core";
import type { Repository } from "./git.ts";
import type { GitObject, ObjectReader } from "./object-reader.ts";
import type { ObjectBatch } from "./object-writer.ts";
import { type Changes, FILE, FOLDER, parseTree, type Tree, type TreeEntry, treeBytes } from "./tree.ts";

/** Trees kept in memory: a walk to one file of a big registry passes fewer than ten. */
const KEPT = 4096;

export interface Commit {
  readonly tree: string;
  readonly parents: string[];
  readonly message: string;
}

/** Commits, trees and blobs of a repository by id. What an id names and the repository does not have is damage, never an absence. */
export class GitTrees {
  readonly #reader: ObjectReader;
  readonly #repository: Repository;
  readonly #trees = new Map<string, Promise<Tree>>();

  constructor(reader: ObjectReader, repository: Repository) {
    this.#reader = reader;
    this.#repository = repository;
  }

  /** @throws REGISTRY_DAMAGED */
  async commit(id: string): Promise<Commit> {
    const { bytes } = await this.#object(id, "commit");
    const text = bytes.toString();
    const end = text.indexOf("\n\n");
    const header = end < 0 ? text : text.slice(0, end);
    const tree = /^tree ([0-9a-f]+)$/m.exec(header)?.[1];
    if (tree === undefined)
      throw new TrainyardError("REGISTRY_DAMAGED", { where: `commit ${id}`, problem: "it has no tree" });
    const parents = [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] as string);
    return { tree, parents, message: end < 0 ? "" : text.slice(end + 2) };
  }

  /** Texts of the files that exist below a tree. @throws REGISTRY_DAMAGED */
  async read(tree: string, paths: readonly string[]): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    const read = async (path: string) => {
      const entry = await this.#find(tree, path.split("/"));
      if (entry === null) return;
      if (entry.mode === FOLDER) return;
      if (entry.mode !== FILE)
        throw new TrainyardError("REGISTRY_DAMAGED", {
          where: path,
          problem: `it is not a plain file (mode ${entry.mode})`,
        });
      texts.set(path, (await this.#object(entry.id, "blob")).bytes.toString());
    };
    await Promise.all(paths.map(read));
    return texts;
  }

  /** Paths of all files below a folder of a tree, sorted by code point. @throws REGISTRY_DAMAGED */
  async list(tree: string, folder: string): Promise<string[]> {
    const entry = folder === "" ? { mode: FOLDER, id: tree } : await this.#find(tree, folder.split("/"));
    if (entry === null || entry.mode !== FOLDER) return [];
    const paths: string[] = [];
    const walk = async (id: string, prefix: string): Promise<void> => {
      const entries = [...(await this.#tree(id)).values()];
      await Promise.all(
        entries.map(({ name, mode, id: inner }) =>
          mode === FOLDER ? walk(inner, `${prefix}${name}/`) : paths.push(prefix + name),
        ),
      );
    };
    await walk(entry.id, folder === "" ? "" : `${folder}/`);
    return paths.sort(byCodePoint);
  }

  /** Adds the objects of a changed tree to a batch; its id, null when nothing is left in it. @throws REGISTRY_DAMAGED */
  async change(base: string | null, { files, folders }: Changes, batch: ObjectBatch): Promise<string | null> {
    const tree = new Map(base === null ? [] : await this.#tree(base));
    const put = (name: string, mode: string, id: string | null) => {
      if (id === null) tree.delete(name);
      else tree.set(name, { name, mode, id });
    };
    for (const [name, text] of files) put(name, FILE, text === null ? null : batch.add("blob", Buffer.from(text)));
    const changeFolder = async ([name, inner]: [string, Changes]) => {
      const before = tree.get(name);
      put(name, FOLDER, await this.change(before?.mode === FOLDER ? before.id : null, inner, batch));
    };
    await Promise.all([...folders].map(changeFolder));
    if (tree.size === 0) return null;
    const id = batch.add("tree", treeBytes(tree));
    this.#keep(id, Promise.resolve(tree));
    return id;
  }

  async #find(tree: string, parts: readonly string[]): Promise<TreeEntry | null> {
    let id = tree;
    for (const [index, part] of parts.entries()) {
      const entry = (await this.#tree(id)).get(part);
      if (entry === undefined) return null;
      if (index === parts.length - 1) return entry;
      if (entry.mode !== FOLDER) return null;
      id = entry.id;
    }
    return null;
  }

  #tree(id: string): Promise<Tree> {
    const kept = this.#trees.get(id);
    if (kept !== undefined) return kept;
    const tree = this.#object(id, "tree").then(({ bytes }) =>
      parseTree(bytes, this.#repository.hash === "sha1" ? 20 : 32, id),
    );
    tree.catch(() => this.#trees.delete(id));
    this.#keep(id, tree);
    return tree;
  }

  #keep(id: string, tree: Promise<Tree>): void {
    this.#trees.delete(id);
    this.#trees.set(id, tree);
    const oldest = this.#trees.size > KEPT ? this.#trees.keys().next().value : undefined;
    if (oldest !== undefined) this.#trees.delete(oldest);
  }

  async #object(id: string, type: string): Promise<GitObject> {
    const object = await this.#reader.ask(id).catch((cause: unknown) => {
      if (!isRefusal(cause) || cause.code !== "GIT_FAILED") throw cause;
      throw new TrainyardError("REGISTRY_DAMAGED", { where: `${type} ${id}`, problem: cause.message }, { cause });
    });
    if (object?.type === type) return object;
    throw new TrainyardError("REGISTRY_DAMAGED", {
      where: `${type} ${id}`,
      problem: object === null ? "it is missing" : `it is a ${object.type}`,
    });
  }
}
