import type { Rules } from "../../registry/fold/policy-rules.ts";
import type { EventOf } from "../../registry/log/event.ts";
import type { AliasRule } from "../../registry/log/policy.ts";

const WIDTH = 16;

/** The policy in words, who set it and why. */
export function policyText(event: EventOf<"policy.set"> | null): string {
  if (event === null) return "Everything is allowed: no policy is set.";
  const { seq, at, by, reason, policy } = event;
  const since = `event ${seq}, ${at.slice(0, 10)} by ${by.name}: ${reason}`;
  if (policy === null) return `Everything is allowed since ${since}`;
  const { models = {}, ...all } = policy;
  return [
    `Policy since ${since}`,
    ...part("all models", all),
    ...Object.entries(models).flatMap(([model, rules]) => part(`${model}, instead`, rules)),
  ].join("\n");
}

function part(title: string, rules: Rules): string[] {
  const rows = [
    ...(rules.aliases === undefined ? [] : [["aliases", `only ${rules.aliases.join(", ") || "none at all"}`]]),
    ...Object.entries(rules.rules ?? {}).map(([alias, rule]) => [alias, ruleWords(rule)]),
    ...(rules.overrides === undefined
      ? []
      : [["verdicts", rules.overrides ? "may be overridden" : "are never overridden"]]),
  ];
  return [
    title,
    ...(rows.length === 0 ? [["", "no rule"]] : rows).map(([name = "", words]) => `  ${name.padEnd(WIDTH)}  ${words}`),
  ];
}

function ruleWords({ after, evaluation, attestations }: AliasRule): string {
  const parts = [
    ...(after === undefined ? [] : [`after ${after.join(" and ")}`]),
    ...(evaluation === undefined ? [] : [evaluationWords(evaluation)]),
    ...(attestations === undefined ? [] : [`with an attestation ${attestations.join(" and ")}`]),
  ];
  return parts.join("; ") || "free";
}

function evaluationWords({ maxAgeDays }: NonNullable<AliasRule["evaluation"]>): string {
  const passed = "with a passed evaluation of its bytes";
  return maxAgeDays === undefined
    ? passed
    : `${passed}, at most ${maxAgeDays} ${maxAgeDays === 1 ? "day" : "days"} old by the recorded times (any age for a version that held it before)`;
}
