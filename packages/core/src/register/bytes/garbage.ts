import type { Backend, StoredBlob } from "../../backend.ts";
import type { Sha256 } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import type { ReadPorts } from "../../registry/read/snapshot.ts";
import { DAY } from "../../time.ts";
import { mentionedIn, type Needed, neededBy } from "./needed.ts";

/** A blob younger than this may belong to a registration that is under way: its bytes come before the commit that names them. */
const YOUNG = DAY;

export interface GarbageSettings {
  /** Take away what belongs to nothing; without it, only say what that is. */
  readonly prune: boolean;
  /** Models whose runs may lie here, beyond those `runs` knows. */
  readonly models: readonly string[];
  /** Milliseconds since 1970 by the clock that dates the store's files; never a simulated one. */
  readonly now: number;
}

export interface Garbage {
  /** Blobs that nothing names, the largest first. */
  readonly blobs: readonly StoredBlob[];
  /** Their bytes. */
  readonly bytes: number;
  /** How many of them were taken away, and their bytes. A blob stored again meanwhile stays. */
  readonly removed: { readonly blobs: number; readonly bytes: number };
  /** Blobs that nothing names yet and that are younger than a day. */
  readonly young: number;
  /** Blobs that something names. */
  readonly kept: number;
  /** Documents that could not be read, so that what they name is not known: nothing is pruned while there are any. */
  readonly unread: Needed["unread"];
}

/**
 * Blobs that no event, version, run bundle or index entry names. While they are taken away nobody trains here; what is stored again meanwhile stays.
 *
 * @param ports `registries`: every registry of this repository (its own branch, origin's, a local one): the store is one for all.
 *   `runs`: null where no training keeps anything in the store before its run is registered.
 * @throws GARBAGE_UNSURE, RUN_BUSY, RUN_LEFT_BEHIND, REGISTRY_DAMAGED, REGISTRY_FUTURE
 */
export async function collectGarbage(
  { prune, models, now }: GarbageSettings,
  {
    registries,
    store,
    runs,
  }: Pick<Backend, "store"> & {
    readonly registries: readonly ReadPorts[];
    readonly runs: Backend["runs"] | null;
  },
): Promise<Garbage> {
  const all = runs === null ? [] : [...new Set([...models, ...(await runs.models())])].sort();
  const locks: (() => Promise<void>)[] = [];
  try {
    // A training keeps its data in the store when it starts, and names it when it ends.
    if (prune && runs !== null) for (const model of all) locks.push(await runs.lock(model));
    const blobs = await store.list();
    const needed = await Promise.all(registries.map((registry) => neededBy({ ...registry, store })));
    const named = new Set(needed.flatMap(({ mentioned }) => [...mentioned]));
    if (runs !== null) for (const model of all) for (const digest of await namedByRuns(model, runs)) named.add(digest);
    const unread = needed.flatMap((one) => one.unread);
    const { garbage, young } = sortOut(blobs, named, now - YOUNG);
    const [first] = unread;
    if (prune && first !== undefined)
      throw new TrainyardError("GARBAGE_UNSURE", { what: first.what, problem: first.problem, count: unread.length });
    const digests = garbage.map(({ digest }) => digest);
    const gone = new Set(prune ? await store.remove(digests, now - YOUNG) : []); // with none too: it may have drafts that nobody finished
    const bytesOf = (some: readonly StoredBlob[]) => some.reduce((sum, { size }) => sum + size, 0);
    const removed = { blobs: gone.size, bytes: bytesOf(garbage.filter(({ digest }) => gone.has(digest))) };
    return {
      blobs: garbage,
      bytes: bytesOf(garbage),
      removed,
      young,
      kept: blobs.length - garbage.length - young,
      unread,
    };
  } finally {
    for (const release of locks) await release();
  }
}

/** Which blobs nothing names, and how many of those are too young to tell. */
export function sortOut(
  blobs: readonly StoredBlob[],
  named: ReadonlySet<Sha256>,
  before: number,
): { garbage: StoredBlob[]; young: number } {
  const nobodys = blobs.filter(({ digest, indexed }) => !indexed && !named.has(digest));
  const garbage = nobodys.filter(({ storedAt }) => storedAt < before);
  garbage.sort((a, b) => b.size - a.size || (a.digest < b.digest ? -1 : 1));
  return { garbage, young: nobodys.length - garbage.length };
}

/** What the bundles of a model's finished runs name: data kept for a run that is not registered yet. */
async function namedByRuns(model: string, runs: Backend["runs"]): Promise<Sha256[]> {
  const found: Sha256[] = [];
  for (const id of await runs.list(model)) {
    const folder = await runs.open(id);
    for (const name of ["record.json", "evaluation.json"]) found.push(...mentionedIn((await folder.read(name)) ?? ""));
  }
  return found;
}
