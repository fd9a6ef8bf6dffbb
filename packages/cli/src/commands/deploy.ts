import { deployVerb, type Project } from "@trainyard/backends";
import {
  chooseEnvironment,
  chooseModel,
  DeployInputs,
  type Deployment,
  deploymentText,
  parseReference,
  resolve,
  TrainyardError,
} from "@trainyard/core";
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
    if (inputs.yes || inputs.rollback) {
      if (inputs.rollback) await approveRollback(inputs, project, context);
      const { deployment, exit } = await deployVerb(project, inputs);
      return { json: deployment, text: deploymentWords(deployment), exit };
    }
    const { model, environment, which } = placeOf(inputs, project);
    const { version } = await resolve(project.registry, { model, which });
    await approve(`Deploy ${model} v${version} to ${environment}?`, environment, context);
    // What was answered is what is deployed, whatever was registered meanwhile.
    const { deployment, exit } = await deployVerb(project, { ...inputs, model: `${model}@${version}`, environment });
    return { json: deployment, text: deploymentWords(deployment), exit };
  },
});

/** The model and the environment meant. @throws MODEL_UNKNOWN, INPUT_MISSING, ENVIRONMENT_UNKNOWN */
function placeOf(inputs: Pick<DeployInputs, "model" | "environment">, { config }: Project) {
  const reference = inputs.model === undefined ? null : parseReference(inputs.model);
  const chosen = chooseModel(config, reference?.model ?? null);
  const { name } = chooseEnvironment(chosen.model, chosen.config.deploy, inputs.environment ?? null);
  return { model: chosen.model, environment: name, which: reference?.which ?? null };
}

/** @throws what `approve` and `placeOf` do */
export async function approveRollback(
  inputs: Pick<DeployInputs, "model" | "environment" | "yes">,
  project: Project,
  context: Context,
): Promise<void> {
  if (inputs.yes) return;
  const { model, environment } = placeOf(inputs, project);
  await approve(`Roll ${model} in ${environment} back?`, environment, context);
}

/** Asks the person at the terminal. @throws APPROVAL_NEEDED without one, APPROVAL_REFUSED when the answer is no */
async function approve(question: string, environment: string, { terminal }: Context): Promise<void> {
  const answer = await terminal.ask(`${question} [y/N] `);
  if (answer === null) throw new TrainyardError("APPROVAL_NEEDED", { environment });
  if (!/^y(es)?$/i.test(answer.trim())) throw new TrainyardError("APPROVAL_REFUSED", { environment });
}

export function deploymentWords(deployment: Deployment | null): string {
  return deployment === null ? "Stopped before anything changed." : deploymentText(deployment);
}
