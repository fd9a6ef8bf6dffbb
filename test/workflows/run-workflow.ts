import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type Contexts, fill, fillText, holds, type Status } from "./expression.ts";
import { type JobOutcome, runJob } from "./run-job.ts";
import type { JobDefinition, Workflow } from "./workflow.ts";

export type Result = "success" | "failure" | "cancelled" | "skipped";
export type Permissions = Readonly<Record<string, string>>;

/** The GitHub around a run: our test server, or less. */
export interface Forge {
  /** Where `actions/checkout` fetches from. */
  readonly cloneUrl: string;
  readonly repository: string;
  /** A token that may do exactly this, for one job. */
  token(permissions: Permissions, job: string): string;
  /** GITHUB_API_URL, ACTIONS_RESULTS_URL and so on, for one job. */
  environment(job: string): Readonly<Record<string, string>>;
}

/** What started a run. */
export interface Trigger {
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly sha: string;
  readonly ref: string;
  readonly actor?: string;
  readonly runId: number;
  readonly attempt?: number;
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** A fork's: whatever a job asks for, its token can only read. */
  readonly readOnly?: boolean;
}

export interface RunOptions {
  readonly workflow: Workflow;
  readonly trigger: Trigger;
  readonly forge: Forge;
  /** A folder for the run; each job has a workspace of its own in it. */
  readonly folder: string;
  readonly vars?: Readonly<Record<string, string>>;
  /** What a runner has beside the checkout: data, an environment. Called after each checkout. */
  readonly prepare?: (workspace: string, job: string) => void;
  /** Whether the reviewers of an environment say yes; default: they do. */
  readonly approves?: (environment: string) => boolean;
}

export interface RunOutcome {
  readonly conclusion: Result;
  readonly jobs: Readonly<
    Record<string, { result: Result; outputs: Readonly<Record<string, string>>; legs: readonly JobOutcome[] }>
  >;
  /** Environments whose reviewers were asked. */
  readonly asked: readonly string[];
  /** Everything the steps printed. */
  readonly log: string;
}

/** Runs a workflow job by job, as GitHub does: needs, if, matrix, permissions, outputs, environments. One job at a time. */
export async function runWorkflow(options: RunOptions): Promise<RunOutcome> {
  const { workflow } = options;
  const jobs: Record<string, RunOutcome["jobs"][string]> = {};
  const asked: string[] = [];
  for (const id of inOrder(workflow)) {
    const job = workflow.jobs[id] as JobDefinition;
    const needs = needsOf(job);
    const contexts = { ...contextsOf(options), needs: Object.fromEntries(needs.map((name) => [name, jobs[name]])) };
    const ancestors = ancestorsOf(id, workflow).map((name) => jobs[name]?.result);
    const status: Status = {
      success: ancestors.every((result) => result === "success"),
      failure: ancestors.includes("failure"),
      cancelled: false,
    };
    if (!holds(job.if, contexts, status)) {
      jobs[id] = { result: "skipped", outputs: {}, legs: [] };
      continue;
    }
    const legs: JobOutcome[] = [];
    for (const matrix of legsOf(job, contexts)) {
      const withMatrix = { ...contexts, matrix, strategy: {} };
      const environment = environmentOf(job, withMatrix);
      if (environment !== null) asked.push(environment);
      if (environment !== null && options.approves?.(environment) === false) {
        legs.push({ result: "failure", outputs: {}, steps: [], log: `${environment} was not approved\n` });
        continue;
      }
      legs.push(await runJob(id, job, withMatrix, { ...options, folder: mkdtempSync(join(options.folder, `${id}-`)) }));
    }
    const outputs = Object.assign({}, ...legs.map((leg) => leg.outputs)) as Record<string, string>; // of a matrix the last one counts
    jobs[id] = { result: legs.some(({ result }) => result === "failure") ? "failure" : "success", outputs, legs };
  }
  const results = Object.values(jobs).map(({ result }) => result);
  return {
    conclusion: results.includes("failure")
      ? "failure"
      : results.every((one) => one === "skipped")
        ? "skipped"
        : "success",
    jobs,
    asked,
    log: Object.entries(jobs)
      .flatMap(([id, { legs }]) => legs.map((leg) => `── ${id}: ${leg.result}\n${leg.log}`))
      .join("\n"),
  };
}

function contextsOf({ workflow, trigger, forge, vars = {} }: RunOptions): Contexts {
  const [owner] = forge.repository.split("/");
  return {
    github: {
      event_name: trigger.event,
      event: { ...trigger.payload, ...(trigger.inputs === undefined ? {} : { inputs: trigger.inputs }) },
      sha: trigger.sha,
      ref: trigger.ref,
      ref_name: trigger.ref.replace(/^refs\/(?:heads|tags|pull)\//, ""),
      repository: forge.repository,
      repository_owner: owner,
      actor: trigger.actor ?? "ana",
      run_id: String(trigger.runId),
      run_attempt: String(trigger.attempt ?? 1),
      workflow: workflow.name,
    },
    inputs: inputsOf(workflow, trigger),
    vars,
    env: workflow.env ?? {},
    needs: {},
    matrix: null,
    strategy: {},
  };
}

/** What `workflow_dispatch` was given, and its defaults; nothing for any other event. */
function inputsOf(workflow: Workflow, { event, inputs = {} }: Trigger): Record<string, unknown> {
  if (event !== "workflow_dispatch") return {};
  const declared =
    (workflow.on["workflow_dispatch"] as { inputs?: Record<string, { default?: unknown; type?: string }> } | null)
      ?.inputs ?? {};
  for (const name of Object.keys(inputs))
    if (!(name in declared)) throw new Error(`Unexpected inputs provided: ["${name}"]`);
  return Object.fromEntries(
    Object.entries(declared).map(([name, { default: fallback, type }]) => {
      const value = inputs[name] ?? fallback ?? "";
      return [name, type === "boolean" ? String(value) === "true" : String(value)];
    }),
  );
}

function legsOf(job: JobDefinition, contexts: Contexts): unknown[] {
  const matrix = job.strategy?.matrix;
  if (matrix === undefined) return [null];
  const filled = fill(matrix, contexts) as { include?: unknown[] };
  if (!Array.isArray(filled.include) || Object.keys(filled).length !== 1 || filled.include.length === 0)
    throw new Error(`Matrix must define at least one vector: ${JSON.stringify(filled)}`);
  return filled.include;
}

function environmentOf(job: JobDefinition, contexts: Contexts): string | null {
  if (job.environment === undefined) return null;
  return fillText(typeof job.environment === "string" ? job.environment : job.environment.name, contexts);
}

const needsOf = (job: JobDefinition | undefined): string[] => (job?.needs === undefined ? [] : [job.needs].flat());

function ancestorsOf(id: string, workflow: Workflow): string[] {
  const direct = needsOf(workflow.jobs[id]);
  return [...new Set(direct.flatMap((name) => [name, ...ancestorsOf(name, workflow)]))];
}

/** Each job after those it needs. @throws Error when a job needs one that is not there */
function inOrder(workflow: Workflow): string[] {
  const order: string[] = [];
  const visit = (id: string) => {
    if (workflow.jobs[id] === undefined) throw new Error(`no job ${id}`);
    for (const name of needsOf(workflow.jobs[id])) visit(name);
    if (!order.includes(id)) order.push(id);
  };
  for (const id of Object.keys(workflow.jobs)) visit(id);
  return order;
}
