import { DeployInputs, deploymentMarkdown, deploymentText } from "@trainyard/core";
import { action } from "@trainyard/runner-kit";

export const deploy = action({
  name: "deploy",
  title: "Trainyard deploy",
  summary:
    "Put a version live in an environment: verified bytes, an atomic switch, a smoke test, and back again if that fails",
  inputs: DeployInputs,
  outputs: {
    version: "the version that was deployed, like `flight-delays@12`",
    environment: "the environment",
    outcome: "`live`, `rolled-back`, `failed`, or `stopped` before anything changed",
  },
  permissions: [
    {
      scope: "contents",
      access: "write",
      why: "the deployment and the alias are written to the branch trainyard/registry",
    },
    { scope: "deployments", access: "write", why: "GitHub shows what is live where" },
  ],
  async run(inputs, job) {
    const project = await job.project();
    const github = await job.github();
    const asked = { ...inputs, yes: true }; // asking is the environment's business
    const {
      deployment,
      exit,
    } = // no start needs either before there is a project
      github === null
        ? await (await import("@trainyard/backends/verbs/deploy")).deployVerb(project, asked)
        : await (await import("@trainyard/runner-kit/tell-deployment")).deployAndTell(project, asked, github);
    if (deployment === null) {
      const text = "Stopped before anything changed.";
      return {
        outputs: { version: "", environment: inputs.environment ?? "", outcome: "stopped" },
        summary: text,
        text,
        exit,
      };
    }
    return {
      outputs: {
        version: `${deployment.model}@${deployment.version}`,
        environment: deployment.environment,
        outcome: deployment.outcome,
      },
      summary: deploymentMarkdown(deployment),
      text: deploymentText(deployment),
      exit,
    };
  },
});
