import { type Digester, type Registry, registrationOf, rootDigest } from "@trainyard/core";
import { aVersion } from "@trainyard/core/testing";

/** Registers a version of flight-delays of one file with this digest; the same bytes again give no event. @returns Its number. */
export async function registerFile(registry: Registry, digest: string, sha256: Digester): Promise<number> {
  const model = "flight-delays";
  const files = [{ path: "model.onnx", size: 11, digest }];
  const root = rootDigest(files, sha256);
  const { result } = await registry.transact(model, (state) => {
    const known = state.versions.find((version) => version.rootDigest === root && version.withdrawn === null);
    if (known !== undefined) return { events: [], result: known.version };
    const version = state.versions.length + 1;
    const manifest = aVersion({ version, rootDigest: root, files });
    return { events: [registrationOf(manifest)], result: version };
  });
  return result;
}
