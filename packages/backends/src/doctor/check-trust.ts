import type { Config } from "@trainyard/core";
import { isHosted, mayMeet } from "../setup/runner-labels.ts";
import { type Finding, fail, ok } from "./finding.ts";
import { trains, usesOwnMachine, usesUs, writesRegistry } from "./job-kinds.ts";
import type { WorkflowFile, WorkflowJob } from "./workflow-file.ts";

/** Events whose jobs have the repository's token and secrets, although a stranger may have caused them. */
const TRUSTED = ["pull_request_target", "workflow_run", "issue_comment"];
/** What names a pull request's code. */
const HEAD = /github\.event\.(?:pull_request|workflow_run)\.head|github\.head_ref|refs\/pull\//;
const PULLED = /\bgh\s+pr\s+checkout\b|\bgit\s+(?:fetch|checkout|switch|pull)\b[^\n]*(?:refs\/pull\/|\bpull\/)/;

/** What docs/threat-model.md leaves to the workflows: who runs whose code beside which token, on which machine, and who is asked first. */
export function checkTrust(files: readonly WorkflowFile[], config: Config | null): Finding[] {
  const ours = files.filter(({ jobs }) => jobs.some(usesUs));
  return [
    ...foreignCode(files),
    ...sharedRunner(ours),
    ...keptCredentials(ours),
    ...approvals(ours, config),
    ...deployRunner(ours),
  ];
}

const each = (files: readonly WorkflowFile[]) =>
  files.flatMap((file) => file.jobs.map((job) => ({ file, job, where: `${file.path}, job ${job.id}` })));
const checksOut = (uses: string | null) => uses?.startsWith("actions/checkout@") === true;

function foreignCode(files: readonly WorkflowFile[]): Finding[] {
  const id = "foreign-code";
  return each(files).flatMap(({ file, job, where }) => {
    const event = TRUSTED.find((one) => file.events.includes(one));
    const takes = job.steps.some(
      ({ uses, run, with: given }) =>
        (checksOut(uses) && HEAD.test(`${given["ref"]} ${given["repository"]}`)) || (run !== null && PULLED.test(run)),
    );
    if (event === undefined || !takes) return [];
    const todo =
      "Check nothing of the pull request out where a token or a secret is: train it by `pull_request`, judge it by `workflow_run`, as verdict-for-forks does.";
    return [fail(id, `${where}: ${event} brings a pull request's code beside the repository's token`, todo)];
  });
}

function sharedRunner(files: readonly WorkflowFile[]): Finding[] {
  const id = "shared-runner";
  const all = each(files).filter(({ job: { runsOn } }) => runsOn !== null && !isHosted(runsOn));
  const trainers = all.filter(({ job }) => trains(job));
  const writers = all.filter(({ file, job }) => !trains(job) && (writesRegistry(job) || mayWrite(file, job)));
  const found = writers.flatMap(({ job, where }) => {
    const meets = trainers.find((one) => mayMeet(one.job.runsOn ?? [], job.runsOn ?? []));
    if (meets === undefined) return [];
    const said = `${where} may write, on [${job.runsOn?.join(", ")}], where ${meets.where} trains`;
    return [fail(id, said, "Give them runners of different labels: what a training leaves could read the next token.")];
  });
  if (found.length > 0 || trainers.length === 0 || writers.length === 0) return found;
  return [ok(id, "no runner that trains takes a job that writes")];
}

function mayWrite(file: WorkflowFile, job: WorkflowJob): boolean {
  const grants = job.permissions ?? file.permissions;
  if (grants === null || typeof grants === "string") return grants === "write-all";
  return Object.values(grants).includes("write");
}

function keptCredentials(files: readonly WorkflowFile[]): Finding[] {
  return each(files).flatMap(({ job, where }) => {
    if (!trains(job)) return [];
    const keeps = job.steps.some(
      ({ uses, with: given }) => checksOut(uses) && String(given["persist-credentials"]).toLowerCase() !== "false",
    );
    const todo = "Give actions/checkout: with: { persist-credentials: false }";
    return keeps ? [fail("credentials", `${where} leaves the job's token where your code can read it`, todo)] : [];
  });
}

/** An environment's reviewers are asked by a job that names it: the one that deploys, or one that it needs. */
function approvals(files: readonly WorkflowFile[], config: Config | null): Finding[] {
  const id = "approval";
  let asked = 0;
  const found = each(files).flatMap(({ file, job, where }) => {
    const deploys = job.steps.filter(({ action }) => action === "deploy");
    const last = deploys.find((step) => comesLast(String(step.with["environment"] ?? ""), config));
    if (last === undefined) return [];
    if ([job, ...ancestors(file, job)].some(({ environment }) => environment !== null)) {
      asked++;
      return [];
    }
    const todo =
      "Let the job need one with `environment:`, whose reviewers are asked (needs: approve in model-promote.yml).";
    return [fail(id, `${where} deploys to ${last.with["environment"] ?? "production"} and asks nobody`, todo)];
  });
  return found.length > 0 || asked === 0 ? found : [ok(id, "an approval comes before what people see")];
}

/** What only comes after another environment, and `production`; an expression may be any. */
function comesLast(environment: string, config: Config | null): boolean {
  if (environment === "" || environment.includes("${{") || environment === "production") return true;
  return Object.values(config?.models ?? {}).some(({ deploy }) => deploy[environment]?.after !== undefined);
}

function ancestors({ jobs }: WorkflowFile, job: WorkflowJob, seen = new Set<string>()): WorkflowJob[] {
  return job.needs.flatMap((name) => {
    const needed = jobs.find(({ id }) => id === name);
    if (needed === undefined || seen.has(name)) return [];
    seen.add(name);
    return [needed, ...ancestors({ jobs } as WorkflowFile, needed, seen)];
  });
}

function deployRunner(files: readonly WorkflowFile[]): Finding[] {
  return each(files).flatMap(({ job, where }) => {
    if (!job.steps.some(({ action }) => action === "deploy") || job.runsOn === null || usesOwnMachine(job)) return [];
    const said = `${where} deploys into a folder of [${job.runsOn.join(", ")}], which is gone after the job`;
    return [fail("deploy-runner", said, "Let a machine of yours deploy: the one that has the folder of `deploy:`.")];
  });
}
