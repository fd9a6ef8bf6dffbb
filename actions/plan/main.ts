import { askedInComment, markdownFence, matrixOf, PlanInputs, planText } from "@trainyard/core";
import { action } from "@trainyard/runner-kit";

export const plan = action({
  name: "plan",
  title: "Trainyard plan",
  summary: "Say which models a workflow has something to do for, as the matrix of its next job",
  inputs: PlanInputs,
  outputs: {
    matrix: 'JSON for `strategy: matrix:` of the next job: {"include":[{"model","because"}]}',
    any: "`true` when there is a model in it; a job with an empty matrix would fail",
    unscored: "with `drift`: the same for those whose current rows `predict` must score before the check",
    "any-unscored": "`true` when there is a model in that",
    model: "what the comment names, like `flight-delays` or `flight-delays@12`; may be empty",
    rollback: "`true` when the comment asks to go back",
    reason: "the reason the comment gives; may be empty",
  },
  permissions: [{ scope: "contents", access: "read", why: "the config and what changed are read from the checkout" }],
  async run(inputs, job) {
    const asked = inputs.comment === undefined ? null : askedInComment(inputs.comment);
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
        model: asked?.model ?? "",
        rollback: String(asked?.rollback ?? false),
        reason: asked?.reason ?? "",
      },
      summary: `### What there is to do\n\n${markdownFence([text])}\n`,
      text,
      exit: 0,
    };
  },
});
