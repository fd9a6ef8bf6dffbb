import { rollbackVerb } from "@trainyard/backends";
import { RollbackInputs } from "@trainyard/core";
import { command } from "../command.ts";
import { approveRollback, deploymentWords } from "./deploy.ts";

export const rollback = command({
  about: "A deployment of an earlier version, with a reason that is recorded; the same checks and the same smoke test.",
  examples: [
    ["trainyard rollback --environment production --reason 'answers are late'", "back to what was live before"],
  ],
  inputs: RollbackInputs,
  stops: true,
  async run(inputs, context) {
    const project = await context.project();
    await approveRollback(inputs, project, context);
    const { deployment, exit } = await rollbackVerb(project, inputs);
    return { json: deployment, text: deploymentWords(deployment), exit };
  },
});
