import { type FileRef, keptFiles, type RunRecord } from "@trainyard/core";

/** A file of a bundle; digest and size are null where the record says nothing of them. */
export interface BundleFile {
  readonly path: string;
  readonly size: number | null;
  readonly digest: string | null;
  /** It may be elsewhere: kept data in a store that both jobs have. */
  readonly elsewhere?: true;
}

export const RECORD_FILE = "record.json";
/** What a run leaves beside what its record names, and nobody judges by. */
const LOOSE = ["params.json", "metrics.jsonl"];

/** The files of a run, by the half they travel in. Only these are sent, and no other is taken. */
export function bundleFiles(record: RunRecord): { record: BundleFile[]; bytes: BundleFile[] } {
  const { predictions, profiles, outputs, modelFiles, log } = record;
  const { candidate, baseline, others = [] } = predictions ?? {};
  const scored = [candidate, baseline, ...others.map(({ rows }) => rows)].map((one) => one?.file);
  const named = [...scored, ...Object.values(profiles)].filter((file) => file != null);
  const isModels = new Set(modelFiles.map(({ path }) => path));
  const beside = outputs.filter(({ path }) => !isModels.has(path)).map(asOutput);
  const files = new Map<string, BundleFile>();
  for (const path of [RECORD_FILE, ...LOOSE]) files.set(path, { path, size: null, digest: null });
  if (log !== null) files.set(log.path, { ...log, digest: null });
  for (const file of [...named, ...beside]) files.set(file.path, file);
  const bytes = modelFiles.map(asOutput);
  for (const { path } of bytes) files.delete(path);
  return { record: [...files.values()], bytes: [...bytes, ...keptBytes(record)] };
}

/** Without a model there is nothing the data would be kept for. */
function keptBytes({ modelFiles, datasets }: RunRecord): BundleFile[] {
  if (modelFiles.length === 0) return [];
  return keptFiles(datasets).map(({ bundled, size, digest }) => ({ path: bundled, size, digest, elsewhere: true }));
}

const asOutput = (file: FileRef): FileRef => ({ ...file, path: `outputs/${file.path}` });
