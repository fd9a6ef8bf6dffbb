import { canonicalJson } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import { fits, type Rules, rulesOf } from "../../registry/fold/policy-rules.ts";
import type { EventOf } from "../../registry/log/event.ts";
import type { Policy } from "../../registry/log/policy.ts";
import type { Registry } from "../../registry/read/registry.ts";

/**
 * Says what is allowed from now on; null takes every rule away. What stands already stays, whatever the policy says of it. Anybody who can write
 * the registry's branch can do this: a policy guards against mistakes, not against its own authors.
 * @returns The event; null when the policy says the same already: nothing was written.
 * @throws POLICY_IMPOSSIBLE, TEXT_TOO_LONG, and what the registry throws
 */
export async function setPolicy(
  { policy, reason }: { policy: Policy | null; reason: string },
  { registry }: { registry: Registry },
): Promise<EventOf<"policy.set"> | null> {
  if (policy !== null) refuseImpossible(policy);
  const { events } = await registry.transactAll([], async () => {
    const now = (await registry.policy())?.policy ?? null;
    const same = canonicalJson(now) === canonicalJson(policy);
    return { events: same ? [] : [{ type: "policy.set", policy, reason } as const], result: null };
  });
  const [event] = events;
  return event?.type === "policy.set" ? event : null;
}

/** A rule nobody could ever follow is a slip of the pen. @throws POLICY_IMPOSSIBLE */
function refuseImpossible(policy: Policy): void {
  for (const model of [null, ...Object.keys(policy.models ?? {})]) {
    const rules = model === null ? policy : rulesOf(policy, model);
    const possible = new Set<string>();
    const names = Object.entries(rules.rules ?? {}).flatMap(([name, rule]) => [name, ...(rule.after ?? [])]);
    for (const alias of names.filter((name) => !name.includes("*"))) {
      const problem = obstacle(alias, rules, [], possible);
      if (problem !== null) throw new TrainyardError("POLICY_IMPOSSIBLE", { model, alias, problem });
    }
  }
}

/** Why no version can ever get an alias, or null; `on` is the way here. */
function obstacle(alias: string, rules: Rules, on: readonly string[], possible: Set<string>): string | null {
  if (possible.has(alias)) return null;
  if (on.includes(alias)) return `${[...on.slice(on.indexOf(alias)), alias].join(" after ")} is a circle`;
  if (rules.aliases !== undefined && !rules.aliases.some((pattern) => fits(pattern, alias)))
    return `${alias} is not among the aliases that may be set (${rules.aliases.join(", ")})`;
  for (const [pattern, rule] of Object.entries(rules.rules ?? {})) {
    if (!fits(pattern, alias)) continue;
    for (const before of rule.after ?? []) {
      const problem = obstacle(before, rules, [...on, alias], possible);
      if (problem !== null) return problem;
    }
  }
  possible.add(alias);
  return null;
}
