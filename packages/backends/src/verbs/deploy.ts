import {
  chooseModel,
  type DeployInputs,
  type Deployment,
  type DeploymentBegun,
  type DeployResult,
  deploy,
  type PinnedDeployment,
  parseReference,
  pinDeployment,
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

/** Told right before something changes; where it throws, nothing does. */
type Begins = (deployment: DeploymentBegun) => Promise<void>;

/** `deploy`: puts a version live, or with `rollback` goes back. */
export async function deployVerb(project: Project, inputs: DeployInputs, begins?: Begins): Promise<Deployed> {
  needsPosix("deploy");
  await project.mayWrite();
  if (inputs.rollback) {
    const { reason } = inputs;
    if (reason === undefined)
      throw new TrainyardError("INPUT_MISSING", { input: "reason", needed: "why it goes back; recorded" });
    return ended(await rollback({ ...settingsOf(project, inputs, begins), reason }, portsOf(project)));
  }
  const settings = settingsOf(project, inputs, begins);
  return ended(await deploy({ ...settings, reason: inputs.reason ?? null, rollback: false }, portsOf(project)));
}

/** The version that a deployment would put live now, for a person to approve. It changes nothing. */
export async function pinVerb(
  project: Project,
  asked: Pick<DeployInputs, "model" | "environment" | "rollback">,
): Promise<PinnedDeployment> {
  const { stopped: _, ...settings } = settingsOf(project, asked, undefined);
  return pinDeployment({ ...settings, rollback: asked.rollback }, portsOf(project));
}

/** `rollback`: a deployment of the version that was live before, with a reason. */
export async function rollbackVerb(project: Project, inputs: RollbackInputs, begins?: Begins): Promise<Deployed> {
  needsPosix("deploy");
  await project.mayWrite();
  return ended(await rollback({ ...settingsOf(project, inputs, begins), reason: inputs.reason }, portsOf(project)));
}

function settingsOf(
  project: Project,
  { model, environment, digest }: Pick<DeployInputs, "model" | "environment"> & { digest?: string | undefined },
  begins: Begins | undefined,
) {
  const reference = model === undefined ? null : parseReference(model);
  const chosen = chooseModel(project.config, reference?.model ?? null);
  return {
    model: chosen.model,
    environments: chosen.config.deploy,
    environment: environment ?? null,
    which: reference?.which ?? null,
    digest: digest ?? null,
    stopped: () => project.stop.asked.aborted,
    ...(begins === undefined ? {} : { begins }),
  };
}

function ended(result: DeployResult): Deployed {
  return result.deployment === null
    ? { deployment: null, exit: 130 }
    : { deployment: result.deployment, exit: deployExit(result.deployment) };
}
