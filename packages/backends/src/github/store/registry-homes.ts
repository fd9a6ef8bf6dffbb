import type { Registry, RegistryEvent, Sha256 } from "@trainyard/core";

/**
 * Which homes may have a blob, by what the registry's events say: each digest that an event mentions leads to the version's root digest that stands in
 * it, the newest event first. It reads the branch, which is on this machine, and asks GitHub nothing.
 */
export function registryHomes(registry: Pick<Registry, "events">): (digest: Sha256) => Promise<readonly Sha256[]> {
  let homes: ReadonlyMap<Sha256, readonly Sha256[]> = new Map();
  let newest = -1;
  return async (digest) => {
    const known = homes.get(digest);
    if (known !== undefined) return known;
    const seq = (await registry.events(undefined, 1)).at(-1)?.seq ?? 0;
    if (seq !== newest) {
      homes = homesIn(await registry.events());
      newest = seq;
    }
    return homes.get(digest) ?? [];
  };
}

function homesIn(events: readonly RegistryEvent[]): Map<Sha256, readonly Sha256[]> {
  const found = new Map<Sha256, Set<Sha256>>();
  for (const event of events.toReversed()) {
    const root = "rootDigest" in event ? event.rootDigest : null;
    if (root === null) continue;
    for (const digest of JSON.stringify(event).match(/sha256:[0-9a-f]{64}/g) ?? []) {
      const roots = found.get(digest) ?? new Set();
      found.set(digest, roots.add(root));
    }
  }
  return new Map([...found].map(([digest, roots]) => [digest, [...roots]]));
}
