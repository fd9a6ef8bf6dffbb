import { isUtf8 } from "node:buffer";
import { byCodePoint, isRefusal, TrainyardError } from "@trainyard/core";
import { bringBlobs, isPartial } from "./bring-blobs.ts";
import type { Repository } from "./git.ts";
import type { GitObject, ObjectReader } from "./object-reader.ts";
import type { ObjectBatch } from "./object-writer.ts";
import { type Changes, FILE, FOLDER, parseTree, type Tree, type TreeEntry, treeBytes } from "./tree.ts";

/** Trees kept in memory: a walk to one file of a big registry passes fewer than ten. */
const KEPT_TREES = 4096;
const KEPT_COMMITS = 64;

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
  readonly #commits = new Map<string, Promise<Commit>>();
  #partial: boolean | undefined;

  constructor(reader: ObjectReader, repository: Repository) {
    this.#reader = reader;
    this.#repository = repository;
  }

  /** @throws REGISTRY_DAMAGED */
  commit(id: string): Promise<Commit> {
    const kept = this.#commits.get(id);
    if (kept !== undefined) return kept;
    const commit = this.#readCommit(id);
    commit.catch(() => this.#commits.delete(id));
    keep(this.#commits, id, commit, KEPT_COMMITS);
    return commit;
  }

  /** Whether a commit is here; one that git cannot read is not. */
  async has(id: string): Promise<boolean> {
    if (this.#commits.has(id)) return true;
    const object = await this.#reader.ask(id).catch(() => null);
    return object?.type === "commit";
  }

  /** A commit that was written here need not be read. */
  wrote(id: string, commit: Commit): void {
    keep(this.#commits, id, Promise.resolve(commit), KEPT_COMMITS);
  }

  async #readCommit(id: string): Promise<Commit> {
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
    const folders = new Map<string, Promise<Tree | null>>([["", this.#tree(tree)]]);
    const folderOf = (path: string): Promise<Tree | null> => {
      const known = folders.get(path);
      if (known !== undefined) return known;
      const [outer, name] = splitPath(path);
      const folder = folderOf(outer).then((found) => {
        const entry = found?.get(name);
        return entry?.mode === FOLDER ? this.#tree(entry.id) : null;
      });
      folders.set(path, folder);
      return folder;
    };
    const found: { path: string; entry: TreeEntry }[] = [];
    const look = async (folder: string, inner: readonly string[]) => {
      const entries = await folderOf(folder);
      for (const path of inner) {
        const entry = entries?.get(splitPath(path)[1]);
        if (entry !== undefined && entry.mode !== FOLDER) found.push({ path, entry });
      }
    };
    await Promise.all(
      [...Map.groupBy(paths, (path) => splitPath(path)[0])].map(([folder, inner]) => look(folder, inner)),
    );
    for (const { path, entry } of found) {
      if (entry.mode === FILE) continue;
      const problem = `it is not a plain file (mode ${entry.mode})`;
      throw new TrainyardError("REGISTRY_DAMAGED", { where: path, problem });
    }
    this.#partial ??= isPartial(this.#repository);
    if (this.#partial && found.length > 1)
      await bringBlobs(
        this.#repository,
        tree,
        found.map(({ path }) => path),
      );
    const texts = new Map<string, string>();
    const blobs = await this.#reader.askAll(found.map(({ entry }) => entry.id)).catch((cause: unknown) => {
      throw damage(cause, `files below tree ${tree}`);
    });
    for (const [index, { path, entry }] of found.entries())
      texts.set(path, textOf(checked(blobs[index] ?? null, entry.id, "blob").bytes, path));
    return texts;
  }

  /** Paths of all files below a folder of a tree, sorted by code point. @throws REGISTRY_DAMAGED */
  async list(tree: string, folder: string): Promise<string[]> {
    const entry = folder === "" ? { mode: FOLDER, id: tree } : await this.#find(tree, folder.split("/"));
    if (entry === null || entry.mode !== FOLDER) return [];
    const paths: string[] = [];
    const walk = async (id: string, prefix: string): Promise<void> => {
      const entries = [...(await this.#tree(id)).values()];
      if (entries.length === 0 && prefix !== "")
        throw new TrainyardError("REGISTRY_DAMAGED", {
          where: prefix,
          problem: "it is an empty folder, which git never writes",
        });
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
    keep(this.#trees, id, Promise.resolve(tree), KEPT_TREES);
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
    keep(this.#trees, id, tree, KEPT_TREES);
    return tree;
  }

  async #object(id: string, type: string): Promise<GitObject> {
    const object = await this.#reader.ask(id).catch((cause: unknown) => {
      throw damage(cause, `${type} ${id}`);
    });
    return checked(object, id, type);
  }
}

/** @throws REGISTRY_DAMAGED */
function checked(object: GitObject | null, id: string, type: string): GitObject {
  if (object?.type === type) return object;
  throw new TrainyardError("REGISTRY_DAMAGED", {
    where: `${type} ${id}`,
    problem: object === null ? "it is missing" : `it is a ${object.type}`,
  });
}

/** Not by replacing what is no UTF-8: other bytes must never read as the same text. @throws REGISTRY_DAMAGED */
function textOf(bytes: Buffer, path: string): string {
  if (!isUtf8(bytes)) throw new TrainyardError("REGISTRY_DAMAGED", { where: path, problem: "it is not UTF-8" });
  return bytes.toString();
}

/** What it means that git cannot give an object. */
function damage(cause: unknown, where: string): unknown {
  if (!isRefusal(cause) || cause.code !== "GIT_FAILED") return cause;
  return new TrainyardError("REGISTRY_DAMAGED", { where, problem: cause.message }, { cause });
}

/** Folder ("" at the top) and name. */
function splitPath(path: string): [folder: string, name: string] {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? ["", path] : [path.slice(0, slash), path.slice(slash + 1)];
}

/** The newest so many. */
function keep<V>(kept: Map<string, V>, id: string, value: V, most: number): void {
  kept.delete(id);
  kept.set(id, value);
  const oldest = kept.size > most ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
}
