import {
  chooseModel,
  type DeployInputs,
  type Deployment,
  type DeployResult,
  deploy,
  parseReference,
  type RollbackInputs,
  rollback,
  TrainyardError,
} from "@trainyard/core";
import type { Project } from "../project.ts";
import { deployExit, type ExitCode } from "./exit-code.ts";
import { needsPosix } from "./platform.ts";
import { portsOf } from "./ports-of.ts";

export interface Deployed {
  /** Null when it was stopped before anything changed. */
  readonly deployment: Deployment | null;
  readonly exit: ExitCode;
}

/** `deploy`: puts a version live, or with `rollback` goes back. */
export async function deployVerb(project: Project, inputs: DeployInputs): Promise<Deployed> {
  needsPosix("deploy");
  await project.mayWrite();
  if (inputs.rollback) {
    const { reason } = inputs;
    if (reason === undefined)
      throw new TrainyardError("INPUT_MISSING", { input: "reason", needed: "why it goes back; recorded" });
    return rollbackVerb(project, { model: inputs.model, environment: inputs.environment, reason, yes: inputs.yes });
  }
  const settings = settingsOf(project, inputs.model, inputs.environment);
  return ended(await deploy({ ...settings, reason: inputs.reason ?? null, rollback: false }, portsOf(project)));
}

/** `rollback`: a deployment of the version that was live before, with a reason. */
export async function rollbackVerb(project: Project, inputs: RollbackInputs): Promise<Deployed> {
  needsPosix("deploy");
  await project.mayWrite();
  return ended(
    await rollback(
      { ...settingsOf(project, inputs.model, inputs.environment), reason: inputs.reason },
      portsOf(project),
    ),
  );
}

function settingsOf(project: Project, model: string | undefined, environment: string | undefined) {
  const reference = model === undefined ? null : parseReference(model);
  const chosen = chooseModel(project.config, reference?.model ?? null);
  return {
    model: chosen.model,
    environments: chosen.config.deploy,
    environment: environment ?? null,
    which: reference?.which ?? null,
    stopped: () => project.stop.asked.aborted,
  };
}

function ended(result: DeployResult): Deployed {
  return result.deployment === null
    ? { deployment: null, exit: 130 }
    : { deployment: result.deployment, exit: deployExit(result.deployment) };
}
