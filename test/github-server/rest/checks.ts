import { created, type Exchange, type Handlers, invalid, notFound, ok, Refused } from "../exchange.ts";
import { counted, listed } from "../pages.ts";
import { checkRun as shape } from "../shapes.ts";
import type { CheckRun } from "../state.ts";
import type { World } from "../world.ts";

interface CheckBody {
  readonly name?: string;
  readonly head_sha?: string;
  readonly status?: string;
  readonly conclusion?: string;
  readonly details_url?: string;
  readonly external_id?: string;
  readonly started_at?: string;
  readonly completed_at?: string;
  readonly output?: {
    readonly title?: string;
    readonly summary?: string;
    readonly text?: string;
    readonly annotations?: readonly Record<string, unknown>[];
  };
}

export const checks: Handlers = {
  async "checks/create"({ world, body, token }: Exchange<CheckBody>) {
    const headSha = body.head_sha ?? "";
    if (!/^[0-9a-f]{40}$/.test(headSha) || (await world.git.resolve(`${headSha}^{commit}`)) === null)
      throw new Refused(422, `No commit found for SHA: ${headSha}`);
    const run: CheckRun = {
      id: world.nextId(),
      name: body.name ?? "",
      headSha,
      status: "queued",
      conclusion: null,
      detailsUrl: null,
      externalId: "",
      startedAt: body.started_at ?? world.now(),
      completedAt: null,
      title: null,
      summary: null,
      text: null,
      annotations: [],
      app: token.login,
    };
    apply(world, run, body);
    world.state.checkRuns.push(run);
    return created(shape(world, run));
  },

  "checks/get"({ world, params }: Exchange) {
    return ok(shape(world, find(world, params.check_run_id)));
  },

  "checks/update"({ world, params, body }: Exchange<CheckBody>) {
    const run = find(world, params.check_run_id);
    apply(world, run, body);
    return ok(shape(world, run));
  },

  "checks/list-annotations"(exchange: Exchange) {
    const run = find(exchange.world, exchange.params.check_run_id);
    const empty = {
      start_column: null,
      end_column: null,
      title: null,
      raw_details: null,
      blob_href: exchange.world.html,
    };
    return listed(exchange as Exchange<never>, run.annotations, (one) => ({ ...empty, ...one }));
  },

  async "checks/list-for-ref"(exchange: Exchange) {
    const { world, params, query } = exchange;
    const ref = params.ref ?? "";
    const sha = (await world.branch(ref.replace(/^heads\//, ""))) ?? (await world.git.resolve(`${ref}^{commit}`));
    if (sha === null) throw new Refused(422, `No commit found for SHA: ${ref}`);
    const all = world.state.checkRuns
      .filter((run) => run.headSha === sha)
      .filter((run) => query.check_name === undefined || run.name === query.check_name)
      .filter((run) => query.status === undefined || run.status === query.status)
      .toReversed();
    const newest = all.filter((run, at) => all.findIndex(({ name }) => name === run.name) === at);
    return counted(exchange as Exchange<never>, "check_runs", query.filter === "all" ? all : newest, (one) =>
      shape(world, one),
    );
  },
};

function find(world: World, id: string | undefined): CheckRun {
  const found = world.state.checkRuns.find((one) => String(one.id) === id);
  if (found === undefined) throw notFound();
  return found;
}

/** What GitHub's description cannot say: `completed` and a conclusion come together. */
function apply(world: World, run: CheckRun, body: CheckBody): void {
  if (body.status === "completed" && body.conclusion === undefined && run.conclusion === null)
    throw invalid("CheckRun", "conclusion", "missing_field", "conclusion is required when status is completed");
  if (body.output?.title === undefined && body.output?.text !== undefined)
    throw invalid("CheckRun", "title", "missing_field");
  run.name = body.name ?? run.name;
  run.status = body.conclusion === undefined ? (body.status ?? run.status) : "completed";
  run.conclusion = body.conclusion ?? (run.status === "completed" ? run.conclusion : null);
  run.completedAt = run.status === "completed" ? (body.completed_at ?? run.completedAt ?? world.now()) : null;
  run.detailsUrl = body.details_url ?? run.detailsUrl;
  run.externalId = body.external_id ?? run.externalId;
  run.startedAt = body.started_at ?? run.startedAt;
  run.title = body.output?.title ?? run.title;
  run.summary = body.output?.summary ?? run.summary;
  run.text = body.output?.text ?? run.text;
  run.annotations.push(...(body.output?.annotations ?? [])); // an update adds to them
}
