import { deployVerb } from "@trainyard/backends";
import { DeployInputs, type Deployment, deploymentText, TrainyardError } from "@trainyard/core";
import { type Context, command } from "../command.ts";

export const deploy = command({
  about:
    "Checks every byte against the registry, copies the version in beside the live one, switches atomically, asks the server, and only then moves the alias.\nA failed smoke test goes back to what was live before and exits 1. It asks before it starts; --yes answers.",
  examples: [
    ["trainyard deploy churn@12 --environment staging", "a version to an environment"],
    ["trainyard deploy churn@staging --environment production", "promote what is in staging"],
  ],
  inputs: DeployInputs,
  stops: true,
  async run(inputs, context) {
    const project = await context.project();
    await approve(
      inputs.yes,
      `Deploy ${inputs.model ?? "the newest version"} to ${inputs.environment ?? "its environment"}?`,
      inputs.environment,
      context,
    );
    const { deployment, exit } = await deployVerb(project, inputs);
    return { json: deployment, text: deploymentWords(deployment), exit };
  },
});

/** Asks the person at the terminal. @throws APPROVAL_NEEDED without one, APPROVAL_REFUSED when the answer is no */
export async function approve(
  yes: boolean,
  question: string,
  environment: string | undefined,
  { terminal }: Context,
): Promise<void> {
  if (yes) return;
  const answer = await terminal.ask(`${question} [y/N] `);
  if (answer === null) throw new TrainyardError("APPROVAL_NEEDED", { environment: environment ?? "it" });
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new TrainyardError("APPROVAL_REFUSED", { environment: environment ?? "it" });
}

export function deploymentWords(deployment: Deployment | null): string {
  return deployment === null ? "Stopped before anything changed." : deploymentText(deployment);
}
