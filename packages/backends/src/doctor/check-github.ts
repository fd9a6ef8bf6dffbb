import { RequestError } from "@octokit/request-error";
import { type Config, isRefusal, z } from "@trainyard/core";
import { ask, pagesOf } from "../github/ask.ts";
import type { Github } from "../github/github.ts";
import { checkOwnRunners, usesUs } from "./check-workflows.ts";
import { type Finding, fail, ok, some, unknown, warn } from "./finding.ts";
import type { WorkflowFile } from "./workflow-file.ts";

const BRANCH = "trainyard/registry";
const CHECK = "trainyard";
const REPO = "/repos/{owner}/{repo}";

const Repository = z.object({ private: z.boolean(), default_branch: z.string(), archived: z.boolean().optional() });
const Rules = z.array(z.looseObject({ type: z.string(), parameters: z.unknown() }));
const Required = z.looseObject({ required_status_checks: z.array(z.looseObject({ context: z.string() })) });

/** Settings of the repository that a workflow or a registry needs, read and never changed. */
export async function checkGithub(
  github: Github,
  files: readonly WorkflowFile[],
  config: Config | null,
): Promise<Finding[]> {
  let repository: z.output<typeof Repository>;
  try {
    repository = await ask(github, `GET ${REPO}`, {}, Repository);
  } catch (error) {
    return [notRead("repository", error)];
  }
  const { owner, name } = github.connection;
  const ours = files.filter(({ jobs }) => jobs.some(usesUs));
  const found = [
    repository.archived === true
      ? fail("repository", `${owner}/${name} is archived`, "Take it out of the archive: nothing can be written there.")
      : ok("repository", `${owner}/${name}, ${repository.private ? "private" : "public"}`),
    await looked("default-permissions", () => defaultPermissions(github)),
    ...(await ownRunners(github, ours, !repository.private)),
    await looked("runners", () => runners(github, ours)),
    await looked("required-check", () => requiredCheck(github, repository.default_branch)),
    await looked("registry-protection", () => registryProtection(github)),
    ...(await environments(github, config)),
    await looked("schedule", () => schedule(github, ours)),
    await looked("registry-on-github", () => registryHead(github)),
    await looked("releases", () => drafts(github)),
    await looked("immutable-releases", () => immutable(github)),
  ];
  return found.filter((one) => one !== null);
}

/** What could not be looked at is unknown, never fine. */
async function looked(id: string, look: () => Promise<Finding | null>): Promise<Finding | null> {
  try {
    return await look();
  } catch (error) {
    return notRead(id, error);
  }
}

function notRead(id: string, error: unknown): Finding {
  if (isRefusal(error)) {
    const forbidden = error.code === "GITHUB_FORBIDDEN";
    return unknown(
      id,
      error.message,
      forbidden ? "Give a token that may read it: the repository's administration, for most of them." : error.hint,
    );
  }
  if (error instanceof RequestError)
    return unknown(id, `GitHub answered ${error.status}`, "Look at it in the repository's settings.");
  throw error;
}

/** Null for a 404, which here means that there is none. */
async function orNone<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RequestError && error.status === 404) return null;
    throw error;
  }
}

async function defaultPermissions(github: Github): Promise<Finding> {
  const id = "default-permissions";
  const Answer = z.object({ default_workflow_permissions: z.string() });
  const answer = await ask(github, `GET ${REPO}/actions/permissions/workflow`, {}, Answer);
  if (answer.default_workflow_permissions === "read") return ok(id, "a job that says nothing may only read");
  return warn(
    id,
    "a job that says nothing may write everything",
    'Settings → Actions → General → "Read repository contents".',
  );
}

async function ownRunners(github: Github, files: readonly WorkflowFile[], open: boolean): Promise<Finding[]> {
  let approval: string | null = null;
  if (open) {
    const Answer = z.object({ approval_policy: z.string() });
    const route = `GET ${REPO}/actions/permissions/fork-pr-contributor-approval`;
    const answer = await ask(github, route, {}, Answer).catch((error: unknown) => {
      notRead("own-runners", error); // a mistake of ours goes on
      return null;
    });
    approval = answer?.approval_policy ?? null;
  }
  return checkOwnRunners(files, open, approval);
}

async function runners(github: Github, files: readonly WorkflowFile[]): Promise<Finding | null> {
  const id = "runners";
  const wanted = new Map<string, readonly string[]>();
  for (const { jobs } of files)
    for (const { runsOn } of jobs) if (runsOn?.includes("self-hosted")) wanted.set(runsOn.join(", "), runsOn);
  if (wanted.size === 0) return null;
  const Page = z.object({
    runners: z.array(z.object({ status: z.string(), labels: z.array(z.object({ name: z.string() })) })),
  });
  const known: { online: boolean; labels: ReadonlySet<string> }[] = [];
  for await (const { page } of pagesOf(github, `GET ${REPO}/actions/runners`, {}, Page))
    for (const { status, labels } of page.runners)
      known.push({ online: status === "online", labels: new Set(labels.map((label) => label.name.toLowerCase())) });
  const has = (labels: readonly string[], online: boolean) =>
    known.some((one) => (!online || one.online) && labels.every((label) => one.labels.has(label.toLowerCase())));
  const none = [...wanted].filter(([, labels]) => !has(labels, false)).map(([text]) => `[${text}]`);
  const asleep = [...wanted]
    .filter(([, labels]) => has(labels, false) && !has(labels, true))
    .map(([text]) => `[${text}]`);
  if (none.length > 0)
    return warn(
      id,
      `the repository has no runner ${none.join(", ")}; an organisation's are not seen here`,
      "Register one with these labels, or change runs-on.",
    );
  if (asleep.length > 0)
    return warn(id, `no runner ${asleep.join(", ")} is online`, "Start it; jobs wait for a day at most.");
  return ok(id, `online: ${[...wanted.keys()].map((text) => `[${text}]`).join(", ")}`);
}

