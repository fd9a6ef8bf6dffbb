import type { Backend, RunFolder } from "../../backend.ts";
import type { ModelConfig } from "../../config/config.ts";
import { type ColumnNames, underStandardNames } from "../../data/column-names.ts";
import { TrainyardError } from "../../errors.ts";
import type { ScoredRows } from "../../train/run-record.ts";
import { readKept } from "../rows/kept-rows.ts";
import { type PredictionSettings, type Predictions, readPredictions } from "../rows/predictions.ts";
import type { Baseline } from "./baseline.ts";

/** How predictions of a project are read: by the base branch's names for their columns. */
export type Reading = PredictionSettings & { readonly columns: ColumnNames };

export type ReadPorts = Pick<Backend, "tables" | "store"> & {
  readonly workspace: Pick<Backend["workspace"], "scratch">;
};

/** The rules of a project, as they are now. */
export function readingOf({ task, evaluate }: Pick<ModelConfig, "task" | "evaluate">): Reading {
  const { columns, groups, slices, gates, fairness } = evaluate;
  const held = [...(gates ?? []).flatMap((gate) => gate.slices ?? []), ...fairness.map(({ column }) => column)];
  return {
    task,
    groups: groups ?? null,
    slices: [...new Set([...slices, ...held])],
    held: [...new Set(held)],
    columns,
    weights: columns["sample_weight"] === undefined ? [] : ["sample_weight"], // the base branch says what weighs, never the candidate
    labels: "required",
  };
}

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

/** What a kept file is called in messages; its own name is its digest. */
export const KEPT_FILE = "predictions.parquet";

/**
 * The predictions kept with a version: as `register` cuts them down, or the whole file of a run, by its digest, as versions had it before; null when
 * it was registered without any.
 */
export async function readStored(
  version: NonNullable<Baseline["version"]>,
  settings: Reading,
  ports: ReadPorts,
): Promise<Predictions | null> {
  const { predictions: digest, model, version: number } = version.manifest;
  const whole = version.record?.predictions?.candidate.file;
  if (digest === null || whole === undefined) return null;
  const folder = await ports.workspace.scratch();
  try {
    const isWhole = digest === whole.digest;
    const name = isWhole ? whole.path.slice(whole.path.lastIndexOf("/") + 1) : KEPT_FILE;
    const file = folder.path(name);
    await ports.store.copyTo(digest, file, `the predictions file of ${model} v${number}`);
    const path = `${name} of v${number}`;
    if (!isWhole) return readKept(await ports.tables.read(file, path), path, settings);
    return await readFile(file, path, { ...settings, slices: [], labels: "optional" }, ports);
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
