import type { BranchCommit } from "../../backend.ts";
import type { Sha256 } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import { goesWithTree, newestEvent } from "../log/commit-message.ts";
import { damaged } from "../log/damage.ts";
import { AliasFile, aliasPath, FORMAT, REGISTRY_FILE, RegistryFile } from "../log/layout.ts";
import { OTHER_FILES } from "./snapshot.ts";
import { canonicalFile, readFile } from "./stored-file.ts";

/** What to ask of a branch to know who holds an alias, in one question. */
export const aliasFiles = (model: string, alias: string): [registry: string, alias: string] => [
  REGISTRY_FILE,
  aliasPath(model, alias),
];

/**
 * Who holds an alias, by one answer about the branch's newest commit: that Trainyard made it, in a format known here, and what the alias's file says.
 * That the file says the same as the events it names is what a clone compares beyond that (`holder`): which they are is in no first answer.
 *
 * @param files Of `aliasFiles`, those that are there.
 * @returns Null when nobody holds it, or ever did.
 * @throws REGISTRY_DAMAGED, REGISTRY_FUTURE
 */
export function aliasAt(
  commit: BranchCommit,
  files: ReadonlyMap<string, string>,
  model: string,
  alias: string,
): { version: number; rootDigest: Sha256 } | null {
  const where = `commit ${commit.revision}`;
  const { format } = readFile(RegistryFile.pick({ format: true }), files, REGISTRY_FILE);
  if (format > FORMAT) throw new TrainyardError("REGISTRY_FUTURE", { format, known: FORMAT });
  const newest = newestEvent(commit.message);
  if (newest === null || commit.parents.length > 1) throw damaged(where, "Trainyard did not make this commit");
  if (!goesWithTree(commit)) throw damaged(where, OTHER_FILES);
  const path = aliasPath(model, alias);
  const text = files.get(path);
  if (text === undefined) return null;
  canonicalFile(text, path);
  const held = readFile(AliasFile, files, path);
  const { version, rootDigest, registeredSeq, sinceSeq } = held;
  if (held.alias !== alias || Math.max(sinceSeq, registeredSeq ?? 0) > newest.seq)
    throw damaged(path, "it says what cannot be");
  if ((version === null) !== (rootDigest === null)) throw damaged(path, "it names half a version");
  return version === null || rootDigest === null ? null : { version, rootDigest };
}
