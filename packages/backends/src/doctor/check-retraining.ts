import type { Config } from "@trainyard/core";
import { type Finding, fail, ok, some, warn } from "./finding.ts";
import type { WorkflowFile } from "./workflow-file.ts";

/** What dispatchRetraining gives. */
const GIVEN = ["model", "drift-event"];

/** Whether what looks for drift has something to look at, and a workflow to start where it is to start one. */
export function checkRetraining(files: readonly WorkflowFile[], config: Config | null): Finding[] {
  const looking = files.flatMap(({ path, jobs }) =>
    jobs.flatMap(({ steps }) =>
      steps.filter(({ action }) => action === "drift-check").map((step) => ({ path, given: step.with })),
    ),
  );
  if (looking.length === 0 || config === null) return [];
  const watched = Object.entries(config.models).flatMap(([model, { drift }]) =>
    drift === undefined ? [] : [{ model, drift }],
  );
  if (watched.length === 0) {
    const paths = some([...new Set(looking.map(({ path }) => path))]);
    const todo = "Add `drift:` to a model, or remove the workflow until you do.";
    return [
      warn("drift-section", `${paths} looks for drift, and no model of trainyard.yaml has a drift: section`, todo),
    ];
  }
  const models = watched.filter(({ drift }) => drift["on-drift"] === "retrain").map(({ model }) => model);
  const starts = looking.filter(({ given }) => {
    const said = given["on-drift"] === undefined ? null : String(given["on-drift"]);
    return said === "retrain" || (models.length > 0 && (said === null || said.includes("${{")));
  });
  const names = new Set(starts.map(({ given }) => String(given["retrain-workflow"] ?? "retrain.yml")));
  return [...names].map((name) => checkWorkflow(name, files, models));
}

function checkWorkflow(name: string, files: readonly WorkflowFile[], models: readonly string[]): Finding {
  const id = "retrain-workflow";
  const path = `.github/workflows/${name}`;
  const file = files.find((one) => one.path === path);
  const who = models.length === 0 ? "Drift" : `Drift of ${some(models)}`;
  if (file === undefined)
    return fail(id, `${who} starts ${path}, which is not there`, "trainyard init --workflow retrain");
  const missing = GIVEN.filter((input) => file.dispatchInputs?.includes(input) !== true);
  if (missing.length === 0) return ok(id, `drift starts ${name}`);
  const lacks = file.dispatchInputs === null ? "no workflow_dispatch" : `no input ${missing.join(", ")}`;
  return fail(
    id,
    `${who} starts ${path}, which has ${lacks}`,
    `Give it \`on: workflow_dispatch\` with the inputs ${GIVEN.join(" and ")}, as workflows-templates/retrain.yml has it.`,
  );
}
