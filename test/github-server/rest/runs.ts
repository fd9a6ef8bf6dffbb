import { parse } from "yaml";
import { fillText } from "../../workflows/expression.ts";
import { created, type Exchange, type Handlers, notFound, ok, Refused } from "../exchange.ts";
import { counted } from "../pages.ts";
import { job as jobShape, workflowRun as shape, workflow as workflowShape } from "../shapes.ts";
import type { Workflow, WorkflowRun } from "../state.ts";
import type { World } from "../world.ts";

/** Workflows, their runs and jobs. The server runs nothing: it keeps what should be run, for whoever plays the runner. */
export const runs: Handlers = {
  "actions/list-workflow-runs-for-repo"(exchange: Exchange) {
    return listRuns(exchange, exchange.world.state.runs);
  },

  async "actions/list-workflow-runs"(exchange: Exchange) {
    const { id } = await workflowNamed(exchange.world, exchange.params.workflow_id);
    return listRuns(
      exchange,
      exchange.world.state.runs.filter(({ workflow }) => workflow === id),
    );
  },

  "actions/get-workflow-run"({ world, params }: Exchange) {
    return ok(shape(world, find(world, params.run_id)));
  },

  "actions/get-workflow-run-attempt"({ world, params }: Exchange) {
    const run = find(world, params.run_id);
    const attempt = Number(params.attempt_number);
    if (attempt < 1 || attempt > run.attempt) throw notFound();
    return ok(shape(world, { ...run, attempt }));
  },

  "actions/list-jobs-for-workflow-run"(exchange: Exchange) {
    const run = find(exchange.world, exchange.params.run_id);
    const all = exchange.world.state.jobs.filter((job) => job.run === run.id);
    const found = exchange.query.filter === "all" ? all : all.filter(({ attempt }) => attempt === run.attempt);
    return counted(exchange as Exchange<never>, "jobs", found, (one) => jobShape(exchange.world, one));
  },

  "actions/get-job-for-workflow-run"({ world, params }: Exchange) {
    const job = world.state.jobs.find(({ id }) => String(id) === params.job_id);
    if (job === undefined) throw notFound();
    return ok(jobShape(world, job));
  },

  "actions/cancel-workflow-run"({ world, params }: Exchange) {
    const run = find(world, params.run_id);
    if (run.status === "completed") throw new Refused(409, "Cannot cancel a workflow run that is completed.");
    Object.assign(run, { status: "completed", conclusion: "cancelled", updatedAt: world.now() });
    return { status: 202, body: {} };
  },

  "actions/re-run-workflow": (exchange: Exchange) => rerun(exchange, false),
  "actions/re-run-workflow-failed-jobs": (exchange: Exchange) => rerun(exchange, true),

  async "actions/list-repo-workflows"(exchange: Exchange) {
    const { world } = exchange;
    await knowWorkflows(world);
    return counted(exchange as Exchange<never>, "workflows", world.state.workflows, (one) => workflowShape(world, one));
  },

  async "actions/get-workflow"({ world, params }: Exchange) {
    return ok(workflowShape(world, await workflowNamed(world, params.workflow_id)));
  },

  async "actions/enable-workflow"({ world, params }: Exchange) {
    (await workflowNamed(world, params.workflow_id)).state = "active";
    return { status: 204 };
  },

  async "actions/create-workflow-dispatch"({
    world,
    params,
    body,
    token,
  }: Exchange<{ ref: string; inputs?: Record<string, unknown>; return_run_details?: boolean }>) {
    const workflow = await workflowNamed(world, params.workflow_id);
    if (workflow.state !== "active")
      throw new Refused(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow");
    const branch = body.ref.replace(/^refs\/(?:heads|tags)\//, "");
    const headSha = (await world.branch(branch)) ?? (await world.git.resolve(`refs/tags/${branch}^{commit}`));
    if (headSha === null) throw new Refused(422, `No ref found for: ${body.ref}`);
    const text = (await world.git.file(headSha, workflow.path))?.toString("utf8");
    if (text !== undefined && !/\bworkflow_dispatch\b/.test(text))
      throw new Refused(422, "Workflow does not have 'workflow_dispatch' trigger");
    const inputs = body.inputs ?? {};
    const run = newRun(world, {
      workflow,
      event: "workflow_dispatch",
      headSha,
      headBranch: branch,
      actor: token.login,
      inputs,
    });
    const title = text === undefined ? null : (parse(text) as { "run-name"?: unknown } | null)?.["run-name"];
    if (typeof title === "string") run.title = fillText(title, { inputs }).trim();
    world.state.dispatches.push({
      kind: "workflow_dispatch",
      workflow: workflow.path.replace(".github/workflows/", ""),
      ref: body.ref,
      inputs,
      run: run.id,
      by: token.login,
    });
    if (body.return_run_details !== true) return { status: 204 };
    return ok({
      workflow_run_id: run.id,
      run_url: `${world.api}/actions/runs/${run.id}`,
      html_url: `${world.html}/actions/runs/${run.id}`,
    });
  },

  "repos/create-dispatch-event"({ world, body, token }: Exchange<{ event_type: string; client_payload?: object }>) {
    const payload = body.client_payload ?? {};
    if (JSON.stringify(payload).length >= 65_536) throw new Refused(422, "client_payload is too large");
    world.state.dispatches.push({ kind: "repository_dispatch", type: body.event_type, payload, by: token.login });
    return { status: 204 };
  },
};

function listRuns(exchange: Exchange, all: readonly WorkflowRun[]) {
  const { world, query } = exchange;
  const same = (name: string, value: unknown) => query[name] === undefined || query[name] === value;
  const found = all
    .filter((run) => same("head_sha", run.headSha) && same("event", run.event) && same("branch", run.headBranch))
    .filter((run) => same("actor", run.actor))
    .filter((run) => query.status === undefined || [run.status, run.conclusion].includes(query.status))
    .filter((run) => withinRange(run, query.created))
    .toReversed();
  return counted(exchange as Exchange<never>, "workflow_runs", found, (one) => shape(world, one));
}

/** `>=2026-01-01`, `<…` or `a..b`, as GitHub's search writes a time. */
function withinRange({ createdAt }: WorkflowRun, range: string | undefined): boolean {
  if (range === undefined) return true;
  const at = Date.parse(createdAt);
  const [from, to] = range.split("..");
  if (to !== undefined) return (from === "*" || at >= Date.parse(from ?? "")) && (to === "*" || at <= Date.parse(to));
  const [, sign = "", text = ""] = /^(>=|<=|>|<)?(.*)$/.exec(range) ?? [];
  const when = Date.parse(text);
  if (sign === "") return createdAt.startsWith(text);
  return sign === ">=" ? at >= when : sign === "<=" ? at <= when : sign === ">" ? at > when : at < when;
}

function rerun({ world, params, token }: Exchange, failedOnly: boolean) {
  const run = find(world, params.run_id);
  if (run.status !== "completed") throw new Refused(403, "This workflow run is already running");
  run.attempt++;
  Object.assign(run, { status: "queued", conclusion: null, updatedAt: world.now(), startedAt: world.now() });
  run.triggeringActor = token.login;
  world.state.dispatches.push({ kind: "rerun", run: run.id, failedOnly, by: token.login });
  return created({});
}

export function find(world: World, id: string | undefined): WorkflowRun {
  const found = world.state.runs.find((one) => String(one.id) === id);
  if (found === undefined) throw notFound();
  return found;
}

/** By number, or by the name of its file. */
async function workflowNamed(world: World, id: string | undefined): Promise<Workflow> {
  await knowWorkflows(world);
  const found = world.state.workflows.find((one) => String(one.id) === id || one.path === `.github/workflows/${id}`);
  if (found === undefined) throw notFound();
  return found;
}

/** A workflow exists once its file is on the default branch. */
async function knowWorkflows(world: World): Promise<void> {
  const head = await world.branch(world.defaultBranch);
  if (head === null) return;
  const paths = (await world.git.git(["ls-tree", "--name-only", head, ".github/workflows/"])).split("\n");
  for (const path of paths.filter((one) => /\.ya?ml$/.test(one))) workflowAt(world, path);
}

export function workflowAt(world: World, path: string): Workflow {
  const known = world.state.workflows.find((one) => one.path === path);
  if (known !== undefined) return known;
  const name = path.replace(/^.*\//, "").replace(/\.ya?ml$/, "");
  const made: Workflow = { id: world.nextId(), name, path, state: "active" };
  world.state.workflows.push(made);
  return made;
}

/** A run that waits for a runner. */
export function newRun(
  world: World,
  of: Pick<WorkflowRun, "event" | "headSha" | "headBranch" | "actor"> &
    Partial<Pick<WorkflowRun, "headRepository" | "pulls" | "inputs" | "status" | "conclusion" | "createdAt">> & {
      workflow: Workflow;
    },
): WorkflowRun {
  const at = of.createdAt ?? world.now();
  const run: WorkflowRun = {
    id: world.nextId(),
    workflow: of.workflow.id,
    name: of.workflow.name,
    path: of.workflow.path,
    event: of.event,
    number: world.state.runs.filter(({ workflow }) => workflow === of.workflow.id).length + 1,
    attempt: 1,
    status: of.status ?? "queued",
    conclusion: of.conclusion ?? null,
    headSha: of.headSha,
    headBranch: of.headBranch,
    headRepository: of.headRepository ?? world.slug,
    actor: of.actor,
    triggeringActor: of.actor,
    pulls: of.pulls ?? [],
    createdAt: at,
    updatedAt: at,
    startedAt: at,
    inputs: of.inputs ?? {},
  };
  world.state.runs.push(run);
  return run;
}
