import type { ModelState } from "../registry/registry.ts";

/**
 * The version that was live in an environment before the one that is live now, or null. Going live puts a version on a pile; going
 * live again takes off all that lies above it. So after 1, 2, 3 and a rollback to 2 the one before is 1, never the 3 that was left.
 * Withdrawn versions are passed over.
 */
export function liveBefore(state: ModelState, environment: string): number | null {
  const pile: number[] = [];
  for (const { environment: where, version, outcome } of state.deployments) {
    if (where !== environment || outcome !== "live") continue;
    const known = pile.indexOf(version);
    if (known >= 0) pile.length = known;
    pile.push(version);
  }
  const live = state.aliases.get(environment)?.version ?? null;
  if (live === null) return null;
  if (pile.at(-1) === live) pile.pop();
  return pile.findLast((version) => version !== live && state.versions[version - 1]?.withdrawn === null) ?? null;
}
