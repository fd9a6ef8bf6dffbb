import type { Backend } from "../../backend.ts";
import { isRefusal } from "../../errors.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import { versionFiles } from "../../train/version-files.ts";

/** The version stands whether or not this works: registering again publishes again. */
export async function publish(
  manifest: ModelVersion,
  card: string,
  ports: Pick<Backend, "store" | "sha256" | "progress">,
): Promise<void> {
  const { model, version, rootDigest } = manifest;
  try {
    await ports.store.publish({ model, version, rootDigest, files: await versionFiles(manifest, ports), card });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    ports.progress.note(
      `${model} v${version} is registered, but could not be listed in the store: ${error.message} Register again to list it.`,
    );
  }
}
