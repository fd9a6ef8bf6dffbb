import type { Project } from "@trainyard/backends";
import { ask } from "@trainyard/backends/github/call/ask";
import { type Dispatch, dispatchRetraining } from "@trainyard/backends/github/runs/dispatch";
import { tellDrift } from "@trainyard/backends/github/show/issue";
import { type DriftInputs, type DriftReport, z } from "@trainyard/core";
import type { GithubJob } from "../step/github-job.ts";

/** Hours after a retraining began in which drift begins no other: its verdict is waited for. */
const COOLDOWN = 24;

/** What a drift check led to on GitHub. */
export interface ActedOn {
  readonly issueUrl: string | null;
  readonly retraining: Dispatch | null;
}

/**
 * Does what a drift report asks for: keeps the model's one issue up to date where `on-drift` is more than a report, and starts the retraining by the
 * number of the registry's event; the report itself is never sent along.
 */
export async function actOnDrift(
  { report, event: found }: { report: DriftReport; event: number | null },
  inputs: DriftInputs,
  project: Project,
  { github, runId, url, event: { payload } }: GithubJob,
): Promise<ActedOn> {
  const onDrift = inputs["on-drift"] ?? project.config.models[report.model]?.drift?.["on-drift"] ?? "report";
  const run = { label: `#${runId}`, url };
  const issue = onDrift === "report" ? null : await tellDrift(github, report, { run });
  if (report.action !== "retrain" || found === null) return { issueUrl: issue?.url ?? null, retraining: null };
  const ref = await defaultBranch(github, payload);
  const retraining = await dispatchRetraining(github, {
    workflow: inputs["retrain-workflow"],
    ref,
    model: report.model,
    driftEvent: found,
    cooldown: COOLDOWN,
    now: project.backend.clock.now(),
  });
  return { issueUrl: issue?.url ?? null, retraining };
}

const Repository = z.object({ default_branch: z.string() });

/** Only its workflows can be started. The event says it, where it has a repository. */
async function defaultBranch(github: GithubJob["github"], payload: unknown): Promise<string> {
  const said = z.object({ repository: Repository }).safeParse(payload);
  if (said.success) return said.data.repository.default_branch;
  return (await ask(github, "GET /repos/{owner}/{repo}", {}, Repository)).default_branch;
}
