import type { Backend } from "../../backend.ts";
import type { Sha256 } from "../../document.ts";
import { isRefusal, type RefusalCode, TrainyardError } from "../../errors.ts";
import { KEPT_FILE, type Reading, type ReadPorts, readScored } from "../../evaluate/baseline/scored-files.ts";
import { keptTable, readKept, sameRows } from "../../evaluate/rows/kept-rows.ts";
import type { Predictions } from "../../evaluate/rows/predictions.ts";
import type { ScoredRows } from "../../train/run-record.ts";
import type { JudgedRun } from "./run-bundle.ts";

export type KeepPorts = ReadPorts & Pick<Backend, "progress">;

/** Refusals that say themselves what is the matter; what else is refused comes of the rules that rows are read by. */
const OF_THE_BYTES: ReadonlySet<RefusalCode> = new Set(["DIGEST_MISMATCH", "FILE_NOT_FOUND", "FILE_UNREADABLE"]);

/**
 * Stores what later candidates are held against, cut down from the run's own predictions here, where no user code runs: a file that came with the run
 * could hold scores that every candidate beats. It is read back before it is stored.
 * @param reading As the run was judged.
 * @returns Null for a run without predictions.
 * @throws PREDICTIONS_UNKEPT, DIGEST_MISMATCH, FILE_NOT_FOUND, DISK_FULL
 */
export async function keepPredictions(
  { folder, record }: Pick<JudgedRun, "folder" | "record">,
  reading: Reading,
  ports: KeepPorts,
): Promise<Sha256 | null> {
  const scored = record.predictions?.candidate;
  if (scored === undefined) return null;
  const rows = await readRows(folder, scored, reading, ports);
  const table = keptTable(rows);
  if (table === null) {
    ports.progress.note("The predictions are kept whole: names or ids in them are empty or no Unicode.");
    const { path, digest } = scored.file;
    return (await ports.store.put({ file: folder.path(path) }, { expect: digest })).digest;
  }
  const scratch = await ports.workspace.scratch();
  try {
    const file = scratch.path(KEPT_FILE);
    await ports.tables.write(file, KEPT_FILE, table);
    if (!sameRows(readKept(await ports.tables.read(file, KEPT_FILE), KEPT_FILE, reading), rows))
      throw unkept(folder.id, "read back, they are other rows than were written");
    return (await ports.store.put({ file })).digest;
  } finally {
    await scratch.remove();
  }
}

/** @throws PREDICTIONS_UNKEPT, DIGEST_MISMATCH, FILE_NOT_FOUND */
async function readRows(
  folder: JudgedRun["folder"],
  scored: ScoredRows,
  reading: Reading,
  ports: KeepPorts,
): Promise<Predictions> {
  try {
    return await readScored(folder, scored, { ...reading, slices: [] }, ports);
  } catch (error) {
    if (!isRefusal(error) || OF_THE_BYTES.has(error.code)) throw error;
    throw unkept(folder.id, error.message.replace(/\.$/, ""), error);
  }
}

function unkept(run: string, problem: string, cause?: unknown): TrainyardError {
  return new TrainyardError("PREDICTIONS_UNKEPT", { run, problem }, { cause });
}
