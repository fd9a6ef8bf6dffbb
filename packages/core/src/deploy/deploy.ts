import type { Backend, Golden } from "../backend.ts";
import type { FileRef } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import type { ModelVersion } from "../registry/log/model-version.ts";
import { versionFiles } from "../train/version-files.ts";
import { Attempt, type DeploymentBegun, type DeployPorts, type DeployResult, type DeploySettings } from "./attempt.ts";
import type { Environment } from "./choose-environment.ts";
import { parseGolden } from "./golden.ts";
import { versionToDeploy } from "./version-to-deploy.ts";

export type { DeploymentBegun, DeployPorts, DeployResult, DeploySettings };

/**
 * Puts a version live in an environment: stage, switch, ask the server, and only then say so in the registry, where the environment's
 * alias moves in the same commit that records "live". A failed smoke test, a stop or an error after the switch goes back to what was
 * live before. An earlier deployment that was killed half way is set right first. What is live already is checked again, and nothing is recorded.
 *
 * @throws ENVIRONMENT_UNKNOWN, ENVIRONMENT_ORDER, POLICY_FORBIDS, VERSION_UNKNOWN, VERSION_WITHDRAWN, VERSION_REPLACED, SMOKE_REQUEST_MISSING,
 *   SMOKE_REQUEST_INVALID, TARGET_BUSY, TARGET_FOREIGN, ALIAS_MOVED, DIGEST_MISMATCH, BLOB_MISSING
 */
export async function deploy(settings: DeploySettings, ports: DeployPorts): Promise<DeployResult> {
  const { model } = settings;
  const { name, environment, version } = await versionToDeploy(settings, ports);
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
