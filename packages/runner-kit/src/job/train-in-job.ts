import { dirname } from "node:path";
import type { Project } from "@trainyard/backends";
import { findPullRequest } from "@trainyard/backends/github/runs/pull-request";
import { plannedVerb, type Trained, trainVerb } from "@trainyard/backends/verbs/train";
import { baselineNow, baselinesOf, chooseModel, type Sha256, type TrainInputs, TrainyardError } from "@trainyard/core";
import { RECORD_FILE } from "../bundle/bundle-files.ts";
import type { BundleRef } from "../bundle/bundle-ref.ts";
import { handOn } from "../bundle/hand-on.ts";
import { receive } from "../bundle/receive.ts";
import { type HandedRun, handedOnRuns } from "../review/handed-on-runs.ts";
import { configOf, configPath, judgedBy } from "../review/judging-rules.ts";
import { reviewedRun } from "../review/reviewed-run.ts";
import type { Job } from "../step/action.ts";
import type { GithubJob } from "../step/github-job.ts";
import { checkpointCache } from "./checkpoint-cache.ts";
import { drifted, retrainInJob } from "./retrain-in-job.ts";

export interface TrainedInJob extends Trained {
  /** The other candidates of a retraining. */
  readonly others: readonly Trained[];
  /** A reviewed run was handed on. */
  readonly reused: boolean;
  /** Output `bundle`: JSON; empty without a token. */
  readonly bundle: string;
  /** Absolute path of the run bundle here. */
  readonly path: string;
}

/** Trains, scores again or hands on what was reviewed; then hands the run on to the jobs after this one, where there is a token. */
export async function trainInJob(inputs: TrainInputs, job: Job): Promise<TrainedInJob> {
  const [project, github] = [await job.project(), await job.github()];
  if (github === null) return finished(await trainVerb(project, inputs), false, project, null);
  github.handOver.refuseUnavailable();
  const judged = await scoredAsJudged(project, inputs, job, github);
  const handed = inputs.only === "predict" ? await handedHere(inputs, project, github) : null;
  if (handed !== null) {
    const { folder } = await receive(handed, ["record", "bytes"], {
      project,
      handOver: github.handOver,
      temp: job.temp,
    });
    return finished(await trainVerb(judged, { ...inputs, run: folder }), false, project, github);
  }
  if (drifted(inputs)) return retrained(judged, inputs, job, github);
  if (!inputs.reuse) return finished(await trained(judged, inputs, job, github), false, project, github);
  const { run, reused } = await reusedOrTrained(judged, inputs, job, github);
  return finished(run, reused, project, github);
}

/** The run to score again: the one that `bundle:` names, else the model's of this workflow run; null where one on this machine is meant. */
async function handedHere(inputs: TrainInputs, { config }: Project, github: GithubJob): Promise<HandedRun | null> {
  if (inputs.run !== undefined) return null;
  const { bundle } = inputs;
  const model = bundle === undefined ? chooseModel(config, inputs.model ?? null).model : inputs.model;
  const [handed, another] = await handedOnRuns(github, github.runId, { bundle, model });
  if (another !== undefined)
    throw new TrainyardError("INPUT_INVALID", { input: "bundle", expected: "one run to score again", got: "several" });
  return handed ?? null;
}

/** What a stopped training leaves goes first: the machine has seconds. */
async function trained(
  project: Project,
  inputs: TrainInputs,
  job: Job,
  github: GithubJob,
  sameInputs?: Parameters<typeof trainVerb>[2],
): Promise<Trained> {
  await using checkpoints = checkpointCache(project, job, github);
  const ended = await trainVerb(checkpoints.project, inputs, sameInputs);
  if (ended.resumable) await checkpoints.keep(ended.record);
  return ended;
}

