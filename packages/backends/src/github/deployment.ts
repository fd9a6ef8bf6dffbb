import { type Sha256, visibleText, z } from "@trainyard/core";
import { ask, pagesOf } from "./ask.ts";
import { converge } from "./converge.ts";
import type { Github } from "./github.ts";

const State = z.enum(["error", "failure", "inactive", "in_progress", "queued", "pending", "success"]);
const Payload = z.object({ model: z.string(), version: z.int(), operation: z.string() });
const Deployment = z.object({
  id: z.int(),
  /** An object, or the text that was given. */
  payload: z.unknown().transform((payload) => payloadOf(payload)),
});
type Deployment = z.infer<typeof Deployment>;
const Status = z.object({
  id: z.int(),
  state: z.string(),
  description: z
    .string()
    .nullish()
    .transform((text) => text ?? ""),
});

const DEPLOYMENTS = "/repos/{owner}/{repo}/deployments";
const STATUSES = `${DEPLOYMENTS}/{deployment_id}/statuses`;
/** GitHub takes so many characters of a description. */
const DESCRIPTION = 140;

export interface DeploymentFacts {
  readonly model: string;
  readonly version: number;
  readonly digest: Sha256;
  readonly environment: string;
  /** A commit of the repository: the workflow's. */
  readonly ref: string;
  /** Names the attempt: after a lost answer the same one is found again. A job's run and attempt, or the registry's operation. */
  readonly operation: string;
  /** Why it goes back; null for a deployment that does not. */
  readonly rollback: string | null;
}

export interface DeploymentStatus {
  readonly state: "in_progress" | "success" | "failure" | "error";
  readonly description: string;
  /** The workflow's run. */
  readonly logUrl?: string;
  /** Where the model answers. */
  readonly environmentUrl?: string;
}

/**
 * Says on GitHub that a version goes to an environment, and how that ended: found again by its operation, so that nothing is said twice. When it is
 * live, what the same model had live there before is marked inactive; other models of the environment stay as they are, which GitHub's own way would not do.
 *
 * @returns The deployment's id.
 */
export async function recordDeployment(
  github: Github,
  facts: DeploymentFacts,
  status: DeploymentStatus,
): Promise<number> {
  const what = `deployments of ${facts.model} to ${facts.environment}`;
  // The task keeps models apart: one environment may serve several.
  const task = `deploy:${facts.model}`;
  const place = { environment: facts.environment, task };
  const [first] = await converge(github, what, {
    look: async () => (await all(github, place)).filter(({ payload }) => payload?.operation === facts.operation),
    next: (found) => (found.length > 0 ? null : async () => [await create(github, facts, task)]),
  });
  const id = (first as Deployment).id;
  await say(github, id, status);
  if (status.state === "success")
    for (const { id: other } of await all(github, place))
      if (other < id) await say(github, other, { state: "inactive", description: `v${facts.version} is live` });
  return id;
}

/** Oldest first. */
async function all(github: Github, place: Readonly<Record<string, string>>): Promise<Deployment[]> {
  const found: Deployment[] = [];
  for await (const { page } of pagesOf(github, `GET ${DEPLOYMENTS}`, place, z.array(Deployment))) found.push(...page);
  return found.sort((a, b) => a.id - b.id);
}

async function create(github: Github, facts: DeploymentFacts, task: string): Promise<Deployment> {
  const { model, version, digest, environment, ref, operation, rollback } = facts;
  const text = rollback === null ? `${model} v${version}` : `Back to ${model} v${version}: ${rollback}`;
  return ask(
    github,
    `POST ${DEPLOYMENTS}`,
    {
      ref,
      task,
      environment,
      auto_merge: false,
      required_contexts: [], // the registry's gates decided; a check that waits for this job would wait for ever
      description: visibleText(text, DESCRIPTION),
      payload: { model, version, digest, operation, ...(rollback === null ? {} : { rollback: true }) },
    },
    Deployment,
  );
}

/** Adds a status unless the newest says the same. What ended is not begun again: a late answer never makes it "in progress". */
async function say(
  github: Github,
  deployment: number,
  status: Omit<DeploymentStatus, "state"> & { readonly state: z.infer<typeof State> },
): Promise<void> {
  const { state, logUrl, environmentUrl } = status;
  const description = visibleText(status.description, DESCRIPTION);
  await converge(github, `deployment ${deployment}`, {
    look: async () => ask(github, `GET ${STATUSES}`, { deployment_id: deployment, per_page: 100 }, z.array(Status)),
    next(statuses) {
      const newest = statuses.reduce<z.infer<typeof Status> | null>(
        (last, each) => (last === null || each.id > last.id ? each : last),
        null,
      );
      const ended =
        newest !== null && newest.state !== "in_progress" && newest.state !== "queued" && newest.state !== "pending";
      if (
        newest?.state === state ||
        (ended && (state === "in_progress" || (state === "inactive" && newest.state !== "success")))
      )
        return null;
      return async () => {
        const said = await ask(
          github,
          `POST ${STATUSES}`,
          {
            deployment_id: deployment,
            state,
            description,
            auto_inactive: false, // it would end the other models of the environment
            ...(logUrl === undefined ? {} : { log_url: logUrl }),
            ...(environmentUrl === undefined ? {} : { environment_url: environmentUrl }),
          },
          Status,
        );
        return [said];
      };
    },
  });
}

function payloadOf(payload: unknown): z.infer<typeof Payload> | null {
  let value = payload;
  if (typeof payload === "string")
    try {
      value = JSON.parse(payload);
    } catch {
      return null;
    }
  const parsed = Payload.safeParse(value);
  return parsed.success ? parsed.data : null;
}
