import { resolve } from "node:path";
import {
  dvcFacts,
  type GitTag,
  gtoFacts,
  gtoHistory,
  type ImportReport,
  importAll,
  isNearGto,
  type MlflowModel,
  mirroredEvents,
  mlflowFacts,
  mlflowSlots,
  TrainyardError,
  type UpstreamBytes,
} from "@trainyard/core";
import { artifactFiles } from "../imports/artifact-files.ts";
import { CommitFiles } from "../imports/commit-files.ts";
import { readDvcArtifacts } from "../imports/dvc-artifacts.ts";
import { type ArtifactEntry, artifactEntry, readTags, registrationFiles } from "../imports/gto-tags.ts";
import { keepFile } from "../imports/keep-file.ts";
import { type Credentials, MlflowApi } from "../imports/mlflow-api.ts";
import { readMlflowDatabase } from "../imports/mlflow-database.ts";
import { readMlflowServer, servedFiles } from "../imports/mlflow-server.ts";
import { localFiles, placeOf } from "../imports/mlflow-source.ts";
import { repositoryFolder } from "../imports/repository-folder.ts";
import type { Project } from "../project.ts";
import { environmentsOf } from "./known-model.ts";
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
  const repository = inputs.from === null ? project.root : await repositoryFolder(inputs.folder, inputs.from);
  const commits = new CommitFiles(repository);
  try {
    const tags = await readTags(repository);
    const { events } = gtoHistory(tags);
    const isMirrored = tags.some(({ event }) => event !== undefined);
    const mirrored = mirroredEvents(tags, isMirrored ? await project.registry.events() : []);
    const entries = new Map<string, ArtifactEntry>();
    for (const event of events)
      if (event.kind === "registered" && !mirrored.has(event.tag.id))
        entries.set(event.tag.id, await artifactEntry(commits, event));
    const upstream = gtoFacts(events, ({ tag }) => entries.get(tag.id)?.facts ?? {}, mirrored);
    const keep = keepFile(project.backend.store, inputs.dry);
    return await importAll(
      { system: "gto", from: "GTO tags", upstream, dryRun: inputs.dry, empty: nearGto(tags) },
      (model) => environmentsOf(project, model),
      {
        ...portsOf(project),
        bytesOf: ({ origin, commit }) =>
          registrationFiles(commits, commit ?? "", entries.get(origin.id ?? "") ?? { path: null, facts: {} }, keep),
      },
    );
  } finally {
    commits.close();
  }
}

/** Tags that look like GTO's and are not: GTO passes over them, and somebody may have meant them. */
function nearGto(tags: readonly GitTag[]): { name: string; why: string }[] {
  const why = "GTO does not read such a tag: it writes NAME@v1.2.3 and NAME#STAGE#4";
  return tags.flatMap(({ name }) => (isNearGto(name) ? [{ name, why }] : []));
}

/** `import dvc`: the artifacts that `dvc.yaml` files declare, each content a version. */
export async function importDvcVerb(
  project: Project,
  inputs: ImportInputs & { readonly allCommits: boolean },
): Promise<ImportReport> {
  if (!inputs.dry) await project.mayWrite();
  const repository = inputs.from === null ? project.root : await repositoryFolder(inputs.folder, inputs.from);
  const commits = new CommitFiles(repository);
  try {
    const { artifacts, left } = await readDvcArtifacts(commits, inputs.allCommits);
    const places = new Map(artifacts.map(({ name, identity, path }) => [`${name}\0${identity}`, path]));
    const keep = keepFile(project.backend.store, inputs.dry);
    return await importAll(
      { system: "dvc", from: "dvc.yaml", upstream: dvcFacts(artifacts), dryRun: inputs.dry, empty: left },
      (model) => environmentsOf(project, model),
      {
        ...portsOf(project),
        bytesOf: ({ origin, commit }) =>
          artifactFiles(commits, commit ?? "", places.get(`${origin.name}\0${origin.version}`) ?? "", keep),
      },
    );
  } finally {
    commits.close();
  }
}

/** `import mlflow`: what an MLflow database or server has in its model registry. Credentials are taken as MLflow's own client takes them. */
export async function importMlflowVerb(
  project: Project,
  inputs: ImportInputs & { readonly environment: Credentials },
): Promise<ImportReport> {
  const { dry, environment } = inputs;
  const asked = inputs.from ?? environment["MLFLOW_TRACKING_URI"] ?? "";
  if (asked === "")
    throw new TrainyardError("INPUT_MISSING", {
      input: "--from",
      needed: "an MLflow database file, or the address of its server",
    });
  if (!dry) await project.mayWrite();
  const keep = keepFile(project.backend.store, dry);
  const { working } = project.backend.progress;
  const api = /^https?:/i.test(asked) ? new MlflowApi(asked, environment) : null;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(asked)?.[1]?.toLowerCase();
  if (scheme !== undefined && !["http", "https", "sqlite"].includes(scheme))
    throw new TrainyardError("IMPORT_SOURCE", {
      from: `a ${scheme} address`,
      problem: "a SQLite file and an MLflow server are read, nothing else",
      todo: "Start the MLflow server on it and give that one's address: --from http://127.0.0.1:5000.",
    });
  const path = resolve(inputs.folder, asked.replace(/^sqlite:\/{3}/, ""));
  const read =
    api === null ? await readMlflowDatabase(path) : await readMlflowServer(api, (what) => working(what, null));
  const sources = new Map(read.models.flatMap((model) => sourcesOf(model)));
  const filesOf = async (source: string | null): Promise<UpstreamBytes> => {
    const place = placeOf(source, read.places);
    if (source === null) return { missing: "MLflow does not say where its files are" };
    if (place === null) return { missing: `${source.slice(0, 200)}: that run or model is not there any more` };
    const here = read.local === null ? { missing: "" } : await localFiles(place, read.local, keep);
    if ("files" in here || api === null) return here;
    return servedFiles(api, { place, source }, keep);
  };
  return importAll(
    {
      system: "mlflow",
      from: api?.address ?? "an MLflow database",
      upstream: new Map(read.models.map((model) => [model.name, mlflowFacts(model)])),
      dryRun: dry,
      slots: mlflowSlots,
      empty: read.left,
    },
    (model) => environmentsOf(project, model),
    {
      ...portsOf(project),
      bytesOf: ({ origin }) => filesOf(sources.get(`${origin.name}\0${origin.version}`) ?? null),
    },
  );
}

function sourcesOf({ name, versions }: MlflowModel): [string, string | null][] {
  return versions.map(({ version, source }) => [`${name}\0${version}`, source]);
}
