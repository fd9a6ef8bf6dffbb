import { TrainyardError } from "../../errors.ts";
import { DAY, instant } from "../../time.ts";
import type { ModelEvent } from "../log/event.ts";
import type { AliasRule, Policy } from "../log/policy.ts";
import type { ModelState } from "./model-state.ts";

/** What a policy looks at. */
export type Standing = Pick<ModelState, "versions" | "proofs">;

/** An alias on its way to a version; `at` is when, by the clock of whoever moves it. */
export interface Move {
  readonly model: string;
  readonly alias: string;
  readonly to: number;
  readonly at: string;
}

/** Which rule forbids something, what came instead, and what to do about it. */
export interface Objection {
  readonly what: string;
  readonly rule: string;
  readonly got: string;
  readonly todo: string;
}

/** Rules for one model: its own entries, and where it has none those for all. */
export type Rules = Pick<Policy, "aliases" | "rules" | "overrides">;

export function rulesOf(policy: Policy, model: string): Rules {
  const { models = {}, ...all } = policy;
  const own = Object.hasOwn(models, model) ? models[model] : undefined;
  return own === undefined ? all : { ...all, ...own, rules: { ...all.rules, ...own.rules } };
}

/** Why the policy forbids an event after `state`, or null. The same for who writes and for who verifies. */
export function objection(policy: Policy | null, event: ModelEvent, state: () => Standing): Objection | null {
  if (policy === null) return null;
  if (event.type === "alias.set") return objectionToMove(policy, event, state());
  if (event.type !== "version.registered") return null; // nothing is forbidden to be taken away, judged or told
  return (event.manifest.override ?? null) === null ? null : objectionToOverride(policy, event.model);
}

export function objectionToOverride(policy: Policy | null, model: string): Objection | null {
  if (policy === null || rulesOf(policy, model).overrides !== false) return null;
  return {
    what: `a version of ${model} against its verdict`,
    rule: "no verdict is overridden",
    got: "it was overridden",
    todo: "That it was judged is recorded, where it was not before. Register a run that passes its gates from committed rules, without --override.",
  };
}

export function objectionToMove(policy: Policy | null, move: Move, state: Standing): Objection | null {
  if (policy === null) return null;
  const { model, alias, to } = move;
  const { aliases, rules = {} } = rulesOf(policy, model);
  const what = `${model}@${alias} on v${to}`;
  if (aliases !== undefined && !aliases.some((pattern) => fits(pattern, alias)))
    return {
      what,
      rule: `only ${aliases.join(", ") || "no alias at all"} may be set`,
      got: `this is ${alias}`,
      todo: "Use one of these, or change the policy: `trainyard policy --set FILE --reason …`.",
    };
  for (const [pattern, rule] of Object.entries(rules)) {
    const found = fits(pattern, alias) ? lacking(rule, move, state) : null;
    if (found !== null) return { what, ...found };
  }
  return null;
}

function lacking(rule: AliasRule, move: Move, { versions, proofs }: Standing): Omit<Objection, "what"> | null {
  const { model, alias, to: version, at } = move;
  const missing = rule.after?.find((before) => !proofs.wasAt(before, version));
  if (missing !== undefined)
    return {
      rule: `a version must have held ${missing} before ${alias}`,
      got: `v${version} never did`,
      todo: `Bring it there first: \`trainyard deploy ${model}@${version} --environment ${missing}\`, or \`trainyard alias ${model}@${version} ${missing}\`.`,
    };
  const rootDigest = versions[version - 1]?.rootDigest ?? "";
  const passed = proofs.passed(rootDigest);
  if (rule.evaluation !== undefined && passed === null)
    return {
      rule: `a version must have passed an evaluation before it holds ${alias}`,
      got: `v${version} passed none`,
      todo: "Evaluate its run again and register it again: `trainyard evaluate`, `trainyard register`. A verdict on the same bytes counts for the version.",
    };
  const age = rule.evaluation?.maxAgeDays;
  if (age !== undefined && passed !== null && !proofs.wasAt(alias, version)) {
    const days = ((instant(at) ?? 0) - (instant(passed.at) ?? 0)) / DAY;
    if (days > age)
      return {
        rule: `the newest evaluation that a version passed may be ${age} days old when it gets ${alias}`,
        got: `that of v${version} (event ${passed.seq}, ${passed.at}) is ${days.toFixed(1)} days old by the clocks of those who wrote`,
        todo: "Evaluate its run again and register it again: `trainyard evaluate`, `trainyard register`. A verdict on the same bytes counts for the version.",
      };
  }
  const attested = new Set(proofs.attestations(version).map(({ predicateType }) => predicateType));
  const unattested = rule.attestations?.find((type) => !attested.has(type));
  if (unattested === undefined) return null;
  return {
    rule: `a version must have an attestation ${unattested} before it holds ${alias}`,
    got: attested.size === 0 ? `v${version} has none` : `v${version} has ${[...attested].join(", ")}`,
    todo: `Attach one: \`trainyard attest ${model}@${version} --file BUNDLE\`.`,
  };
}

/** @throws POLICY_FORBIDS */
export function refuse(found: Objection | null, index?: number): void {
  if (found !== null) throw new TrainyardError("POLICY_FORBIDS", index === undefined ? found : { ...found, index });
}

/** True when an alias is what a pattern says. Steps through the pattern's parts, so that no pattern takes long. */
export function fits(pattern: string, alias: string): boolean {
  const [first = "", ...parts] = pattern.split("*");
  const last = parts.pop();
  if (last === undefined) return alias === pattern;
  if (!alias.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = alias.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return alias.length - last.length >= at && alias.endsWith(last);
}
