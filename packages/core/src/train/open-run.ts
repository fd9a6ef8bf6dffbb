import type { Backend, RunFolder } from "../backend.ts";
import { parseDocument } from "../document.ts";
import { isRefusal, TrainyardError } from "../errors.ts";
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
  const unscored = onlyScoringFailed(opened.record) ? model : null;
  if (status !== "succeeded") throw await unfinished({ model, run, status, asked: id, unscored }, ports);
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
  if (text === null) throw await unfinished({ model, run: folder.id, status: "unfinished", asked: id }, { runs });
  const record = parseDocument(RunRecord, text, `${folder.id}/record.json`);
  if (record.model !== model)
    throw new TrainyardError("RUN_UNKNOWN", { run: folder.id, known: await runs.list(model) });
  if (record.status !== "succeeded" && !onlyScoringFailed(record))
    throw await unfinished({ model, run: record.id, status: record.status, asked: id }, { runs });
  return { folder, record, text };
}

/** More than this nobody looks back. */
const LOOKED_AT = 50;

/** Why a run cannot be used; where the newest was asked for, with the one before it that can. */
async function unfinished(
  {
    model,
    run,
    status,
    asked,
    unscored = null,
  }: { model: string; run: string; status: string; asked: string | null; unscored?: string | null },
  { runs }: Pick<Backend, "runs">,
): Promise<TrainyardError> {
  const others = asked === null ? (await runs.list(model)).filter((id) => id !== run).slice(0, LOOKED_AT) : [];
  for (const id of others) {
    try {
      const text = await (await runs.open(id)).read("record.json");
      if (text === null) continue;
      const record = parseDocument(RunRecord, text, `${id}/record.json`);
      if (record.status === "succeeded")
        return new TrainyardError("RUN_UNFINISHED", { run, status, unscored, good: record.id.slice(0, 8) });
    } catch (error) {
      if (!isRefusal(error)) throw error; // a record that cannot be read is no run to offer
    }
  }
  return new TrainyardError("RUN_UNFINISHED", { run, status, unscored });
}
