import { planVerb } from "@trainyard/backends/verbs/plan";
import { matrixOf, PlanInputs, planText } from "@trainyard/core";
import { command } from "../command.ts";

export const plan = command({
  about: [
    'Which models there is something to do for. With --json: the matrix of a GitHub job, {"include":[{"model","because"}]}.',
    "A change touches a model when it changes its code, its data, its params, a lock file, or its task, train or evaluate section. It is compared with where this branch left the base, uncommitted files included.",
  ].join("\n"),
  examples: [
    ["trainyard plan --changed", "what this branch would train"],
    ["trainyard plan --changed --base origin/main --json", "the same, for a script"],
    ["trainyard plan --drift --json", "models that are watched"],
  ],
  inputs: PlanInputs,
  stops: false,
  async run({ changed, base, drift }, { folder }) {
    const planned = await planVerb(folder, { changed, base, drift });
    return { json: matrixOf(planned.models), text: planText(planned), exit: 0 };
  },
});
