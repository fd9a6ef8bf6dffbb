import { type Sha256, visibleText, z } from "@trainyard/core";
import { ask, pagesOf } from "../call/ask.ts";
import { converge } from "../call/converge.ts";
import type { Github } from "../call/github.ts";

const State = z.enum(["error", "failure", "inactive", "in_progress", "queued", "pending", "success"]);
const Payload = z.object({ model: z.string(), version: z.int(), digest: z.string().optional(), operation: z.string() });
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
type Status = z.infer<typeof Status>;

const DEPLOYMENTS = "/repos/{owner}/{repo}/deployments";
const STATUSES = `${DEPLOYMENTS}/{deployment_id}/statuses`;
/** GitHub takes so many characters of a description. */
const DESCRIPTION = 140;
/** Deployments of one model and environment that are looked at, newest first; what was live before is among the last few. */
const MOST_LOOKED_AT = 50;

export interface DeploymentFacts {
  readonly model: string;
  readonly version: number;
  readonly digest: Sha256;
  readonly environment: string;
  /** A commit of the repository: the workflow's. */
  readonly ref: string;
  /** Names what is done: after a lost answer, and when the job runs again, the same one is found. */
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
 * Says on GitHub that a version goes to an environment, and how that ended. The last deployment there is found again by its operation, so that
 * nothing is said twice; one that others came after is not. When it is live, what the same model had live there before is marked inactive; other models
 * of the environment stay as they are, which GitHub's own way would not do.
 *
 * @param known The deployment's id, where it was begun before.
 * @returns The deployment's id.
 */
export async function recordDeployment(
  github: Github,
  facts: DeploymentFacts,
  status: DeploymentStatus,
  known: number | null = null,
): Promise<number> {
  if (known !== null) return end(github, known, facts, status);
  const what = `deployments of ${facts.model} to ${facts.environment}`;
  const place = placeOf(facts);
  let fresh: number | null = null; // made just now: it has no status yet
  let last = Number.POSITIVE_INFINITY; // when this began; what a lost answer made came after it
  const [first] = await converge(github, what, {
    async look(round) {
      const there = await all(github, place);
      if (round === 0) last = there.at(-1)?.id ?? 0;
      return there.filter(({ id, payload }) => id >= last && payload?.operation === facts.operation);
    },
    next: (found) =>
      found.length > 0
        ? null
        : async () => {
            const created = await create(github, facts, place.task);
            fresh = created.id;
            return [created];
          },
  });
  const { id } = first as Deployment;
  return end(github, id, facts, status, id === fresh ? [] : null);
}

/**
 * Says that a version is live which was found live: nothing where GitHub knows; else the deployment that was cut off before it could say so ends
 * well, or there is a new one.
 * @returns The deployment's id.
 */
export async function confirmLive(
  github: Github,
  facts: DeploymentFacts,
  status: DeploymentStatus & { readonly state: "success" },
): Promise<number> {
  const known = await recent(github, await all(github, placeOf(facts)));
  const live = known.find(({ state }) => state === "success");
  const isIt = ({ payload }: Deployment) => payload?.version === facts.version && payload.digest === facts.digest;
  if (live !== undefined && isIt(live)) return live.id;
  const cutOff = known.find((past) => isIt(past) && !hasEnded(past.state) && past.id > (live?.id ?? 0));
  return cutOff === undefined ? recordDeployment(github, facts, status) : end(github, cutOff.id, facts, status);
}

/** Says how it goes; when it is over, brings what came before it to an end too. */
async function end(
  github: Github,
  id: number,
  facts: DeploymentFacts,
  status: DeploymentStatus,
  seen: readonly Status[] | null = null,
): Promise<number> {
  await say(github, id, status, seen);
  if (status.state === "in_progress") return id;
  const others = (await all(github, placeOf(facts))).filter((one) => one.id !== id);
  const known = await recent(github, others);
  const now = { state: "inactive", description: `v${facts.version} is live` } as const;
  const cutOff = { state: "error", description: "cut off before it was said how it ended" } as const;
  // Oldest first: where one is inactive, all before it have ended, also when this job is killed half way.
  for (const past of known.reverse().filter((one) => one.id < id))
    if (!hasEnded(past.state)) await say(github, past.id, cutOff, past.statuses);
    else if (past.state === "success" && status.state === "success") await say(github, past.id, now, past.statuses);
  const newer = status.state === "success" && known.find((one) => one.id > id && one.state === "success");
  if (newer) await say(github, id, { state: "inactive", description: "another is live since" });
  return id;
}

/** The task keeps models apart: one environment may serve several. */
function placeOf({ model, environment }: DeploymentFacts) {
  return { environment, task: `deploy:${model}` };
}

type Past = Deployment & { readonly state: string | null; readonly statuses: readonly Status[] };

/** The last deployments and where they stand, newest first, down to the first that is inactive: what is older has ended. */
async function recent(github: Github, deployments: readonly Deployment[]): Promise<Past[]> {
  const found: Past[] = [];
  for (const deployment of [...deployments].reverse().slice(0, MOST_LOOKED_AT)) {
    const statuses = await statusesOf(github, deployment.id);
    const state = newestOf(statuses)?.state ?? null;
    found.push({ ...deployment, state, statuses });
    if (state === "inactive") break;
  }
  return found;
}

function hasEnded(state: string | null): boolean {
  return state !== null && state !== "in_progress" && state !== "queued" && state !== "pending";
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

/** Adds a status unless the newest says the same. What went live is not begun again: a late answer never makes it "in progress". */
async function say(
  github: Github,
  deployment: number,
  status: Omit<DeploymentStatus, "state"> & { readonly state: z.infer<typeof State> },
  seen: readonly Status[] | null = null,
): Promise<void> {
  const { state, logUrl, environmentUrl } = status;
  const description = visibleText(status.description, DESCRIPTION);
  await converge(github, `deployment ${deployment}`, {
    look: async (round) => (round === 0 && seen !== null ? seen : statusesOf(github, deployment)),
    next(statuses) {
      const newest = newestOf(statuses)?.state ?? null;
      const late =
        (state === "in_progress" && newest !== "failure" && newest !== "error") || // those are tried again
        (state === "inactive" && newest !== "success");
      if (newest === state || (hasEnded(newest) && late)) return null;
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

async function statusesOf(github: Github, deployment: number): Promise<Status[]> {
  return ask(github, `GET ${STATUSES}`, { deployment_id: deployment, per_page: 100 }, z.array(Status));
}

function newestOf(statuses: readonly Status[]): Status | null {
  return statuses.reduce<Status | null>((last, each) => (last === null || each.id > last.id ? each : last), null);
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
