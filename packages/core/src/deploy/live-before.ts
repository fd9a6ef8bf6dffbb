import type { ModelState } from "../registry/fold/model-state.ts";

/**
 * The version that was live in an environment before the one that is live now, or null. A deployment puts its version on a pile; a rollback
 * takes off all that lies above its own. So after 1, 2, 3 and a rollback to 2 the one before is 1, never the 3 that was left; and after
 * 1, 3, 1 by deployments it is 3. Withdrawn versions are passed over.
 */
export function liveBefore(state: ModelState, environment: string): number | null {
  const pile: number[] = [];
  for (const { environment: where, version, outcome, rollback } of state.deployments) {
    if (where !== environment || outcome !== "live") continue;
    const known = rollback ? pile.lastIndexOf(version) : -1;
    if (known >= 0) pile.length = known;
    pile.push(version);
  }
  const live = state.aliases.get(environment)?.version ?? null;
  if (live === null) return null;
  while (pile.at(-1) === live) pile.pop();
  return pile.findLast((version) => version !== live && state.versions[version - 1]?.withdrawn === null) ?? null;
}
