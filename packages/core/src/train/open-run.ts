import type { Backend, RunFolder } from "../backend.ts";
import { parseDocument } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import { onlyScoringFailed, RunRecord } from "./run-record.ts";

/** A finished run's bundle, its record, and the record as it is written there. */
export interface OpenedRun {
  readonly folder: RunFolder;
  readonly record: RunRecord;
  readonly text: string;
}

/**
 * Opens a run of a model that succeeded: the one with this id, or with null the model's newest.
 * @throws NO_RUN, RUN_UNKNOWN, BUNDLE_INVALID, DOCUMENT_INVALID, RUN_UNFINISHED when it failed, was interrupted or cut off
 */
export async function openRun(model: string, id: string | null, ports: Pick<Backend, "runs">): Promise<OpenedRun> {
  const opened = await openTrainedRun(model, id, ports);
  const { id: run, status } = opened.record;
  if (status !== "succeeded") throw new TrainyardError("RUN_UNFINISHED", { run, status });
  return opened;
}

/**
 * Opens a run whose training succeeded, whatever became of its scoring.
 * @throws NO_RUN, RUN_UNKNOWN, BUNDLE_INVALID, DOCUMENT_INVALID, RUN_UNFINISHED
 */
export async function openTrainedRun(
  model: string,
  id: string | null,
  { runs }: Pick<Backend, "runs">,
): Promise<OpenedRun> {
  const chosen = id ?? (await runs.list(model))[0];
  if (chosen === undefined) throw new TrainyardError("NO_RUN", { model });
  const folder = await runs.open(chosen);
  const text = await folder.read("record.json");
  if (text === null) throw new TrainyardError("RUN_UNFINISHED", { run: folder.id, status: "unfinished" });
  const record = parseDocument(RunRecord, text, `${folder.id}/record.json`);
  if (record.model !== model)
    throw new TrainyardError("RUN_UNKNOWN", { run: folder.id, known: await runs.list(model) });
  if (record.status !== "succeeded" && !onlyScoringFailed(record))
    throw new TrainyardError("RUN_UNFINISHED", { run: record.id, status: record.status });
  return { folder, record, text };
}
