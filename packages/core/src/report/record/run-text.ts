import { logLine } from "../../escape.ts";
import { onlyScoringFailed, type RunRecord } from "../../train/run-record.ts";
import { counted } from "../format/number.ts";
import { byteSize } from "../format/size.ts";

/** Words that differ between a terminal and a job: where the whole log lies, and how many of its last lines are worth repeating. */
export interface RunTextPlace {
  readonly log: string;
  readonly tail: number;
}

/** A run in the words of a log: what was recorded, or what broke, its last lines and what to do. `resumable`: a checkpoint is there to go on from. */
export function runText(record: RunRecord, resumable: boolean, { log, tail }: RunTextPlace): string {
  const { failure, model, id, status, code } = record;
  if (failure === null) {
    const dirty = code.uncommitted.length;
    return [
      `recorded run ${id}: ${modelFilesText(record)}, inputs digest ${record.inputsDigest.slice(7, 15)}…`,
      ...(dirty === 0
        ? []
        : [`note: ${counted(dirty, "uncommitted file")}: this run may be compared, never registered.`]),
    ].join("\n");
  }
  const interrupted = resumable
    ? "Run it again: it goes on from its checkpoint."
    : "Run it again: it left no checkpoint and starts anew.";
  return [
    `${model}: run ${id} ${status} in step ${failure.step}: ${failure.message}`,
    ...failure.logTail.slice(-tail).map((line) => `  | ${logLine(line)}`),
    status === "failed" ? `The whole log: ${log}` : interrupted,
    ...(onlyScoringFailed(record)
      ? [`The model is trained and kept. Fix predict, then: trainyard train ${model} --only predict --run ${id}`]
      : []),
  ].join("\n");
}

/** "2 model files, 229 kB". */
export function modelFilesText({ modelFiles }: Pick<RunRecord, "modelFiles">): string {
  const size = modelFiles.reduce((sum, file) => sum + file.size, 0);
  return `${counted(modelFiles.length, "model file")}, ${byteSize(size)}`;
}
