import { z } from "@trainyard/core";
import { ask } from "../github/call/ask.ts";
import type { Github } from "../github/call/github.ts";
import { orNone } from "../github/call/or-none.ts";
import { BRANCH } from "../github/registry/branch-refusal.ts";
import { type Finding, fail, ok, unknown, warn } from "./finding.ts";
import { notRead, REPO } from "./look-at-setting.ts";

/** The check that a pull request shows. */
const CHECK = "trainyard";
const Rules = z.array(z.looseObject({ type: z.string(), parameters: z.unknown() }));
const Required = z.looseObject({ required_status_checks: z.array(z.looseObject({ context: z.string() })) });

const rulesOf = (github: Github, branch: string) =>
  ask(github, `GET ${REPO}/rules/branches/{branch}`, { branch, per_page: 100 }, Rules);

/** Whether the main branch takes a change that was not judged. */
export async function checkRequiredCheck(github: Github, branch: string): Promise<Finding> {
  const id = "required-check";
  const requires = (value: unknown) =>
    Required.safeParse(value).data?.required_status_checks.some(({ context }) => context === CHECK) === true;
  const rules = await rulesOf(github, branch);
  if (rules.some(({ type, parameters }) => type === "required_status_checks" && requires(parameters)))
    return ok(id, `${branch} takes nothing without the check ${CHECK}`);
  const todo = `Settings → Rules → New branch ruleset for ${branch}: require the status check ${CHECK}.`;
  const Protection = z.looseObject({
    required_status_checks: z.looseObject({ contexts: z.array(z.string()).default([]) }).nullish(),
  });
  // Rules of the older kind: only who administers the repository may read them.
  const old = await orNone(ask(github, `GET ${REPO}/branches/{branch}/protection`, { branch }, Protection)).catch(
    (error: unknown) => notRead(id, error),
  );
  if (old !== null && "status" in old && "todo" in old)
    return unknown(id, `no ruleset of ${branch} requires ${CHECK}; its branch protection could not be read`, todo);
  const contexts = old === null ? [] : (Protection.parse(old).required_status_checks?.contexts ?? []);
  if (contexts.includes(CHECK)) return ok(id, `${branch} takes nothing without the check ${CHECK}`);
  return warn(id, `${branch} takes changes without the check ${CHECK}`, todo);
}

/** What keeps the log a log; and what would keep our own commits out. */
const KEEPS = ["deletion", "non_fast_forward", "required_linear_history", "required_signatures"];
const FORBIDS = ["pull_request", "required_status_checks", "update", "creation", "merge_queue", "required_deployments"];

/** Whether rules keep the log a log, and let our own commits in. */
export async function checkRegistryRules(github: Github): Promise<Finding> {
  const id = "registry-protection";
  const types = new Set((await rulesOf(github, BRANCH)).map(({ type }) => type));
  const forbids = FORBIDS.filter((type) => types.has(type));
  if (forbids.length > 0)
    return fail(
      id,
      `rules of ${BRANCH} keep Trainyard's own commits out: ${forbids.join(", ")}`,
      `Take ${BRANCH} out of these rules.`,
    );
  const missing = KEEPS.filter((type) => !types.has(type));
  if (missing.length === 0) return ok(id, `${BRANCH} cannot be deleted or set back`);
  const todo = `Settings → Rules → New branch ruleset for ${BRANCH}: restrict deletions, block force pushes, require linear history and signed commits.`;
  return warn(id, `no rule of ${BRANCH} for ${missing.join(", ")}`, todo);
}
