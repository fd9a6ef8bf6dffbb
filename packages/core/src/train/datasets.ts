import { z } from "zod";
import type { Backend, RunFolder } from "../backend.ts";
import type { Dataset } from "../config/config.ts";
import { profileOf } from "../data/build-profile.ts";
import type { DatasetRef } from "../data/dataset.ts";
import { mergeProfiles } from "../data/merge-profile.ts";
import type { Profile } from "../data/profile.ts";
import type { Table } from "../data/table.ts";
import { type FileRef, parseDocument, prettyJson } from "../document.ts";
import { isRefusal, TrainyardError } from "../errors.ts";
import { timestamp } from "../time.ts";

type Ports = Pick<Backend, "workspace" | "store" | "tables" | "clock" | "progress">;

/** Hashes the data of a run. What is only claimed (a uri, a DVC pointer without its data) is recorded as claimed. @throws FILE_NOT_FOUND */
export async function findDatasets(
  datasets: readonly Dataset[],
  role: DatasetRef["role"],
  ports: Ports,
): Promise<DatasetRef[]> {
  const found = await Promise.all(datasets.map((dataset) => findDataset(dataset, role, ports)));
  return found.flat();
}

async function findDataset(dataset: Dataset, role: DatasetRef["role"], ports: Ports): Promise<DatasetRef[]> {
  if (typeof dataset === "string") return hashed(dataset, role, false, ports);
  if ("path" in dataset) return hashed(dataset.path, role, dataset.keep, ports);
  if ("uri" in dataset)
    return [{ path: dataset.uri, digest: null, size: null, rows: null, claimed: dataset.version, role }];
  return [await dvcPointer(dataset.dvc, role, ports)];
}

async function hashed(pattern: string, role: DatasetRef["role"], keep: boolean, ports: Ports): Promise<DatasetRef[]> {
  const files = await ports.workspace.files([pattern]);
  if (files.length === 0)
    throw new TrainyardError("FILE_NOT_FOUND", {
      path: pattern,
      what: role === "training" ? "Training data" : "Evaluation data",
    });
  if (keep)
    for (const file of files) await ports.store.put({ file: ports.workspace.path(file.path) }, { expect: file.digest });
  return files.map((file) => ({
    path: file.path,
    digest: file.digest,
    size: file.size,
    rows: null,
    claimed: null,
    role,
    ...(keep ? { kept: true as const } : {}),
  }));
}

const DvcFile = z.object({
  outs: z
    .array(
      z.object({
        md5: z.string().optional(),
        hash: z.string().optional(),
        size: z.number().optional(),
        path: z.string(),
      }),
    )
    .min(1),
});

/** A .dvc file is YAML of a few known lines; only its `outs` entry matters, and only as a claim. */
async function dvcPointer(path: string, role: DatasetRef["role"], ports: Ports): Promise<DatasetRef> {
  const text = await ports.workspace.read(path);
  if (text === null) throw new TrainyardError("FILE_NOT_FOUND", { path, what: "DVC file" });
  const entry = (key: string) => new RegExp(`^[ -]*${key}: *(\\S+) *$`, "m").exec(text)?.[1];
  const out = parseDocument(DvcFile, JSON.stringify({ outs: [{ md5: entry("md5"), path: entry("path") }] }), path)
    .outs[0];
  const data = `${path.slice(0, path.lastIndexOf("/") + 1)}${out?.path ?? ""}`;
  const [file] = await ports.workspace.files([data]);
  return {
    path: data,
    digest: file?.digest ?? null,
    size: file?.size ?? null,
    rows: null,
    claimed: `dvc md5:${out?.md5 ?? "unknown"}`,
    role,
  };
}

export interface ProfileOptions {
  readonly source: string;
  readonly groups: string | null;
  /** Sees each table while it is in memory. */
  readonly onTable?: (table: Table) => void | Promise<void>;
}

const isTable = ({ path, digest }: DatasetRef) =>
  digest !== null && /\.(csv|tsv|jsonl|ndjson|parquet)(\.gz|\.zst)?$/.test(path);

/** Reads those of the files that are tables, one after the other. */
export async function eachTable(
  datasets: readonly DatasetRef[],
  visit: (table: Table) => void,
  ports: Pick<Ports, "workspace" | "tables">,
): Promise<void> {
  for (const { path } of datasets.filter(isTable)) visit(await ports.tables.read(ports.workspace.path(path), path));
}

/**
 * Profile of the rows of several files together, over the edges of the first. Files that are no tables have none.
 * @returns null when no file is a table; rows per path beside it.
 */
export async function profileDatasets(
  datasets: readonly DatasetRef[],
  options: ProfileOptions,
  ports: Ports,
): Promise<{ profile: Profile | null; rows: Map<string, number> }> {
  const rows = new Map<string, number>();
  let profile: Profile | null = null;
  for (const dataset of datasets) {
    if (!isTable(dataset)) continue;
    ports.progress.working(`profile: ${dataset.path}`, rows.size / datasets.length);
    const table = await ports.tables.read(ports.workspace.path(dataset.path), dataset.path);
    rows.set(dataset.path, table.rows);
    const part: Profile = profileOf(table, {
      source: options.source,
      groups: options.groups !== null && table.columns.has(options.groups) ? options.groups : null,
      at: timestamp(ports.clock.now()),
      exclude: ["id"],
      ...(profile === null ? {} : { reference: profile }),
    });
    profile = profile === null ? part : mergeProfiles(profile, part);
    await options.onTable?.(table);
  }
  return { profile, rows };
}

/** Runs a profile of files that may be no tables: a refusal of the reader is a note, since training data may have any form. */
export async function profileIfTables(
  datasets: readonly DatasetRef[],
  options: ProfileOptions,
  ports: Ports,
): Promise<{ profile: Profile | null; rows: Map<string, number> }> {
  try {
    return await profileDatasets(datasets, options, ports);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    ports.progress.note(`No profile of ${options.source}: ${error.message}`);
    return { profile: null, rows: new Map() };
  }
}

/** Profile of a predictions file of a bundle, written beside it. */
export async function profilePredictions(
  folder: RunFolder,
  path: string | null,
  groups: string | null,
  ports: Ports,
): Promise<FileRef | null> {
  if (path === null) return null;
  const table = await ports.tables.read(folder.path(path), "predictions");
  const by = groups !== null && table.columns.has(groups) ? groups : null;
  return folder.write(
    "profiles/predictions.json",
    prettyJson(
      profileOf(table, { source: "predictions", groups: by, at: timestamp(ports.clock.now()), exclude: ["id"] }),
    ),
  );
}
