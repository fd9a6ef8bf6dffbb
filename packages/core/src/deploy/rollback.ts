import { TrainyardError } from "../errors.ts";
import type { Reference } from "../registry/read/reference.ts";
import { chooseEnvironment } from "./choose-environment.ts";
import { type DeployPorts, type DeployResult, type DeploySettings, deploy } from "./deploy.ts";
import { liveBefore } from "./live-before.ts";

/**
 * Goes back to the version that was live before, or to a named one: a deployment like any other, with a reason. When a killed deployment
 * left the target at a version that the registry never called live, going back means what the registry says.
 *
 * @throws ROLLBACK_NOTHING, and what `deploy` throws
 */
export async function rollback(
  settings: Omit<DeploySettings, "rollback" | "reason"> & { readonly reason: string },
  ports: DeployPorts,
): Promise<DeployResult> {
  const { model, environments } = settings;
  const { name, environment } = chooseEnvironment(model, environments, settings.environment);
  const which = settings.which ?? (await versionBefore(model, name, environment, ports));
  return deploy({ ...settings, environment: name, which, rollback: true }, ports);
}

async function versionBefore(
  model: string,
  name: string,
  { target, path }: { target: string; path: string },
  { registry, targets }: Pick<DeployPorts, "registry" | "targets">,
): Promise<NonNullable<Reference["which"]>> {
  const state = await registry.state(model);
  const aliased = state.aliases.get(name)?.version ?? null;
  const found = await targets.open({ kind: target, path }).current();
  const isUnrecorded = aliased !== null && state.versions[aliased - 1]?.rootDigest !== found?.rootDigest;
  const version = isUnrecorded ? aliased : liveBefore(state, name);
  if (version === null) throw new TrainyardError("ROLLBACK_NOTHING", { environment: name });
  return { version };
}
