import { DriftInputs } from "@trainyard/core";
import { action } from "@trainyard/runner-kit";

export const driftCheck = action({
  name: "drift-check",
  title: "Trainyard drift-check",
  summary:
    "Compare what production sees now with what the live version was judged on, and ask for a retraining when it moved",
  inputs: DriftInputs,
  outputs: {
    verdict: "`quiet`, `drift`, `data-broken` or `insufficient-data`",
    action: "what should happen next: `none`, `report`, `issue`, `retrain`, `stopped` or `running`",
    event: "number of the registry event that tells of it, for the retraining to name; empty when nothing was recorded",
    "issue-url": "the model's tracking issue; empty where there is none",
    "retraining-url": "the retraining that was started, or is under way; empty where none is",
    "report-json": "absolute path of the drift report (schema: packages/core/schema/drift.schema.json)",
  },
  permissions: [
    { scope: "contents", access: "write", why: "the finding is written to the branch trainyard/registry" },
    { scope: "issues", access: "write", why: "an issue tells people, where `on-drift` says so" },
    {
      scope: "actions",
      access: "write",
      why: "the retraining is started by its event number, and scores of a job before this one are read",
    },
  ],
  async run(inputs, job) {
    const project = await job.project();
    const { checkDrift } = await import("@trainyard/runner-kit/check-drift"); // no start needs it before there is a project
    const { report, event, exit } = await checkDrift(inputs, job);
    const github = await job.github();
    const acted =
      github === null
        ? null
        : await (await import("@trainyard/runner-kit/act-on-drift")).actOnDrift(
            { report, event },
            inputs,
            project,
            github,
          );
    const { formsOf, textOf } = await import("./forms.ts"); // pictures and tables are no part of starting
    const forms = formsOf(report);
    const kept = await job.report("drift", inputs.report, forms);
    return {
      outputs: {
        verdict: report.verdict,
        action: report.action,
        event: event === null ? "" : String(event),
        "issue-url": acted?.issueUrl ?? "",
        "retraining-url": acted?.retraining?.url ?? "",
        "report-json": kept.json,
      },
      summary: forms.md(),
      text: textOf(forms.lines()),
      exit,
    };
  },
});
