import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { actionFolder } from "../runner/bundles.ts";
import { parseEntries } from "../runner/file-commands.ts";
import { runStep, type StepResult } from "../runner/run-step.ts";
import { checkout } from "./checkout.ts";
import { type Contexts, fillText, holds } from "./expression.ts";
import { ourAction } from "./our-actions.ts";
import type { Result, RunOptions } from "./run-workflow.ts";
import type { JobDefinition, Step } from "./workflow.ts";

export interface StepOutcome {
  readonly id: string | null;
  readonly uses: string | null;
  readonly result: Result;
  readonly outputs: Readonly<Record<string, string>>;
  readonly step: StepResult | null;
}

export interface JobOutcome {
  readonly result: Result;
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: readonly StepOutcome[];
  readonly log: string;
}

/** Runs the steps of one job on a machine of its own: an empty workspace, a token with the job's permissions. */
export async function runJob(
  id: string,
  job: JobDefinition,
  contexts: Contexts,
  options: RunOptions,
): Promise<JobOutcome> {
  const { workflow, trigger, forge, folder } = options;
  const granted = job.permissions ?? workflow.permissions ?? {};
  const permissions = trigger.readOnly
    ? Object.fromEntries(Object.entries(granted).map(([scope, access]) => [scope, access === "none" ? "none" : "read"]))
    : granted;
  const token = forge.token(permissions, id);
  const workspace = join(folder, "workspace");
  mkdirSync(workspace);
  const machine = { workspace, token, environment: { ...variablesOf(id, options), ...forge.environment(id) } };
  const steps: StepOutcome[] = [];
  const log: string[] = [];
  const done: Record<string, unknown> = {};
  let failed = false;
  for (const definition of job.steps) {
    const now = {
      ...contexts,
      github: { ...(contexts["github"] as object), token, job: id, workspace },
      steps: done,
      runner: { temp: folder },
      job: { status: failed ? "failure" : "success" },
      secrets: { GITHUB_TOKEN: token },
    };
    const status = { success: !failed, failure: failed, cancelled: false };
    const outcome = holds(definition.if, now, status)
      ? await runOne(definition, now, machine, options, log)
      : { result: "skipped" as const, outputs: {}, step: null };
    steps.push({ id: definition.id ?? null, uses: definition.uses ?? null, ...outcome });
    if (definition.id !== undefined)
      done[definition.id] = { outputs: outcome.outputs, outcome: outcome.result, conclusion: outcome.result };
    if (outcome.result === "failure" && definition["continue-on-error"] !== true) failed = true;
  }
  const outputs = Object.fromEntries(
    Object.entries(job.outputs ?? {}).map(([name, value]) => [name, fillText(value, { ...contexts, steps: done })]),
  );
  return { result: failed ? "failure" : "success", outputs, steps, log: `${log.join("\n")}\n` };
}

interface MachineOfJob {
  readonly workspace: string;
  readonly token: string;
  readonly environment: Readonly<Record<string, string>>;
}

async function runOne(
  definition: Step,
  contexts: Contexts,
  machine: MachineOfJob,
  options: RunOptions,
  log: string[],
): Promise<Pick<StepOutcome, "result" | "outputs" | "step">> {
  const given = Object.fromEntries(
    Object.entries(definition.with ?? {}).map(([name, value]) => [name, fillText(value, contexts)]),
  );
  if (definition.uses === undefined) return runCommand(definition, contexts, machine, options, log);
  if (definition.uses.startsWith("actions/checkout@")) {
    await checkout(machine.workspace, given, machine.token, options);
    options.prepare?.(machine.workspace, String((contexts["github"] as { job: string }).job));
    return { result: "success", outputs: {}, step: null };
  }
  const action = ourAction(definition.uses);
  if (action === null) throw new Error(`this harness has no ${definition.uses}`);
  const step = await runStep({
    action: actionFolder(action),
    workspace: machine.workspace,
    temp: options.folder,
    with: given,
    env: machine.environment,
    token: machine.token,
    event: (contexts["github"] as { event: unknown }).event,
  });
  log.push(
    `▸ ${action} ${JSON.stringify(given)}`,
    ...step.warnings,
    ...step.log.lines,
    ...step.annotations.map(({ level, title, message }) => `${level}: ${title}: ${message}`),
  );
  return { result: step.conclusion === "success" ? "success" : "failure", outputs: step.outputs, step };
}

/** A `run:` step: bash as GitHub starts it, with the step's own variables and never the token. */
function runCommand(
  { run = "", env = {}, "working-directory": below = "." }: Step,
  contexts: Contexts,
  { workspace, environment }: MachineOfJob,
  { folder }: RunOptions,
  log: string[],
): Pick<StepOutcome, "result" | "outputs" | "step"> {
  const output = join(folder, `output-${log.length}`);
  writeFileSync(output, "");
  const filled = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fillText(value, contexts)]));
  const { status, stdout, stderr } = spawnSync(
    "bash",
    ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", fillText(run, contexts)],
    {
      cwd: join(workspace, below),
      env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...environment, ...filled, GITHUB_OUTPUT: output },
      encoding: "utf8",
    },
  );
  log.push(`▸ ${run}`, stdout, stderr);
  return {
    result: status === 0 ? "success" : "failure",
    outputs: parseEntries(readFileSync(output, "utf8")),
    step: null,
  };
}

function variablesOf(id: string, { workflow, trigger, forge, folder }: RunOptions): Record<string, string> {
  const base = trigger.payload as { pull_request?: { head: { ref: string }; base: { ref: string } } };
  return {
    GITHUB_REPOSITORY: forge.repository,
    GITHUB_REPOSITORY_OWNER: forge.repository.split("/")[0] as string,
    GITHUB_ACTOR: trigger.actor ?? "ana",
    GITHUB_TRIGGERING_ACTOR: trigger.actor ?? "ana",
    GITHUB_EVENT_NAME: trigger.event,
    GITHUB_RUN_ID: String(trigger.runId),
    GITHUB_RUN_ATTEMPT: String(trigger.attempt ?? 1),
    GITHUB_WORKFLOW: workflow.name,
    GITHUB_JOB: id,
    GITHUB_SHA: trigger.sha,
    GITHUB_REF: trigger.ref,
    GITHUB_REF_NAME: trigger.ref.replace(/^refs\/(?:heads|tags|pull)\//, ""),
    GITHUB_HEAD_REF: base.pull_request?.head.ref ?? "",
    GITHUB_BASE_REF: base.pull_request?.base.ref ?? "",
    RUNNER_TEMP: folder,
    RUNNER_NAME: `runner-of-${id}`,
  };
}
