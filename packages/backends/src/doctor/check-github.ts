import { type Config, z } from "@trainyard/core";
import { ask, pagesOf } from "../github/call/ask.ts";
import type { Github } from "../github/call/github.ts";
import { orNone } from "../github/call/or-none.ts";
import { BRANCH } from "../github/registry/branch-refusal.ts";
import { checkRegistryRules, checkRequiredCheck } from "./check-rules.ts";
import { askOwnRunners, checkRunners } from "./check-runners.ts";
import { type Finding, fail, ok, some, warn } from "./finding.ts";
import { usesUs } from "./job-kinds.ts";
import { looked, notRead, REPO } from "./look-at-setting.ts";
import type { WorkflowFile } from "./workflow-file.ts";

const Repository = z.object({ private: z.boolean(), default_branch: z.string(), archived: z.boolean().optional() });

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
    ...(await askOwnRunners(github, ours, !repository.private)),
    await looked("runners", () => checkRunners(github, ours)),
    await looked("required-check", () => checkRequiredCheck(github, repository.default_branch)),
    await looked("registry-protection", () => checkRegistryRules(github)),
    ...(await environments(github, config)),
    await looked("schedule", () => schedule(github, ours)),
    await looked("registry-on-github", () => registryHead(github)),
    await looked("releases", () => drafts(github)),
    await looked("immutable-releases", () => immutable(github)),
  ];
  return found.filter((one) => one !== null);
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
