import type { Backend, Golden } from "../backend.ts";
import type { FileRef } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import type { ModelState, VersionState } from "../registry/fold/model-state.ts";
import { objectionToMove, refuse } from "../registry/fold/policy-rules.ts";
import type { ModelVersion } from "../registry/log/model-version.ts";
import { resolve } from "../registry/read/reference.ts";
import { timestamp } from "../time.ts";
import { versionFiles } from "../train/version-files.ts";
import { Attempt, type DeploymentBegun, type DeployPorts, type DeployResult, type DeploySettings } from "./attempt.ts";
import { chooseEnvironment, type Environment } from "./choose-environment.ts";
import { parseGolden } from "./golden.ts";

export type { DeploymentBegun, DeployPorts, DeployResult, DeploySettings };

/**
 * Puts a version live in an environment: stage, switch, ask the server, and only then say so in the registry, where the environment's
 * alias moves in the same commit that records "live". A failed smoke test, a stop or an error after the switch goes back to what was
 * live before. An earlier deployment that was killed half way is set right first. What is live already is checked again, and nothing is recorded.
 *
 * @throws ENVIRONMENT_UNKNOWN, ENVIRONMENT_ORDER, POLICY_FORBIDS, VERSION_UNKNOWN, VERSION_WITHDRAWN, SMOKE_REQUEST_MISSING, SMOKE_REQUEST_INVALID,
 *   TARGET_BUSY, TARGET_FOREIGN, ALIAS_MOVED, DIGEST_MISMATCH, BLOB_MISSING
 */
export async function deploy(settings: DeploySettings, ports: DeployPorts): Promise<DeployResult> {
  const { model } = settings;
  const { name, environment } = chooseEnvironment(model, settings.environments, settings.environment);
  const version = await resolve(ports.registry, { model, which: settings.which });
  const state = await ports.registry.state(model);
  mayGoLive(version, model, name, environment, state);
  // The commit is asked again; here before anything is touched. What holds the alias already may be set right at any time.
  if (state.aliases.get(name)?.version !== version.version) {
    const policy = (await ports.registry.policy())?.policy ?? null;
    const at = timestamp(ports.clock.now());
    refuse(objectionToMove(policy, { model, alias: name, to: version.version, at }, state));
  }
  const manifest = await ports.registry.manifest(model, version.version);
  const files = await versionFiles(manifest, ports);
  const golden = await goldenOf(manifest, files, environment, ports);

  const target = ports.targets.open({ kind: environment.target, path: environment.path });
  const release = await target.lock();
  try {
    return await new Attempt(settings, ports, { name, environment, manifest, files, golden, target }).run();
  } finally {
    await release();
  }
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

/** @throws SMOKE_REQUEST_MISSING, SMOKE_REQUEST_INVALID */
async function goldenOf(
  { version }: ModelVersion,
  files: readonly FileRef[],
  { smoke }: Environment,
  { store }: Pick<Backend, "store">,
): Promise<Golden | null> {
  if (smoke === undefined) return null;
  const file = files.find(({ path }) => path === smoke.request);
  if (file === undefined) throw new TrainyardError("SMOKE_REQUEST_MISSING", { request: smoke.request, version });
  return parseGolden(await store.text(file.digest, smoke.request), smoke.request);
}
