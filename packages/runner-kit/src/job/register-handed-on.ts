import { type Registered, registerVerb } from "@trainyard/backends/verbs/register";
import { chooseModel, EvaluateInputs, type RegisterInputs, TrainyardError } from "@trainyard/core";
import { handedOnRuns } from "../review/handed-on-runs.ts";
import { judgeRuns } from "../review/judge-runs.ts";
import { settingOf } from "../review/review-runs.ts";
import type { Job } from "../step/action.ts";
import type { GithubJob } from "../step/github-job.ts";

/**
 * Registers a run that a job before this one handed on; of a retraining's candidates the best that passes. It is judged again first, here, where no user code ran: against the baseline of this moment,
 * and by nobody else's word. What is refused by its verdict is recorded too. A re-run of the job judges the same again, so nothing is recorded twice.
 * @throws NO_BUNDLE, BUNDLE_FOREIGN, and what judging and registering refuse
 */
export async function registerHandedOn(
  inputs: RegisterInputs,
  job: Job,
  github: GithubJob,
): Promise<{ registered: Registered; folder: string }> {
  const setting = { ...(await settingOf(job, github)), repeatable: true };
  const { model } =
    inputs.bundle === undefined ? chooseModel(setting.project.config, inputs.model ?? null) : { model: inputs.model };
  const runs = await handedOnRuns(github, setting.run.id, { bundle: inputs.bundle, model });
  const evaluate = EvaluateInputs.parse({});
  const judged = await judgeRuns(runs, evaluate, ["record", "bytes"], setting);
  const able = judged.filter(({ refusal, report }) => refusal === null && report !== null);
  const [first] = able.length > 0 ? able : judged;
  if (first === undefined)
    throw new TrainyardError("NO_BUNDLE", { run: String(setting.run.id), missing: [model ?? "any model"] });
  if (first.refusal !== null) throw first.refusal;
  const candidates = able.length > 0 ? able : [first];
  for (const { received, refusal } of judged.filter((one) => !candidates.includes(one)))
    setting.project.backend.progress.note(
      `A candidate is left out: ${refusal?.message ?? `its training ${received?.record.status ?? "broke"}`}`,
    );
  const folders = candidates.map(({ received }) => received?.folder ?? "");
  const project = { ...setting.project, config: first.rules?.config ?? setting.project.config };
  const registered = await registerVerb(project, { ...inputs, model: first.model, run: folders });
  const root = registered.version?.rootDigest;
  const best = candidates.find(({ received }) => received?.record.rootDigest === root) ?? first;
  return { registered, folder: best.received?.folder ?? "" };
}
