import { findPullRequest } from "@trainyard/backends/github/runs/pull-request";
import { type EvaluateInputs, TrainyardError, z } from "@trainyard/core";
import type { Job } from "../step/action.ts";
import type { GithubJob } from "../step/github-job.ts";
import { withBase } from "../step/github-project.ts";
import { bestCandidates } from "./best-candidates.ts";
import { expectedModels, handedOnRuns } from "./handed-on-runs.ts";
import { type Judged, judgeRuns, refused, type Setting } from "./judge-runs.ts";
import { workflowRun } from "./run-identity.ts";
import { sayVerdicts } from "./say-verdicts.ts";

const Triggered = z.object({ workflow_run: z.object({ id: z.int().positive() }) });

/** Where, for what and by whom a step's runs were trained. Under `workflow_run` that is the run before this one, which may be a fork's. */
export async function settingOf(job: Job, github: GithubJob): Promise<Setting> {
  const { event, runId } = github;
  const made = event.name === "workflow_run" ? Triggered.parse(event.payload).workflow_run.id : runId;
  const occasion = await findPullRequest(github.github, event);
  const [project, run] = [await job.project(), await workflowRun(github, made)];
  const judged = withBase(project, github, occasion.base);
  return { project: judged, job: github, occasion, run, workspace: job.workspace, temp: job.temp };
}

/** Judges what this workflow run trained, and says it in comment and check; of a model's candidates the best is told of there. */
export async function reviewRuns(
  inputs: EvaluateInputs,
  setting: Setting,
): Promise<{
  judged: readonly Judged[];
  beaten: readonly Judged[];
  commentUrl: string | null;
  reportUrls: ReadonlyMap<string, string>;
}> {
  const expected = expectedModels(inputs.models, setting.project);
  const runs = await handedOnRuns(setting.job, setting.run.id, inputs);
  const { best: judged, beaten } = bestCandidates(await judgeRuns(runs, inputs, ["record"], setting));
  const wanted =
    inputs.model === undefined || expected === null ? expected : expected.filter((name) => name === inputs.model);
  const missing = (wanted ?? []).filter((model) => !runs.some((run) => run.model === model));
  const run = String(setting.run.id);
  for (const model of missing) judged.push(refused(model, new TrainyardError("NO_BUNDLE", { run, missing: [model] })));
  if (judged.length === 0 && expected === null) throw new TrainyardError("NO_BUNDLE", { run, missing: [] });
  const said = await sayVerdicts(
    judged,
    {
      onInconclusive: inputs["on-inconclusive"] ?? null,
      expected: expected ?? [],
      complete: inputs.model === undefined && inputs.bundle === undefined,
    },
    setting,
  );
  return { judged, beaten, ...said };
}
