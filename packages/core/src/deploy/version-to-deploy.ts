import { TrainyardError } from "../errors.ts";
import type { ModelState, VersionState } from "../registry/fold/model-state.ts";
import { objectionToMove, refuse } from "../registry/fold/policy-rules.ts";
import { resolve } from "../registry/read/reference.ts";
import { timestamp } from "../time.ts";
import type { DeployPorts, DeploySettings } from "./attempt.ts";
import { chooseEnvironment, type Environment } from "./choose-environment.ts";

/** Which version a deployment means as the registry stands, and where it goes. */
export interface VersionToDeploy {
  readonly name: string;
  readonly environment: Environment;
  readonly version: VersionState;
  readonly state: ModelState;
}

/** @throws ENVIRONMENT_UNKNOWN, ENVIRONMENT_ORDER, POLICY_FORBIDS, VERSION_UNKNOWN, VERSION_WITHDRAWN, VERSION_REPLACED */
export async function versionToDeploy(
  settings: Pick<DeploySettings, "model" | "environments" | "environment" | "which" | "digest">,
  ports: Pick<DeployPorts, "registry" | "clock">,
): Promise<VersionToDeploy> {
  const { model, digest } = settings;
  const { name, environment } = chooseEnvironment(model, settings.environments, settings.environment);
  const version = await resolve(ports.registry, { model, which: settings.which });
  if (digest != null && version.rootDigest !== digest)
    throw new TrainyardError("VERSION_REPLACED", {
      model,
      version: version.version,
      expected: digest,
      got: version.rootDigest,
    });
  const state = await ports.registry.state(model);
  mayGoLive(version, model, name, environment, state);
  // The commit is asked again; here before anything is touched. What holds the alias already may be set right at any time.
  if (state.aliases.get(name)?.version !== version.version) {
    const policy = (await ports.registry.policy())?.policy ?? null;
    const at = timestamp(ports.clock.now());
    refuse(objectionToMove(policy, { model, alias: name, to: version.version, at }, state));
  }
  return { name, environment, version, state };
}

/** @throws VERSION_WITHDRAWN, ENVIRONMENT_ORDER */
function mayGoLive(
  version: VersionState,
  model: string,
  name: string,
  { after }: Environment,
  state: ModelState,
): void {
  const { version: number, withdrawn } = version;
  if (withdrawn !== null) throw new TrainyardError("VERSION_WITHDRAWN", { model, version: number, reason: withdrawn });
  const wasThere = state.deployments.some(
    (past) => past.environment === after && past.version === number && past.outcome === "live",
  );
  if (after !== undefined && !wasThere) {
    throw new TrainyardError("ENVIRONMENT_ORDER", { environment: name, after, version: number });
  }
}
