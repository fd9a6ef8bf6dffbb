import type { Backend } from "../backend.ts";
import { TrainyardError } from "../errors.ts";
import type { Registry } from "../registry/read/registry.ts";

/** What `baseline: merge-base` asks for. */
export const MERGE_BASE = "merge-base";

/**
 * The newest version that stands whose commit is an ancestor of the merge base: what the branch was made from. Null while the model has no version.
 * @param head The commit that is judged; a pull request's own, not the merge commit that is checked out.
 * @throws BASE_UNKNOWN, MERGE_BASE_MISSING
 */
export async function mergeBaseVersion(
  model: string,
  head: string,
  { registry, source }: Pick<Backend, "source"> & { readonly registry: Registry },
): Promise<number | null> {
  const { versions } = await registry.state(model);
  if (versions.length === 0) return null;
  const base = await source.mergeBase(head);
  for (const { version, withdrawn } of versions.toReversed()) {
    if (withdrawn !== null) continue;
    const { commit } = await registry.manifest(model, version);
    if (commit !== null && (commit === base || (await source.isAncestor(commit, base)))) return version;
  }
  throw new TrainyardError("MERGE_BASE_MISSING", { model, commit: base });
}
