import { MODELS_FOLDER, ModelFile } from "../log/layout.ts";
import { openSnapshot, type ReadPorts } from "./snapshot.ts";
import { readFile } from "./stored-file.ts";

/** How many versions a registry has over all its models, withdrawn ones included. @throws REGISTRY_DAMAGED, REGISTRY_FUTURE */
export async function countVersions(ports: ReadPorts): Promise<number> {
  const snapshot = await openSnapshot(ports);
  if (snapshot === null) return 0;
  const paths = await ports.branch.list(snapshot.revision, MODELS_FOLDER);
  const files = await ports.branch.read(snapshot.revision, paths);
  return paths.reduce((sum, path) => sum + readFile(ModelFile, files, path).versions, 0);
}
