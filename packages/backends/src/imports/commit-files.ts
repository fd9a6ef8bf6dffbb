import { posix } from "node:path";
import { isRefusal, isRelativePath } from "@trainyard/core";
import { parseYamlText } from "../config/yaml-text.ts";
import { git } from "../git/git.ts";
import { ObjectReader } from "../git/object-reader.ts";

/** A file of a commit. */
export interface CommitFile {
  readonly path: string;
  /** Object id of its blob. */
  readonly id: string;
  /** As git writes it: 100644, 100755, 120000 for a symlink, 160000 for a submodule. */
  readonly mode: string;
}

/** Reads what commits hold, without a work tree. To be closed. */
export class CommitFiles {
  readonly repository: string;
  readonly #reader: ObjectReader;
  readonly #yaml = new Map<string, unknown>();

  constructor(repository: string) {
    this.repository = repository;
    this.#reader = new ObjectReader(repository);
  }

  close(): void {
    this.#reader.close();
  }

  /** The file at a path, or all below it where it is a folder; "" is the top. @throws GIT_FAILED */
  async below(commit: string, path: string): Promise<CommitFile[]> {
    const words = ["--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", commit];
    const text = await git(this.repository, path === "" ? words : [...words, "--", path]);
    return text
      .split("\0")
      .filter((line) => line !== "")
      .map((line) => {
        const [place = "", name = ""] = [line.slice(0, line.indexOf("\t")), line.slice(line.indexOf("\t") + 1)];
        const [mode = "", , id = ""] = place.split(" ");
        return { path: name, id, mode };
      });
  }

  /** Bytes of a blob. @throws GIT_FAILED */
  async bytes(id: string): Promise<Buffer> {
    const object = await this.#reader.ask(id);
    if (object === null) throw new Error(`git lists ${id} and does not have it`);
    return object.bytes;
  }

  /** Files by the given names that a commit has, one question for all. */
  async among(commit: string, paths: readonly string[]): Promise<Map<string, CommitFile>> {
    const found = new Map<string, CommitFile>();
    const asked = [...new Set(paths)].filter((path) => path !== "" && !/[\n\0]/.test(path));
    if (asked.length === 0) return found;
    const text = await git(this.repository, [
      "--literal-pathspecs",
      "ls-tree",
      "-z",
      "--full-tree",
      commit,
      "--",
      ...asked,
    ]);
    for (const line of text.split("\0")) {
      const [, mode = "", type, id = "", path = ""] = /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
      if (type === "blob") found.set(path, { path, id, mode });
    }
    return found;
  }

  /** A YAML file as a value; null for what is none, or too large to be written by hand. */
  async yaml({ id, path }: CommitFile): Promise<unknown> {
    if (!this.#yaml.has(id)) this.#yaml.set(id, yamlOf(await this.bytes(id), path));
    return this.#yaml.get(id);
  }
}

export function yamlOf(bytes: Uint8Array, name: string): unknown {
  try {
    return parseYamlText(bytes, name).value;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

/** A field of what may be anything. */
export function fieldOf(value: unknown, ...names: readonly string[]): unknown {
  let inner = value;
  for (const name of names) {
    if (inner === null || typeof inner !== "object" || !Object.hasOwn(inner, name)) return undefined;
    inner = (inner as Record<string, unknown>)[name];
  }
  return inner;
}

/** A path that a file in `folder` names, from the top of the repository; null where it leads out of it. */
export function pathFrom(folder: string, path: unknown): string | null {
  if (typeof path !== "string" || path.length > 1000 || posix.isAbsolute(path)) return null;
  const joined = posix.normalize(posix.join(folder, path)).replace(/\/+$/, "");
  return isRelativePath(joined) && joined !== "." ? joined : null;
}
