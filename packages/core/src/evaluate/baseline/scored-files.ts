import type { Backend, RunFolder } from "../../backend.ts";
import { type ColumnNames, underStandardNames } from "../../data/column-names.ts";
import { TrainyardError } from "../../errors.ts";
import type { ScoredRows } from "../../train/run-record.ts";
import { type PredictionSettings, type Predictions, readPredictions } from "../rows/predictions.ts";
import type { Baseline } from "./baseline.ts";

/** How predictions of a project are read: by the base branch's names for their columns. */
export type Reading = PredictionSettings & { readonly columns: ColumnNames };

export type ReadPorts = Pick<Backend, "tables" | "workspace" | "store">;

/** Reads a predictions file of the bundle, checked against the record first. @throws DIGEST_MISMATCH */
export async function readScored(
  folder: RunFolder,
  scored: ScoredRows,
  settings: Reading,
  ports: ReadPorts,
): Promise<Predictions> {
  const { path, digest } = scored.file;
  const found = await folder.ref(path);
  if (found?.digest !== digest)
    throw new TrainyardError("DIGEST_MISMATCH", {
      what: `${path} of run ${folder.id}`,
      expected: digest,
      got: found?.digest ?? "missing",
    });
  return readFile(folder.path(path), path, settings, ports);
}

/** The predictions kept with a version; null when it was registered without any. */
export async function readStored(
  version: NonNullable<Baseline["version"]>,
  settings: Reading,
  ports: ReadPorts,
): Promise<Predictions | null> {
  const digest = version.manifest.predictions;
  const path = version.record?.predictions?.candidate.file.path;
  if (digest === null || path === undefined) return null;
  const folder = await ports.workspace.scratch();
  try {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const file = folder.path(name);
    const what = `the predictions file of ${version.manifest.model} v${version.manifest.version}`;
    await ports.store.copyTo(digest, file, what);
    return await readFile(
      file,
      `${name} of v${version.manifest.version}`,
      { ...settings, slices: [], labels: "optional" },
      ports,
    );
  } finally {
    await folder.remove();
  }
}

/** A baseline may lack the group column: paired rows take the candidate's. */
async function readFile(
  file: string,
  name: string,
  settings: Reading,
  { tables }: Pick<ReadPorts, "tables">,
): Promise<Predictions> {
  const absent = settings.labels === "optional" ? "keep" : "refuse"; // a baseline's may be older than the names
  const table = underStandardNames(await tables.read(file, name), name, settings.columns, absent);
  const groups = settings.labels === "optional" && !table.columns.has(settings.groups ?? "") ? null : settings.groups;
  return readPredictions(table, name, { ...settings, groups });
}
