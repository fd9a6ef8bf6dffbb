import { rollbackVerb } from "@trainyard/backends";
import { RollbackInputs } from "@trainyard/core";
import { command } from "../command.ts";
import { approve, deploymentWords } from "./deploy.ts";

export const rollback = command({
  about: "A deployment of an earlier version, with a reason that is recorded; the same checks and the same smoke test.",
  examples: [
    ["trainyard rollback --environment production --reason 'answers are late'", "back to what was live before"],
  ],
  inputs: RollbackInputs,
  stops: true,
  async run(inputs, context) {
    const project = await context.project();
    await approve(inputs.yes, `Roll back ${inputs.environment ?? "the environment"}?`, inputs.environment, context);
    const { deployment, exit } = await rollbackVerb(project, inputs);
    return { json: deployment, text: deploymentWords(deployment), exit };
  },
});
