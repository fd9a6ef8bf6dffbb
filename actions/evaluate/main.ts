import { EvaluateInputs } from "@trainyard/core";
import { action } from "@trainyard/runner-kit";

export const evaluate = action({
  name: "evaluate",
  title: "Trainyard evaluate",
  summary: "Judge a run against the gates in trainyard.yaml and the version in production, row by row",
  inputs: EvaluateInputs,
  outputs: {
    verdict: "`pass`, `fail` or `inconclusive`; of several models the worst, `none` when there was nothing to judge",
    verdicts: 'the verdict of each model: JSON like `{"flight-delays":"pass"}`',
    "comment-url": "the pull request's comment; empty where there is none",
    "report-json": "absolute path of the evaluation report (schema: packages/core/schema/evaluation.schema.json)",
    "report-markdown": "absolute path of the report as a pull-request comment",
  },
  permissions: [
    { scope: "contents", access: "read", why: "the config and the registry branch are read" },
    { scope: "actions", access: "read", why: "the run bundle comes from the job that trained" },
    { scope: "pull-requests", access: "write", why: "the report becomes a comment" },
    { scope: "checks", access: "write", why: "the verdict becomes a check" },
  ],
  async run(inputs, job) {
    const github = await job.github();
    if (github !== null && inputs.run === undefined)
      return (await import("./reviewed.ts")).reviewed(inputs, job, github);
    const project = await job.project();
    const { evaluateVerb } = await import("@trainyard/backends/verbs/evaluate"); // no start needs it before there is a project
    const { report, exit } = await evaluateVerb(project, inputs);
    const { formsOf, textOf } = await import("./forms.ts"); // pictures and tables are no part of starting
    const forms = formsOf(report);
    const kept = await job.report("evaluation", inputs.report, forms);
    const { model, verdict } = report;
    return {
      outputs: {
        verdict,
        verdicts: JSON.stringify({ [model]: verdict }),
        "report-json": kept.json,
        "report-markdown": kept.markdown,
        "comment-url": "",
      },
      summary: forms.md(),
      text: textOf(forms.lines()),
      exit,
    };
  },
});
