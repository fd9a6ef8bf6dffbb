import { createRequire } from "node:module";
import * as shapes from "./shapes.ts";
import type { Comment, PullRequest, WorkflowRun } from "./state.ts";
import type { World } from "./world.ts";

type Payload = Record<string, unknown>;
interface Example {
  readonly name: string;
  readonly examples: readonly Payload[];
}

/** What happened, to fill the real payload with; the number, or the id, of a thing this server knows. */
export interface About {
  readonly pull?: number;
  readonly run?: number;
  readonly comment?: number;
  readonly sender?: string;
}

let examples: readonly Example[] | null = null;

/**
 * A real payload of GitHub's (`pull_request.synchronize`, `workflow_run.completed`, `schedule`), its things replaced by this server's own;
 * @param overrides Merged into it, object by object.
 */
export function payload(world: World, event: string, about: About = {}, overrides: Payload = {}): Payload {
  const [name = "", action] = event.split(".");
  examples ??= createRequire(import.meta.url)("@octokit/webhooks-examples") as readonly Example[];
  const all = examples.find((one) => one.name === name)?.examples ?? [];
  const example = action === undefined ? all[0] : all.find((one) => one.action === action);
  if (example === undefined && name !== "schedule" && name !== "merge_group")
    throw new Error(`GitHub has no example of ${event}`);
  const { installation: _, organization: __, enterprise: ___, ...rest } = structuredClone(example ?? { action });
  const own: Payload = {
    ...rest,
    repository: shapes.repository(world),
    sender: shapes.user(world, about.sender ?? "ana"),
    ...thing(world, about),
  };
  return merged(own, overrides);
}

function thing(world: World, about: About): Payload {
  const { pulls, runs, comments, workflows, issues } = world.state;
  const found: Payload = {};
  const pull = pulls.find(({ number }) => number === about.pull) as PullRequest | undefined;
  if (pull !== undefined) {
    found.number = pull.number;
    found.pull_request = shapes.pull(world, pull);
    found.after = pull.head.sha;
    found.before = pull.base.sha;
  }
  const run = runs.find(({ id }) => id === about.run) as WorkflowRun | undefined;
  if (run !== undefined) {
    found.workflow_run = shapes.workflowRun(world, run);
    found.workflow = workflows.filter(({ id }) => id === run.workflow).map((one) => shapes.workflow(world, one))[0];
  }
  const comment = comments.find(({ id }) => id === about.comment) as Comment | undefined;
  if (comment !== undefined) {
    found.comment = shapes.comment(world, comment);
    const issue = [...issues, ...pulls].find(({ number }) => number === comment.issue);
    if (issue !== undefined) found.issue = shapes.issue(world, issue);
  }
  return found;
}

function merged(into: Payload, from: Payload): Payload {
  const isObject = (value: unknown): value is Payload =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const result = { ...into };
  for (const [key, value] of Object.entries(from)) {
    const old = result[key];
    result[key] = isObject(value) && isObject(old) ? merged(old, value) : value;
  }
  return result;
}
