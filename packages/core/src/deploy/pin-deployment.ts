import type { Sha256 } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import type { DeployPorts, DeploySettings } from "./attempt.ts";
import { chooseEnvironment } from "./choose-environment.ts";
import { liveBefore } from "./live-before.ts";
import { versionToDeploy } from "./version-to-deploy.ts";

/** One version and one place: what a person approves, and what is deployed then. */
export interface PinnedDeployment {
  readonly model: string;
  readonly version: number;
  readonly rootDigest: Sha256;
  readonly environment: string;
  readonly rollback: boolean;
  /** What the registry says is live there; null: nothing. */
  readonly live: number | null;
}

/**
 * Says which version a deployment would put live, and changes nothing: the approval is asked for this one, although a newer one may be registered
 * before the answer. What would be refused is refused here, before anybody is asked. Going back is read from the registry alone, because who asks
 * may not see the target.
 * @throws ROLLBACK_NOTHING, and what `deploy` refuses before it touches anything
 */
export async function pinDeployment(
  asked: Pick<DeploySettings, "model" | "environments" | "environment" | "which" | "rollback">,
  ports: Pick<DeployPorts, "registry" | "clock">,
): Promise<PinnedDeployment> {
  const { model, rollback } = asked;
  const which = rollback && asked.which === null ? await before(asked, ports) : asked.which;
  const { name, version, state } = await versionToDeploy({ ...asked, which }, ports);
  return {
    model,
    version: version.version,
    rootDigest: version.rootDigest,
    environment: name,
    rollback,
    live: state.aliases.get(name)?.version ?? null,
  };
}

async function before(
  { model, environments, environment }: Pick<DeploySettings, "model" | "environments" | "environment">,
  { registry }: Pick<DeployPorts, "registry">,
): Promise<{ version: number }> {
  const { name } = chooseEnvironment(model, environments, environment);
  const version = liveBefore(await registry.state(model), name);
  if (version === null) throw new TrainyardError("ROLLBACK_NOTHING", { environment: name });
  return { version };
}
