import type { Backend } from "../backend.ts";
import { isRefusal, TrainyardError } from "../errors.ts";
import type { ModelState } from "../registry/fold/model-state.ts";
import { named, parseReference, parseWhich } from "../registry/read/reference.ts";
import type { Registry } from "../registry/read/registry.ts";

/** What `baseline: merge-base` asks for. */
export const MERGE_BASE = "merge-base";

/**
 * The newest version that stands whose commit is an ancestor of the merge base: what the branch was made from. Null while the model has no version.
 * @param head The commit that is judged; a pull request's own, not the merge commit that is checked out.
 * @throws BASE_UNKNOWN, MERGE_BASE_MISSING
 */
async function mergeBaseVersion(
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

/** Where a baseline is asked for. */
export interface AskedFrom {
  /** Names of the model's environments: aliases that will be held one day. */
  readonly environments: readonly string[];
  /** The commit that is judged, from which the merge base follows. */
  readonly head: string;
}

/**
 * The version a baseline means, and what a reader calls it: "production v1", "v3"; null for a first model, where nobody ever held what was asked for.
 * @param asked An alias, a version, MODEL@either, `latest`, or `merge-base`; never `none`.
 * @throws BASELINE_MISSING, BASELINE_UNKNOWN, MERGE_BASE_MISSING, BASE_UNKNOWN, REFERENCE_INVALID
 */
export async function askedVersion(
  model: string,
  asked: string,
  { environments, head }: AskedFrom,
  ports: Pick<Backend, "source"> & { readonly registry: Registry },
): Promise<{ version: number; label: string } | null> {
  const version =
    asked === MERGE_BASE
      ? await mergeBaseVersion(model, head, ports)
      : versionNumber(await ports.registry.state(model), asked, environments);
  if (version === null) return null;
  const name = nameOf(asked);
  return { version, label: isVersion(name) ? `v${version}` : `${name} v${version}` };
}

/**
 * The version a configured baseline is at this moment; null where it is none, nobody holds it, or what it names was withdrawn or never was.
 * @param asked As for `askedVersion`, or `none`. The merge base is of a commit, not of a moment: null.
 */
export function baselineNow(state: ModelState, asked: string): { label: string; version: number } | null {
  if (asked === "none" || asked === MERGE_BASE) return null;
  try {
    const version = versionNumber(state, asked, []);
    const found = version === null ? undefined : state.versions[version - 1];
    if (found === undefined || found.withdrawn !== null) return null;
    return { label: isVersion(nameOf(asked)) ? "evaluate.baseline" : nameOf(asked), version: found.version };
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

/** What was asked for, without the model's name. */
export const nameOf = (asked: string): string => asked.slice(asked.indexOf("@") + 1);
const isVersion = (name: string) => /^v?\d+$|:/.test(name);

/** Null for a first model. */
function versionNumber(state: ModelState, asked: string, environments: readonly string[]): number | null {
  const { model } = state;
  const reference = asked.includes("@") ? parseReference(asked) : { model, which: parseWhich(asked) };
  if (reference.model !== model) throw new TrainyardError("BASELINE_UNKNOWN", { model, baseline: asked });
  const { which } = reference;
  if (which === null || ("alias" in which && which.alias === "latest"))
    return state.versions.findLast((version) => version.withdrawn === null)?.version ?? null;
  if ("version" in which) return which.version;
  if (!("alias" in which)) {
    const found = named(state, which);
    if (found === undefined) throw new TrainyardError("BASELINE_UNKNOWN", { model, baseline: asked });
    return found.version;
  }
  const held = state.aliases.get(which.alias)?.version ?? null;
  if (held !== null) return held;
  if (state.held.has(which.alias))
    throw new TrainyardError("BASELINE_MISSING", { model, baseline: asked, reason: "the alias was removed" });
  const expected = which.alias === "production" || environments.includes(which.alias) || state.versions.length === 0;
  if (!expected) throw new TrainyardError("BASELINE_UNKNOWN", { model, baseline: asked }); // versions exist, and this is nobody's name: misspelt
  return null;
}
