import { byCodePoint, TrainyardError } from "@trainyard/core";

/** An entry of a git tree object. */
export interface TreeEntry {
  readonly name: string;
  /** "100644" a file, "40000" a folder; anything else was put there by somebody else. */
  readonly mode: string;
  readonly id: string;
}
export type Tree = ReadonlyMap<string, TreeEntry>;

export const FOLDER = "40000";
export const FILE = "100644";

/** Reads a tree object: `MODE NAME\0` and the raw id, again and again. @throws REGISTRY_DAMAGED */
export function parseTree(bytes: Buffer, idLength: 20 | 32, id: string): Tree {
  const tree = new Map<string, TreeEntry>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const nul = bytes.indexOf(0, space);
    const end = nul + 1 + idLength;
    if (space < 0 || nul < 0 || end > bytes.length)
      throw new TrainyardError("REGISTRY_DAMAGED", { where: `tree ${id}`, problem: "it is cut short" });
    const name = bytes.toString("utf8", space + 1, nul);
    if (tree.has(name))
      throw new TrainyardError("REGISTRY_DAMAGED", { where: `tree ${id}`, problem: `it has ${name} twice` });
    tree.set(name, { name, mode: bytes.toString("latin1", at, space), id: bytes.toString("hex", nul + 1, end) });
    at = end;
  }
  return tree;
}

/** Writes a tree object, in git's order: by bytes, a folder as if its name ended in `/`. */
export function treeBytes(tree: Tree): Buffer {
  const key = ({ name, mode }: TreeEntry) => (mode === FOLDER ? `${name}/` : name);
  const entries = [...tree.values()].sort((a, b) => byCodePoint(key(a), key(b)));
  return Buffer.concat(
    entries.flatMap(({ name, mode, id }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]),
  );
}

/** Changes by folder: what a commit does to one tree. */
export interface Changes {
  readonly files: Map<string, string | null>;
  readonly folders: Map<string, Changes>;
}

/** "a/b/c.json" → the change of c.json in folder b in folder a. */
export function changesByFolder(changes: ReadonlyMap<string, string | null>): Changes {
  const root: Changes = { files: new Map(), folders: new Map() };
  for (const [path, text] of changes) {
    const parts = path.split("/");
    const name = parts.pop() as string;
    let at = root;
    for (const part of parts) {
      let next = at.folders.get(part);
      if (next === undefined) {
        next = { files: new Map(), folders: new Map() };
        at.folders.set(part, next);
      }
      at = next;
    }
    at.files.set(name, text);
  }
  return root;
}
