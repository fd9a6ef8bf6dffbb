import { resolve } from "node:path";
import { gtoFacts, gtoHistory, type ImportReport, importAll } from "@trainyard/core";
import { CommitFiles } from "../imports/commit-files.ts";
import { type ArtifactEntry, artifactEntry, readTags, registrationFiles } from "../imports/gto-tags.ts";
import { keepFile } from "../imports/keep-file.ts";
import type { Project } from "../project.ts";
import { portsOf } from "./ports-of.ts";

export interface ImportInputs {
  /** Where the command was given; `from` is relative to it. */
  readonly folder: string;
  readonly from: string | null;
  readonly dry: boolean;
}

/** `import gto`: what the GTO tags of a repository say. */
export async function importGtoVerb(project: Project, inputs: ImportInputs): Promise<ImportReport> {
  if (!inputs.dry) await project.mayWrite();
  const repository = inputs.from === null ? project.root : resolve(inputs.folder, inputs.from);
  const commits = new CommitFiles(repository);
  try {
    const { events } = gtoHistory(await readTags(repository));
    const entries = new Map<string, ArtifactEntry>();
    for (const event of events)
      if (event.kind === "registered") entries.set(event.tag.id, await artifactEntry(commits, event));
    const upstream = gtoFacts(events, ({ tag }) => entries.get(tag.id)?.facts ?? {});
    const keep = keepFile(project.backend.store, inputs.dry);
    return await importAll({ system: "gto", from: "GTO tags", upstream, dryRun: inputs.dry }, environmentsOf(project), {
      ...portsOf(project),
      bytesOf: ({ origin, commit }) =>
        registrationFiles(commits, commit ?? "", entries.get(origin.id ?? "") ?? { path: null, facts: {} }, keep),
    });
  } finally {
    commits.close();
  }
}

function environmentsOf({ config }: Project) {
  return (model: string) =>
    Object.keys(Object.hasOwn(config.models, model) ? (config.models[model]?.deploy ?? {}) : {});
}
