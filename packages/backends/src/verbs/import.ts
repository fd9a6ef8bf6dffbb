import { resolve } from "node:path";
import { type GtoImport, importGto } from "@trainyard/core";
import { artifactBytes, readTags } from "../imports/gto-tags.ts";
import type { Project } from "../project.ts";

/** `import gto`: what the GTO tags of a repository say, as notes in the history. */
export async function importGtoVerb(
  { root, registry, mayWrite }: Project,
  inputs: { folder: string; repository: string | null; dry: boolean },
): Promise<GtoImport> {
  if (!inputs.dry) await mayWrite();
  const repository = inputs.repository === null ? root : resolve(inputs.folder, inputs.repository);
  const tags = await readTags(repository);
  return importGto({ tags, dry: inputs.dry }, { registry, bytesOf: (events) => artifactBytes(repository, events) });
}
