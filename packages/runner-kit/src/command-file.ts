import { randomUUID } from "node:crypto";
import { appendFileSync, statSync } from "node:fs";

/**
 * Adds `name<<DELIMITER … DELIMITER` to the file a runner reads after the step: outputs (GITHUB_OUTPUT), state (GITHUB_STATE).
 * The delimiter is random, so no value can end itself and begin another name.
 *
 * @param file Undefined outside a runner; then nothing is written.
 */
export function appendEntry(file: string | undefined, name: string, value: string): void {
  if (!file) return;
  const delimiter = `trainyard_${randomUUID()}`;
  appendFileSync(file, `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
}

/** What a runner takes for one step; it drops the whole summary of a step that has more (actions/runner, FileCommandManager.cs). */
const SUMMARY_LIMIT = 1024 * 1024;
const TOO_LONG = "The summary would be longer than a job may show. The report is among the step's outputs.\n";

/** Adds Markdown to the job summary (GITHUB_STEP_SUMMARY), whole or, where it does not fit, as a line that says so. */
export function appendSummary(file: string | undefined, markdown: string): void {
  if (!file || markdown === "") return;
  const there = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const room = SUMMARY_LIMIT - there;
  const text = markdown.endsWith("\n") ? markdown : `${markdown}\n`;
  if (Buffer.byteLength(text) <= room) appendFileSync(file, text);
  else if (Buffer.byteLength(TOO_LONG) <= room) appendFileSync(file, TOO_LONG);
}
