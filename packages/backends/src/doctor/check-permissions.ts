import type { Config } from "@trainyard/core";
import { type Finding, fail, ok, warn } from "./finding.ts";
import { neededPermissions } from "./needed-permissions.ts";
import type { Grants, WorkflowFile, WorkflowJob } from "./workflow-file.ts";

const ID = "job-permissions";
const LEVEL: Readonly<Record<string, number>> = { none: 0, read: 1, write: 2 };
/** For a signed statement about what a job made (actions/attest). */
const FOR_STATEMENTS = ["id-token", "attestations", "artifact-metadata"];

/** Does each job that uses one of our actions have what these need, and not more? */
export function checkPermissions(files: readonly WorkflowFile[], config: Config | null): Finding[] {
  const found: Finding[] = [];
  let fine = 0;
  for (const file of files)
    for (const job of file.jobs) {
      if (!job.steps.some(({ action }) => action !== null)) continue;
      const problems = problemsOf(file, job, config);
      if (problems.length === 0) fine++;
      found.push(...problems);
    }
  if (fine > 0)
    found.push(ok(ID, `${fine} ${fine === 1 ? "job has" : "jobs have"} what the actions need, and no more`));
  return found;
}

function problemsOf(file: WorkflowFile, job: WorkflowJob, config: Config | null): Finding[] {
  const where = `${file.path}, job ${job.id}`;
  const grants = job.permissions ?? file.permissions;
  const { must, may } = neededBy(job, config);
  const lines = [...must].map(([scope, level]) => `${scope}: ${level === 2 ? "write" : "read"}`).join(", ");
  if (grants === null)
    return [
      warn(
        ID,
        `${where} says no permissions, so it has the repository's default`,
        `Give the job: permissions: { ${lines} }`,
      ),
    ];
  const problems: Finding[] = [];
  const missing = [...must].filter(([scope, level]) => levelOf(grants, scope) < level);
  if (missing.length > 0) {
    const wanted = missing.map(([scope, level]) => `${scope}: ${level === 2 ? "write" : "read"}`);
    problems.push(fail(ID, `${where} lacks ${wanted.join(", ")}`, `Add to its permissions: ${wanted.join(", ")}`));
  }
  const writes = Object.entries(typeof grants === "string" ? { everything: grants.split("-")[0] } : grants)
    .filter(([, access]) => access === "write")
    .map(([scope]) => scope);
  const trains = job.steps.some(({ action }) => action === "train");
  if (trains && writes.length > 0)
    return [
      ...problems,
      fail(
        ID,
        `${where} runs your code beside a token that writes: ${writes.join(", ")}`,
        "Let the job that trains only read; write in a job of its own.",
      ),
    ];
  const extra = typeof grants === "string" ? [grants] : excess(grants, may);
  if (extra.length > 0)
    problems.push(
      warn(ID, `${where} is allowed more than its actions need: ${extra.join(", ")}`, `Enough is: ${lines}`),
    );
  return problems;
}

const levelOf = (grants: Grants, scope: string) =>
  typeof grants === "string" ? (grants === "write-all" ? 2 : 1) : (LEVEL[grants[scope] ?? "none"] ?? 0);

function excess(grants: Readonly<Record<string, string>>, may: ReadonlyMap<string, number>): string[] {
  return Object.entries(grants)
    .filter(([scope, access]) => (LEVEL[access] ?? 0) > (may.get(scope) ?? 0))
    .map(([scope, access]) => `${scope}: ${access}`);
}

/** What a job must be allowed, and what it may be: what the config does not use may stay. */
function neededBy(job: WorkflowJob, config: Config | null) {
  const must = new Map<string, number>();
  const may = new Map<string, number>([["contents", 1]]); // a checkout of a private repository
  const raise = (levels: Map<string, number>, scope: string, level: number) =>
    levels.set(scope, Math.max(level, levels.get(scope) ?? 0));
  const outcomes = new Set(Object.values(config?.models ?? {}).map(({ drift }) => drift?.["on-drift"]));
  const unused = (action: string, scope: string) =>
    action === "drift-check" &&
    ((scope === "issues" && !outcomes.has("issue")) || (scope === "actions" && !outcomes.has("retrain")));
  for (const { action, with: given } of job.steps) {
    for (const { scope, access, inputs } of neededPermissions[action ?? ""] ?? []) {
      const level = access === "write" ? 2 : 1;
      raise(may, scope, level);
      if (inputs.length > 0 && !inputs.some((input) => given[input] !== undefined)) continue;
      if (!unused(action ?? "", scope)) raise(must, scope, level);
    }
    if (action === "register") for (const scope of FOR_STATEMENTS) raise(may, scope, 2);
  }
  return { must, may };
}