/** The candidates that a drift event asks for; who follows judges them all, and goes on with the best. */
async function retrained(project: Project, inputs: TrainInputs, job: Job, github: GithubJob): Promise<TrainedInJob> {
  await using checkpoints = checkpointCache(project, job, github);
  const [first, ...others] = await retrainInJob(checkpoints.project, inputs);
  if (first.resumable) await checkpoints.keep(first.record);
  const refs: BundleRef[] = [];
  for (const { record } of [first, ...others])
    refs.push(await handOn(record, { project, handOver: github.handOver, nth: refs.length + 1 }));
  const bundle = JSON.stringify(refs.length === 1 ? refs[0] : refs);
  return { ...first, others, reused: false, bundle, path: await pathOf(first, project) };
}

async function pathOf({ record }: Trained, { backend }: Project): Promise<string> {
  return dirname((await backend.runs.open(record.id)).path(RECORD_FILE));
}

async function finished(
  trained: Trained,
  reused: boolean,
  project: Project,
  github: GithubJob | null,
): Promise<TrainedInJob> {
  const bundle =
    github === null ? "" : JSON.stringify(await handOn(trained.record, { project, handOver: github.handOver }));
  return { ...trained, others: [], reused, bundle, path: await pathOf(trained, project) };
}

/** The rows and the baseline of a pull request are those its base judges by: others would be scored in vain. */
async function scoredAsJudged(project: Project, inputs: TrainInputs, job: Job, github: GithubJob): Promise<Project> {
  if (!/^(?:pull_request|merge_group)/.test(github.event.name)) return project;
  const { base } = await findPullRequest(github.github, github.event);
  if (base === null) return project;
  const config = await configOf(github, base, configPath(job.workspace, project.root));
  const models = { ...project.config.models };
  for (const [model, own] of Object.entries(models)) {
    const rules = judgedBy(project, model, config, base);
    if (rules.from === null) continue;
    const { data, baseline, groups } = rules.config.models[model]?.evaluate ?? own.evaluate;
    const { data: _, groups: __, ...kept } = own.evaluate;
    const evaluate = {
      ...kept,
      baseline,
      ...(data === undefined ? {} : { data }),
      ...(groups === undefined ? {} : { groups }),
    };
    if (model === inputs.model || inputs.model === undefined)
      for (const note of rules.notes) project.backend.progress.note(note);
    models[model] = { ...own, evaluate };
  }
  return { ...project, config: { ...project.config, models } };
}

/** The reviewed run, where one had the inputs a training would have now. `train.steps` make some of them, so they are run before it is known. */
async function reusedOrTrained(
  project: Project,
  inputs: TrainInputs,
  job: Job,
  github: GithubJob,
): Promise<{ run: Trained; reused: boolean }> {
  const { progress } = project.backend;
  const { model, config, inputsDigest } = await plannedVerb(project, inputs);
  const workflow = inputs["review-workflow"];
  const look = async (digest: Sha256) => {
    const found = await reviewedRun(model, digest, { project, job: github, temp: job.temp, workflow });
    if ("record" in found) return found;
    progress.note(`Trained again: ${found.none}.`);
    return null;
  };
  let found = inputsDigest === null ? null : await look(inputsDigest);
  if (found === null) {
    const sameInputs = async (digest: Sha256) => {
      found = await look(digest);
      return found?.record ?? null;
    };
    const run = await trained(project, inputs, job, github, inputsDigest === null ? sameInputs : undefined);
    if (found === null) return { run, reused: false };
  }
  const { record, folder } = found as Exclude<typeof found, null>;
  progress.done(model, `run ${record.id} of the pull request is reused: nothing that decides the result differs`);
  const state = await project.registry.state(model);
  const { baseline, others = [] } = record.predictions ?? {};
  const scored = [baseline, ...others.map(({ rows }) => rows)].map((rows) => rows?.version ?? null);
  const isScored = (asked: string) => {
    const today = baselineNow(state, asked);
    return today === null || scored.includes(today.version);
  };
  if (config.evaluate.predict === undefined || baselinesOf(config.evaluate).every(isScored))
    return { run: { record, resumable: false }, reused: true };
  const run = await trainVerb(project, { ...inputs, reuse: false, only: "predict", run: folder });
  return { run, reused: true };
}
