import {
  markdownFence,
  matrixOf,
  PlanInputs,
  pinnedDeploymentMarkdown,
  pinnedDeploymentText,
  planText,
} from "@trainyard/core";
import { action, type Job } from "@trainyard/runner-kit";

export const plan = action({
  name: "plan",
  title: "Trainyard plan",
  summary:
    "Say which models a workflow has something to do for, as the matrix of its next job; or which version a deployment means",
  inputs: PlanInputs,
  outputs: {
    matrix: 'JSON for `strategy: matrix:` of the next job: {"include":[{"model","because"}]}',
    any: "`true` when there is a model in it; a job with an empty matrix would fail",
    unscored: "with `drift`: the same for those whose current rows `predict` must score before the check",
    "any-unscored": "`true` when there is a model in that",
    model: "the version that a comment, `model` or `environment` ask for, like `flight-delays@12`; else empty",
    digest: "its root digest; for `digest` of deploy",
    rollback: "`true` when it is asked to go back",
    reason: "the reason the comment gives; may be empty",
  },
  permissions: [{ scope: "contents", access: "read", why: "the config, what changed and the registry are read" }],
  async run(inputs, job) {
    if (
      inputs.comment !== undefined ||
      inputs.model !== undefined ||
      inputs.environment !== undefined ||
      inputs.rollback
    )
      return pinned(inputs, job);
    if (inputs.head !== undefined) {
      const github = await job.github();
      const { fetchCommit } = await import("@trainyard/backends/github/registry/fetch-commit"); // only a fork's verdict needs it
      if (github !== null) await fetchCommit(job.folder, inputs.head, github.github.connection);
    }
    const { planVerb } = await import("@trainyard/backends/verbs/plan"); // no start needs it before there is a project
    const planned = await planVerb(job.folder, inputs);
    const text = planText(planned);
    return {
      outputs: {
        matrix: JSON.stringify(matrixOf(planned.models)),
        any: String(planned.models.length > 0),
        unscored: JSON.stringify(matrixOf(planned.unscored)),
        "any-unscored": String(planned.unscored.length > 0),
        model: "",
        digest: "",
        rollback: "false",
        reason: "",
      },
      summary: `### What there is to do\n\n${markdownFence([text])}\n`,
      text,
      exit: 0,
    };
  },
});

/** A person asks for a deployment: which version that is, is decided before anybody approves it. */
async function pinned(inputs: PlanInputs, job: Job) {
  const { askedDeployment } = await import("@trainyard/runner-kit/asked-deployment"); // a plan of models needs no registry
  const asked = await askedDeployment(inputs, job);
  const { model, version, rootDigest, rollback, reason } = asked;
  return {
    outputs: {
      matrix: JSON.stringify(matrixOf([])),
      any: "false",
      unscored: JSON.stringify(matrixOf([])),
      "any-unscored": "false",
      model: `${model}@${version}`,
      digest: rootDigest,
      rollback: String(rollback),
      reason,
    },
    summary: pinnedDeploymentMarkdown(asked),
    text: pinnedDeploymentText(asked),
    exit: 0,
  };
}
