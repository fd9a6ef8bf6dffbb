import { created, done, type Exchange, type Handlers, notFound, ok, Refused } from "../exchange.ts";
import { listed } from "../pages.ts";
import { environment as environmentShape, deployment as shape, deploymentStatus as statusShape } from "../shapes.ts";
import type { Deployment, DeploymentStatus, Environment } from "../state.ts";
import type { World } from "../world.ts";

interface DeploymentBody {
  readonly ref: string;
  readonly task?: string;
  readonly environment?: string;
  readonly description?: string | null;
  readonly payload?: unknown;
  readonly production_environment?: boolean;
  readonly transient_environment?: boolean;
  readonly auto_merge?: boolean;
  readonly required_contexts?: readonly string[];
}

interface StatusBody {
  readonly state: string;
  readonly description?: string;
  readonly environment?: string;
  readonly environment_url?: string;
  readonly log_url?: string;
  readonly target_url?: string;
  readonly auto_inactive?: boolean;
}

export const deployments: Handlers = {
  "repos/list-deployments"(exchange: Exchange) {
    const { world, query } = exchange;
    const same = (name: string, value: string) => query[name] === undefined || query[name] === value;
    const found = world.state.deployments
      .filter((one) => same("environment", one.environment) && same("sha", one.sha))
      .filter((one) => same("ref", one.ref) && same("task", one.task))
      .toReversed();
    return listed(exchange as Exchange<never>, found, (one) => shape(world, one));
  },

  async "repos/create-deployment"({ world, body, token }: Exchange<DeploymentBody>) {
    const sha = (await world.branch(body.ref)) ?? (await world.git.resolve(`${body.ref}^{commit}`));
    if (sha === null) throw new Refused(422, `No ref found for: ${body.ref}`);
    const contexts =
      body.required_contexts ?? world.state.statuses.filter((one) => one.sha === sha).map((one) => one.context);
    const failed = contexts.filter((name) => !succeeded(world, sha, name));
    if (failed.length > 0) throw new Refused(409, "Conflict: Commit status checks failed for this ref.");
    const environment = body.environment ?? "production";
    if (!world.state.environments.some(({ name }) => name === environment))
      world.state.environments.push({ id: world.nextId(), name: environment, reviewers: [] });
    const made: Deployment = {
      id: world.nextId(),
      sha,
      ref: body.ref,
      task: body.task ?? "deploy",
      environment,
      description: body.description ?? "",
      payload: body.payload ?? {},
      production: body.production_environment ?? environment === "production",
      transient: body.transient_environment ?? false,
      login: token.login,
      createdAt: world.now(),
      statuses: [],
    };
    world.state.deployments.push(made);
    return created(shape(world, made));
  },

  "repos/get-deployment"({ world, params }: Exchange) {
    return ok(shape(world, find(world, params.deployment_id)));
  },

  "repos/delete-deployment"({ world, params }: Exchange) {
    const deployment = find(world, params.deployment_id);
    if (isActive(deployment) && world.state.deployments.length > 1)
      throw new Refused(
        422,
        "We cannot delete an active deployment unless it is the only deployment in a given environment.",
      );
    world.state.deployments.splice(world.state.deployments.indexOf(deployment), 1);
    return done();
  },

  "repos/list-deployment-statuses"(exchange: Exchange) {
    const deployment = find(exchange.world, exchange.params.deployment_id);
    const newest = deployment.statuses.toReversed();
    return listed(exchange as Exchange<never>, newest, (one) => statusShape(exchange.world, deployment, one));
  },

  "repos/create-deployment-status"({ world, params, body, token }: Exchange<StatusBody>) {
    const deployment = find(world, params.deployment_id);
    if ((body.description ?? "").length > 140)
      throw new Refused(422, "Validation Failed", [
        {
          resource: "DeploymentStatus",
          code: "custom",
          field: "description",
          message: "description is too long (maximum is 140 characters)",
        },
      ]);
    const status = add(world, deployment, body, token.login);
    if (body.state === "success" && body.auto_inactive !== false) retire(world, deployment, token.login);
    return created(statusShape(world, deployment, status));
  },

  "repos/get-all-environments"({ world }: Exchange) {
    const { environments } = world.state;
    return ok({
      total_count: environments.length,
      environments: environments.map((one) => environmentShape(world, one)),
    });
  },

  "repos/get-environment"({ world, params }: Exchange) {
    const found = world.state.environments.find(({ name }: Environment) => name === params.environment_name);
    if (found === undefined) throw notFound();
    return ok(environmentShape(world, found));
  },

  "repos/create-commit-status"({ world, params, body, token }: Exchange<StatusBody & { context?: string }>) {
    const { state, context = "default", description = null, target_url: targetUrl = null } = body;
    world.state.statuses.push({
      id: world.nextId(),
      sha: params.sha as string,
      state,
      context,
      description,
      targetUrl,
    });
    const at = world.now();
    return created({
      id: world.nextId(),
      node_id: "SC_1",
      url: `${world.api}/statuses/${params.sha}`,
      avatar_url: null,
      state,
      context,
      description,
      target_url: targetUrl,
      creator: { login: token.login },
      created_at: at,
      updated_at: at,
    });
  },
};

function find(world: World, id: string | undefined): Deployment {
  const found = world.state.deployments.find((one) => String(one.id) === id);
  if (found === undefined) throw notFound();
  return found;
}

const isActive = ({ statuses }: Deployment) => statuses.at(-1)?.state === "success";

function succeeded(world: World, sha: string, context: string): boolean {
  return world.state.statuses.findLast((one) => one.sha === sha && one.context === context)?.state === "success";
}

function add(world: World, deployment: Deployment, body: StatusBody, login: string): DeploymentStatus {
  const status: DeploymentStatus = {
    id: world.nextId(),
    state: body.state,
    description: body.description ?? "",
    environment: body.environment ?? deployment.environment,
    environmentUrl: body.environment_url ?? "",
    logUrl: body.log_url ?? body.target_url ?? "",
    login,
    createdAt: world.now(),
  };
  deployment.statuses.push(status);
  return status;
}

/** A success makes the earlier ones of the same place inactive, unless they are for production or short-lived. */
function retire(world: World, newest: Deployment, login: string): void {
  for (const one of world.state.deployments)
    if (one !== newest && one.environment === newest.environment && isActive(one) && !one.transient && !one.production)
      add(world, one, { state: "inactive" }, login);
}