const rulesOf = (github: Github, branch: string) =>
  ask(github, `GET ${REPO}/rules/branches/{branch}`, { branch, per_page: 100 }, Rules);

async function requiredCheck(github: Github, branch: string): Promise<Finding> {
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

async function registryProtection(github: Github): Promise<Finding> {
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

async function environments(github: Github, config: Config | null): Promise<Finding[]> {
  const id = "environments";
  const named = new Map<string, boolean>();
  for (const { deploy } of Object.values(config?.models ?? {}))
    for (const [name, { after }] of Object.entries(deploy))
      named.set(name, named.get(name) === true || after !== undefined || name === "production");
  const Answer = z.object({ protection_rules: z.array(z.looseObject({ type: z.string() })).default([]) });
  const found: Finding[] = [];
  for (const [name, needsReview] of named) {
    const one = await looked(id, async () => {
      const route = `GET ${REPO}/environments/{environment_name}`;
      const answer = await orNone(ask(github, route, { environment_name: name }, Answer));
      const reviewed = answer?.protection_rules.some(({ type }) => type === "required_reviewers") === true;
      if (reviewed) return ok(id, `${name}: somebody approves`);
      const state =
        answer === null ? "is not there yet, and the first deployment makes it without reviewers" : "has no reviewers";
      return needsReview
        ? warn(id, `${name} ${state}`, `Settings → Environments → ${name}: required reviewers.`)
        : ok(id, `${name}: nobody has to approve`);
    });
    if (one !== null) found.push(one);
  }
  return found;
}

async function schedule(github: Github, files: readonly WorkflowFile[]): Promise<Finding | null> {
  const id = "schedule";
  const paths = new Set(files.map(({ path }) => path));
  if (paths.size === 0) return null;
  const Page = z.object({ workflows: z.array(z.object({ path: z.string(), state: z.string() })) });
  const off: string[] = [];
  const idle: string[] = [];
  for await (const { page } of pagesOf(github, `GET ${REPO}/actions/workflows`, {}, Page))
    for (const { path, state } of page.workflows) {
      if (!paths.has(path)) continue;
      if (state === "disabled_inactivity") idle.push(path);
      else if (state !== "active") off.push(`${path} (${state})`);
    }
  const todo = (path: string) => `gh workflow enable ${path.split("/").at(-1)?.split(" ")[0]}`;
  if (idle.length > 0)
    return fail(
      id,
      `GitHub switched off after 60 days without a commit: ${some(idle)}`,
      `Nobody looks for drift. ${idle.map(todo).join(" && ")}`,
    );
  if (off.length > 0) return warn(id, `switched off: ${some(off)}`, off.map(todo).join(" && "));
  return ok(id, "GitHub runs all of them");
}

async function registryHead(github: Github): Promise<Finding> {
  const id = "registry-on-github";
  const Ref = z.object({ object: z.object({ sha: z.string() }) });
  const ref = await orNone(ask(github, `GET ${REPO}/git/ref/{ref}`, { ref: `heads/${BRANCH}` }, Ref));
  return ref === null
    ? ok(id, `${BRANCH} is not there yet; the first registration makes it`)
    : ok(id, `${BRANCH} is at ${ref.object.sha.slice(0, 12)}`);
}

async function drafts(github: Github): Promise<Finding> {
  const id = "releases";
  const Releases = z.array(z.object({ tag_name: z.string(), draft: z.boolean() }));
  let published = 0;
  let left = 0;
  for await (const { page } of pagesOf(github, `GET ${REPO}/releases`, {}, Releases))
    for (const { tag_name, draft } of page) {
      if (!tag_name.startsWith("ty-")) continue;
      if (draft) left++;
      else published++;
    }
  const said = `${published} of models are published`;
  if (left === 0) return ok(id, said);
  return warn(
    id,
    `${said}, ${left} are drafts that nobody finished`,
    "Run the registration again, which finishes its own; `trainyard gc` takes away others.",
  );
}

async function immutable(github: Github): Promise<Finding> {
  const id = "immutable-releases";
  const answer = await orNone(ask(github, `GET ${REPO}/immutable-releases`, {}, z.object({ enabled: z.boolean() })));
  return answer?.enabled === true
    ? ok(id, "on: what was published stays as it is")
    : ok(id, "off: who may write can change a model's bytes, which their digest would show");
}
