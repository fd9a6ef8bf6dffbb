import type { JobLog } from "./job-log.ts";

/**
 * Seconds a training has to save what it has when its job is cancelled. A runner sends SIGINT, 7.5 s later SIGTERM, and kills
 * 2.5 s after that (actions/runner, ProcessInvoker.cs): what is left of the 7.5 s is for writing the record.
 */
export const GRACE_SECONDS = 6;

/** Says in the log what a cancelled job does with the seconds it has left. */
export function tellOfCancel(stop: { readonly asked: AbortSignal; readonly now: AbortSignal }, log: JobLog): void {
  const once = { once: true };
  stop.asked.addEventListener(
    "abort",
    () => log.say(`cancelled: what runs has ${GRACE_SECONDS} s to save a checkpoint, then it is ended`),
    once,
  );
  stop.now.addEventListener(
    "abort",
    () => log.say("asked again: what runs is ended now; the runner ends this step within 2.5 s"),
    once,
  );
}
